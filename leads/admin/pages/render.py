"""The three answers of a page: itself within the frame, a fragment of it, or where to go next."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django_htmx.http import HttpResponseClientRedirect

from leads.admin.notices import notices


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    framed = {**site.each_context(request), **context}
    return TemplateResponse(request, template, framed, status=status).render()


def fragment(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A part that htmx puts in place; what there is to say goes to the live region beside it."""
    framed = {"desk": getattr(request, "desk", None), "notices": lambda: notices(request), **context}
    body = render_to_string(template, framed, request)
    return HttpResponse(body + render_to_string("staff/parts/_said.html", framed, request), status=status)


def is_partial(request: HttpRequest) -> bool:
    """Asked by htmx for a part; its walk through history wants the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def go(request: HttpRequest, target: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a post: a redirect; for htmx the order to open the page, or it would swap that page in."""
    if is_partial(request):
        return HttpResponseClientRedirect(resolve_url(target, *args, **kwargs))
    where: HttpResponse = redirect(target, *args, **kwargs)
    return where
