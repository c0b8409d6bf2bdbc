"""Every refusal and crash in the words of the door it happened at: who owns a path, and how it answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leadhub.web.json import json_response
from leadhub.web.requests import trail_of

log = logging.getLogger("leadhub.web")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, before any dialect has put it into its own words."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """Raised anywhere below a door to answer with this failure."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.failure = Failure(status, code, message, headers or {})


Matches = Callable[[HttpRequest], bool]
Render = Callable[[HttpRequest, Failure], HttpResponse]

_registry: list[tuple[Matches, Render]] = []

# Code and sentence of each status that Django or this package answers by itself.
STANDARD = {
    400: ("bad_request", _("The request cannot be read. Check its form against the documentation.")),
    403: ("forbidden", _("This is not allowed here.")),
    404: ("not_found", _("There is nothing at this address. Check the path.")),
    405: ("method_not_allowed", _("This address does not take this method. Look at the Allow header.")),
    411: ("length_required", _("The length of the body is unknown. Send a Content-Length header.")),
    413: ("too_large", _("The body is too large. Send less at once.")),
    415: ("unsupported_media_type", _("This kind of body is not read here. Send plain UTF-8 JSON.")),
    429: ("rate_limited", _("Too many requests. Wait as long as the Retry-After header says.")),
    500: ("internal_error", _("Something broke on our side. Tell us the request id of this answer.")),
    503: ("unavailable", _("The service cannot answer just now. Try again soon.")),
    507: ("storage_full", _("The server has no room left to store this. Try again later.")),
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


def register(matches: Matches | str, render: Render) -> None:
    """The envelope of a dialect. The first match wins; a text is a path prefix, a function sees all."""
    _registry.append((_under(matches) if isinstance(matches, str) else matches, render))


def owner(request: HttpRequest) -> Render | None:
    """The envelope of the dialect that owns the path; none for the pages of people."""
    load_doors()
    for matches, render in _registry:
        if matches(request):
            return render
    return render_problem if request.path_info.startswith("/api/") else None


def standard(status: int, headers: Mapping[str, str] | None = None) -> Failure:
    code, message = STANDARD.get(status) or STANDARD[400 if status < 500 else 500]
    return Failure(status, code, str(message), headers or {})


def standard_of(response: HttpResponse) -> Failure:
    """The failure that an answer of Django's own stands for."""
    return standard(
        response.status_code, {name: response[name] for name in _KEPT_HEADERS if name in response.headers}
    )


def render_failure(request: HttpRequest, failure: Failure) -> HttpResponse:
    trail_of(request).code = failure.code
    render = owner(request) or render_page
    try:
        response = render(request, failure)
    except Exception:
        log.exception("An envelope could not be rendered.", extra={"request": request})
        response = render_problem(request, failure)
    for name, value in failure.headers.items():
        response.headers.setdefault(name, value)
    return response


def render_problem(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Problem details as RFC 9457 has them, for the native API and for unknown paths beside the dialects."""
    problem = {
        "type": "about:blank",
        "title": HttpResponse(status=failure.status).reason_phrase,
        "status": failure.status,
        "detail": failure.message,
        "instance": request.path,
        "code": failure.code,
        "request_id": trail_of(request).request_id,
    }
    return json_response(problem, failure.status, content_type="application/problem+json")


def render_page(request: HttpRequest, failure: Failure) -> HttpResponse:
    """A page for people. No context processors: they would ask a database that may be down."""
    request_id = trail_of(request).request_id
    try:
        page = loader.get_template("failure.html").render({"failure": failure, "request_id": request_id})
    except TemplateDoesNotExist:
        page = format_html(
            '<!doctype html><html lang="en"><title>{}</title><h1>{}</h1><p>{}</p>',
            failure.status,
            failure.message,
            gettext("Request id: %(request_id)s") % {"request_id": request_id},
        )
    return HttpResponse(page, status=failure.status)


def _under(prefix: str) -> Matches:
    if prefix.endswith("/"):
        return lambda request: request.path_info.startswith(prefix)
    return lambda request: request.path_info == prefix or request.path_info.startswith(prefix + "/")


def load_doors() -> None:
    """The map of the doors registers envelopes and limits; the first request comes before Django reads it."""
    _load_urlconf(settings.ROOT_URLCONF)


@cache
def _load_urlconf(name: str) -> None:
    import_module(name)
