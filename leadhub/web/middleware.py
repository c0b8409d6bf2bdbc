"""The outermost layer of every request: its id, its body, its log line, the last word when things break."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.log import log_response
from django.utils.translation import gettext

from leadhub.web.bodies import receive_body, release_body
from leadhub.web.envelopes import Failed, Failure, owner, render_failure, standard, standard_of
from leadhub.web.health import PROBES
from leadhub.web.logs import log_request
from leadhub.web.records import record_request
from leadhub.web.requests import begin_trail, current_request_id

_WAIT = {"Retry-After": "5"}
_WAIT_FOR_ROOM = {"Retry-After": "60"}
# Refusals of PostgreSQL that are no OperationalError: here, read-only after a failover.
_STATES_OF_A_SICK_SERVER = {"25006"}


class RequestMiddleware:
    """Stands outside all others, so that what they refuse or break is answered in the right envelope too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trail = begin_trail(request)
        token = current_request_id.set(trail.request_id)
        try:
            response = self._answer(request)
            _seal_headers(response, trail.request_id)
            log_request(request, response.status_code, trail)
            # Our line says it all; Django's own would show the path as it was sent.
            response._has_been_logged = True  # type: ignore[attr-defined]
        finally:
            release_body(request)
            current_request_id.reset(token)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A view broke. The doors for machines answer here; the pages for people are left to Django."""
        if owner(request) is None and not isinstance(error, Failed):
            return None
        return answer_error(request, error)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        # Before all else: probes come by address, without TLS and without a known Host.
        if probe := PROBES.get(request.path_info):
            return probe(request)
        try:
            if failure := _refusal(request):
                return render_failure(request, failure)
            response = self.get_response(request)
        except Exception as error:
            return answer_error(request, error)
        if isinstance(response, HttpResponse) and _is_foreign(request, response):
            return render_failure(request, standard_of(response))
        return response


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """The envelope for whatever was raised; a crash is logged with its traceback, as Django would."""
    failure = failure_of(error)
    response = render_failure(request, failure)
    if failure.status >= 500:
        got_request_exception.send(sender=None, request=request)
        log_response(
            "The request failed: %s", failure.code, response=response, request=request, exception=error
        )
    if failure.status == 500:
        _record_crash(request, failure)
    return response


def _record_crash(request: HttpRequest, failure: Failure) -> None:
    """Somebody will ask by the request id. It may be the database that broke, hence no more than a try."""
    with suppress(DatabaseError, InterfaceError):
        record_request(request, failure.status, failure.code)


def failure_of(error: BaseException) -> Failure:
    if isinstance(error, Failed):
        return error.failure
    if isinstance(error, DatabaseError | InterfaceError):
        return _failure_of_database(error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return standard(507, _WAIT_FOR_ROOM)
    if isinstance(error, RequestDataTooBig):
        return standard(413)
    if isinstance(error, SuspiciousOperation | BadRequest | MultiPartParserError | UnreadablePostError):
        return standard(400)
    if isinstance(error, PermissionDenied):
        return standard(403)
    return standard(404 if isinstance(error, Http404) else 500)


def _failure_of_database(error: Exception) -> Failure:
    """A database that is away, full or too busy is not a bug of ours; everything else it says is."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    sqlite = getattr(cause, "sqlite_errorname", "")
    if state == "53100" or sqlite == "SQLITE_FULL":
        return standard(507, _WAIT_FOR_ROOM)
    # SQLite reports mistakes in the SQL as OperationalError too, under its general code.
    sick = isinstance(error, OperationalError | InterfaceError) and sqlite != "SQLITE_ERROR"
    if sick or state in _STATES_OF_A_SICK_SERVER:
        return standard(503, _WAIT)
    return standard(500)


def _refusal(request: HttpRequest) -> Failure | None:
    """What no door takes, whoever asks."""
    if "\0" in request.path_info:
        return standard(404)
    # People are redirected to https; a machine is refused, so that a key sent in the open is noticed.
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and owner(request):
        message = gettext("Plain http is not answered here. Use https, and replace the key that was sent.")
        return Failure(403, "https_required", message)
    query = request.META.get("QUERY_STRING", "")
    if "%00" in query or "\0" in query:
        message = gettext("The query string holds a NUL character. Remove it.")
        return Failure(400, "control_character", message)
    return receive_body(request)


def _is_foreign(request: HttpRequest, response: HttpResponse) -> bool:
    """An error page of Django's own on a path that answers in JSON."""
    if response.status_code < 400 or "json" in response.headers.get("Content-Type", ""):
        return False
    return owner(request) is not None


def _seal_headers(response: HttpResponseBase, request_id: str) -> None:
    headers = response.headers
    headers["X-Request-Id"] = request_id
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if "json" in headers.get("Content-Type", ""):
        headers["Content-Security-Policy"] = "default-src 'none'"
        headers.setdefault("Cache-Control", "no-store")
