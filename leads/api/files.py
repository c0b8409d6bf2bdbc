"""Documents behind signed links. No key is asked for: the link is one, for one document and a short while."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from leadhub.web.envelopes import Failed, standard
from leads.errors import LeadError, Refused
from leads.models import Document
from leads.queries.documents import Pieces, address_of, document_behind, open_document

VALID_IN_API: Final = timedelta(hours=1)

_RANGE: Final = re.compile(r"bytes=\s*([0-9]{0,19})-([0-9]{0,19})\s*")


class Span(NamedTuple):
    """The bytes from `first` up to `last`, both of them included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def link_to(request: HttpRequest, document: Document, valid_for: timedelta = VALID_IN_API) -> str:
    """An address from which the document can be fetched for a while, by whoever has it."""
    return request.build_absolute_uri(address_of(document, valid_for))


def show_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """`/files/{token}`: always a download, never shown by the browser; parts of it on request."""
    if request.method not in {"GET", "HEAD"}:
        failure = standard(405, {"Allow": "GET, HEAD"})
        raise Failed(failure.status, failure.code, failure.message, failure.headers)
    try:
        document = document_behind(token)
        return _respond(request, document)
    except LeadError as refusal:
        gone = isinstance(refusal, Refused)
        code = refusal.reason if isinstance(refusal, Refused) else refusal.code
        raise Failed(410 if gone else 404, code, refusal.message) from None


def _respond(request: HttpRequest, document: Document) -> HttpResponseBase:
    tag = f'"{document.digest or document.pk.hex}"'
    headers = {
        "Content-Disposition": content_disposition_header(True, document.filename) or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    span = wanted_span(request.headers.get("Range"), document.size)
    if request.headers.get("If-Range", tag) != tag:
        span = Span(0, document.size - 1)
    if span is None:
        words = _("The file ends before that range begins.")
        raise Failed(416, "invalid_range", words, {"Content-Range": f"bytes */{document.size}"})
    is_part = span.length < document.size
    if is_part:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{document.size}"
    headers["Content-Length"] = str(span.length)
    file = open_document(document)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(b"", document.mime_type, 206 if is_part else 200, headers=headers)
    file.seek(span.first)
    pieces = Pieces(file, span.length)
    return StreamingHttpResponse(pieces, document.mime_type, 206 if is_part else 200, headers=headers)


def wanted_span(header: str | None, size: int) -> Span | None:
    """The one range that is asked for; the whole for several ranges or nonsense; None past the end."""
    found = _RANGE.fullmatch(header or "")
    whole = Span(0, size - 1)
    if found is None or found[1] == found[2] == "":
        return whole
    if not found[1]:
        length = int(found[2])
        return Span(max(0, size - length), size - 1) if length else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return whole
    return Span(first, last) if first < size else None
