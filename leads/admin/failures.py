"""What a page answers when it may not be opened or is not there: a card in the frame or in a part's place."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.contrib.admin import site
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from leadhub.web.requests import trail_of
from leads.admin.pages.render import is_partial, page

_TITLES: Final = {
    403: gettext_lazy("This is not open to you"),
    404: gettext_lazy("There is nothing here"),
}


def refusal(request: HttpRequest, error: PermissionDenied | Http404) -> HttpResponse:
    status = 404 if isinstance(error, Http404) else 403
    return failure(request, status, _sentence(status, error))


def failure(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    context = {
        "title": _TITLES[status],
        "sentence": sentence,
        "status": status,
        "request_id": trail_of(request).request_id,
    }
    trail_of(request).code = "forbidden" if status == 403 else "not_found"
    if is_partial(request):
        return HttpResponse(render_to_string("staff/parts/_failure.html", context, request), status=status)
    if not site.has_permission(request):
        return HttpResponse(render_to_string("failure.html", context), status=status)
    return page(request, "staff/failure.html", context, status)


def _sentence(status: int, error: Exception) -> str:
    if status == 404:
        return _("It may have been deleted, or it never was in this workspace.")
    return str(error) or _("Ask an owner of the workspace if you need it.")


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """For htmx, whose fragment would else hold the sign-in page; it leads back to the page that was open."""
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{here.path}?{here.query}" if here.query else here.path
    login = redirect_to_login(back or reverse("admin:index"), reverse("admin:login"))
    return HttpResponseClientRedirect(login["Location"])
