"""Changing to another of one's workspaces."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leads.admin.desk import CHOSEN, Desk


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = request.POST.get("workspace", "")
    if request.method == "POST" and wanted in {str(other.pk) for other in desk.others}:
        request.session[CHOSEN] = wanted
        # What was said of the other workspace is not said in this one.
        list(messages.get_messages(request))
    return redirect("admin:index")
