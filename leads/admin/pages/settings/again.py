"""A request of the log once more, as a dry run: what it would come to now, and what it would change."""

from __future__ import annotations

import io
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from leadhub.web.models import RequestRecord
from leadhub.web.records import body_of
from leadhub.web.requests import begin_trail
from leadhub.workspaces.models import ApiKey
from leads.timeline import overhear

# The header in which each dialect's key is sent.
_HEADERS: Final = {"omniai": "x-api-key", "octanist": "X-API-KEY"}
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT: Final = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST")
_LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Again:
    """`changes` are those of the entries that would have been written."""

    status: int
    body: str
    changes: Mapping[str, list[Any]]


def may_run(record: RequestRecord) -> bool:
    return record.method in _WRITES and (record.method == "DELETE" or record.body is not None)


def run_again(request: HttpRequest, record: RequestRecord, key: ApiKey) -> Again | None:
    """Through the very view that answered then, as the same key; nothing is stored. None without its view."""
    sent = _rebuilt(request, record)
    begin_trail(sent).vouched = key
    try:
        match = resolve(sent.path_info)
    except Resolver404:
        return None
    with overhear() as entries:
        answer = match.func(sent, *match.args, **match.kwargs)
    changes = {path: change for entry in entries for path, change in entry.changes.items()}
    return Again(answer.status_code, _text(answer), changes)


def _text(answer: HttpResponse) -> str:
    return answer.content.decode(errors="replace")[:_LONGEST]


def _rebuilt(request: HttpRequest, record: RequestRecord) -> WSGIRequest:
    parts, body = urlsplit(record.path), body_of(record) or b""
    name = _HEADERS.get(record.door, "Authorization").upper().replace("-", "_")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": record.method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "HTTP_LEADHUB_DRY_RUN": "true",
        f"HTTP_{name}": "vouched",
        "wsgi.url_scheme": request.scheme,
    }
    environ |= {name: request.META[name] for name in _KEPT if name in request.META}
    return WSGIRequest(environ)


def curl_of(request: HttpRequest, record: RequestRecord) -> str:
    """The request as a command. The key is not known here, so it is left to the reader."""
    header = _HEADERS.get(record.door)
    credential = f"{header}: $KEY" if header else "Authorization: Bearer $KEY"
    address = f"{request.scheme}://{request.get_host()}{record.path}"
    parts = ["curl", "-X", record.method, shlex.quote(address), "-H", f'"{credential}"']
    body = body_of(record)
    if body:
        parts += ["-H", shlex.quote("Content-Type: application/json")]
        parts += ["--data-raw", shlex.quote(body.decode(errors="replace"))]
    return " ".join(parts)
