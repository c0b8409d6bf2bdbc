"""Documents: uploaded for a lead, and fetched again."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from leadhub.web.json import Unreadable, read_json, write_json
from leadhub.web.uploads import Received
from leads.api.omniai.door import OmniAIView
from leads.api.schema import described, query
from leads.api.uploads import receive_upload, write_upload
from leads.api.view import Reply
from leads.change import ById
from leads.changes.documents import KeptFile, Upload, add_documents, discard_files, keep_files
from leads.errors import Malformed, Problem
from leads.queries.documents import Pieces, find_document, open_document
from leads.queries.find import find_lead
from leads.voices import omniai as voice

_TEXTS: Final = ("leadId", "leadChecklistItemId", "metadata")
# A multiple of three, so that the pieces of base64 can be put together.
_PIECE: Final = 3 * 16 * 1024


class DocumentsView(OmniAIView):
    """`/api/v1/documents`: the bytes are stored before the transaction, and thrown away if it fails."""

    @described(
        "uploadDocuments",
        "Upload documents for a lead",
        body={"multipart/form-data": voice.UPLOAD.schema()},
        answers={200: voice.UPLOADED},
        refusals=[404],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        received = receive_upload(self.request._request, "files", _TEXTS)
        ignored: list[str] = []

        def add(kept: list[KeptFile]) -> Reply:
            where = ById(self.named_lead(dict(received.texts)))
            item = received.texts.get("leadChecklistItemId") or None
            added = add_documents(self.workspace, self.actor, where, kept, item=item)
            shown = voice.show_uploaded(added.documents, added.entry.pk, self.link)
            return Reply(shown, lead_id=added.entry.lead_id, ignored=received.ignored + ignored)

        return write_upload(self, received, lambda: self._keep(received, ignored), add, discard_files)

    def _keep(self, received: Received, ignored: list[str]) -> list[KeptFile]:
        """Everything that can be refused without a lock, and then the bytes."""
        find_lead(self.workspace, ById(self.named_lead(dict(received.texts))), tests=self.actor.tests)
        if not received.files:
            words = _("Send at least one file, as a part called files.")
            raise Malformed([Problem("files", "required", words)])
        metadata = _metadata(received.texts.get("metadata"))
        names, unread = voice.read_upload_names(metadata, len(received.files))
        ignored += unread
        uploads = [
            Upload(file.file, file.filename, file.size, file.digest, said.name, said.external_id)
            for file, said in zip(received.files, names, strict=True)
        ]
        return keep_files(self.workspace, uploads)


class DocumentView(OmniAIView):
    """`/api/v1/documents/{documentId}`"""

    @described(
        "getDocument",
        "A document, with a fresh link to it",
        answers={200: voice.DOCUMENT},
        parameters=[query("includeContent", {"type": "boolean"}, "The file itself, too, as base64.")],
    )
    def get(self, request: HttpRequest, document_id: str) -> HttpResponseBase:
        document = find_document(self.workspace, document_id, tests=self.actor.tests)
        shown = voice.show_document(document, self.link)
        if not _flag(request.GET.get("includeContent")):
            return self.read(Reply(shown, lead_id=document.lead_id))
        pieces = Pieces(open_document(document), document.size, _PIECE)
        return StreamingHttpResponse(_Encoded(write_json(shown), pieces), self.content_type)


class _Encoded:
    """An object with the file as its last value, a piece at a time: no file is ever held in memory."""

    def __init__(self, head: bytes, pieces: Pieces) -> None:
        encoded = (base64.b64encode(piece) for piece in pieces)
        self._parts = chain([head[:-1] + b',"content":"'], encoded, [b'"}'])
        self.close = pieces.close

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


def _metadata(text: str | None) -> object:
    if not text:
        return None
    try:
        return read_json(text.encode())
    except Unreadable as error:
        raise Malformed([Problem("metadata", error.code, error.message)]) from None


def _flag(raw: str | None) -> bool:
    words = {None: False, "": False, "false": False, "0": False, "true": True, "1": True}
    text = raw.strip().lower() if raw is not None else None
    if text not in words:
        raise Malformed([Problem("includeContent", "invalid_type", _("Send true or false."), raw)])
    return words[text]
