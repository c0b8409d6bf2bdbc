"""Receives the body of a request before any view: whole, within its limit, in a form that is read here."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO

from django.http import HttpRequest
from django.utils.translation import gettext

from leadhub.web.envelopes import Failure, load_doors, standard

BODY_LIMIT = 1024 * 1024
_PIECE = 64 * 1024

Matches = Callable[[HttpRequest], bool]

_larger: list[tuple[Matches, int]] = []


def allow_larger_body(matches: Matches | str, limit: int) -> None:
    """Raise the limit of a route that takes files; its body is left to be streamed, not held in memory.

    A text is the exact path of a POST.
    """
    if isinstance(matches, str):
        path = matches
        _larger.append((lambda request: request.method == "POST" and request.path_info == path, limit))
    else:
        _larger.append((matches, limit))


def is_json(request: HttpRequest) -> bool:
    """The content type says JSON: application/json, or any application type with the suffix +json."""
    kind = request.content_type or ""
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def receive_body(request: HttpRequest) -> Failure | None:
    """Take the body in, or say why not."""
    length = request.META.get("CONTENT_LENGTH") or ""
    chunked = "HTTP_TRANSFER_ENCODING" in request.META
    if not chunked and length in {"", "0"}:
        return None
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in {"", "identity"}:
        return _unsupported(gettext("Compressed bodies are not read here. Send it without Content-Encoding."))
    if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        return _unsupported(gettext("Only UTF-8 is read here. Send the body in that charset."))
    limit, streamed = _limit_of(request)
    if chunked:
        return _receive_chunks(request, limit, streamed)
    if not (length.isascii() and length.isdigit()):
        return standard(400)
    if len(length) > len(str(limit)) or int(length) > limit:
        return _too_large(limit)
    if not streamed and len(request.body) != int(length):
        return _cut_short()
    return None


def release_body(request: HttpRequest) -> None:
    """Close what a streamed body was spooled to."""
    spool = getattr(request, "spool", None)
    if spool is not None:
        spool.close()


def _receive_chunks(request: HttpRequest, limit: int, streamed: bool) -> Failure | None:
    """Django takes a body without a length for an empty one; so it is read here, and given its length.

    A server that does not mark the end of its input would let us wait for ever, hence the 411.
    """
    if not request.META.get("wsgi.input_terminated"):
        return standard(411)
    # Closed by release_body, after the answer.
    spool = SpooledTemporaryFile(max_size=BODY_LIMIT)  # noqa: SIM115
    request.spool = spool  # type: ignore[attr-defined]
    length = 0
    source: IO[bytes] = request.META["wsgi.input"]
    while piece := source.read(_PIECE):
        length += len(piece)
        if length > limit:
            return _too_large(limit)
        spool.write(piece)
    spool.seek(0)
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = spool  # type: ignore[assignment]
    if not streamed and len(request.body) != length:
        return _cut_short()
    return None


def _limit_of(request: HttpRequest) -> tuple[int, bool]:
    load_doors()
    for matches, limit in _larger:
        if matches(request):
            return limit, True
    return BODY_LIMIT, False


def _unsupported(message: str) -> Failure:
    return Failure(415, "unsupported_media_type", message)


def _too_large(limit: int) -> Failure:
    message = gettext("The body is larger than %(limit)d bytes. Send less at once.") % {"limit": limit}
    return Failure(413, "too_large", message)


def _cut_short() -> Failure:
    return Failure(400, "bad_request", gettext("The body is shorter than its Content-Length. Send it again."))
