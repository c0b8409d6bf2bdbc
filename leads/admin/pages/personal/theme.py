"""Light, dark, or as the system is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from leadhub.workspaces.models.user import Theme
from leads.admin.desk import Desk
from leads.changes.person import save_person


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    wanted = request.POST.get("theme", "")
    if request.method == "POST" and wanted in Theme.values:
        save_person(desk.user, {"theme": wanted})
    return redirect(came_from(request))


def came_from(request: HttpRequest) -> str:
    """The page that a small form in the frame was sent from."""
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if is_ours else "admin:index"
