"""Django's error handlers: what is refused before or outside any view, in the envelope of the path."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from leadhub.web.envelopes import Failure, render_failure, standard
from leadhub.web.middleware import failure_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_failure(request, failure_of(exception))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_failure(request, standard(403))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Most often the page was open while its owner signed out or in again elsewhere."""
    message = gettext("This page was open for too long. Go back, reload it, and send it again.")
    return render_failure(request, Failure(403, "csrf_failed", message))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render_failure(request, standard(404))


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled; a database that is away is a 503, not a bug."""
    error = sys.exc_info()[1]
    return render_failure(request, failure_of(error) if error else standard(500))
