"""Changing to another of one's workspaces."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leads.admin.desk import CHOSEN, Desk


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = request.POST.get("workspace", "")
    if request.method == "POST" and wanted in {str(other.pk) for other in desk.others}:
        request.session[CHOSEN] = wanted
    return redirect("admin:index")
