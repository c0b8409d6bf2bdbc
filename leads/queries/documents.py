"""Documents of a lead: which there are, their bytes, and links by which they can be fetched for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.core import signing
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import NotFound, Refused
from leads.models import Document, Entry, Lead, UploadLink

log = logging.getLogger("leads")

PIECE: Final = 64 * 1024
PREFIX: Final = "/files/"
# A token made for something else does not open a document, and one for a document nothing else.
_PURPOSE: Final = "leadhub.document.download"


def documents_of(workspace: Workspace, lead: Lead) -> list[Document]:
    """Oldest first."""
    found = Document.objects.filter(workspace=workspace, lead=lead, deleted_at=None)
    return list(found.order_by("created_at", "id"))


def find_document(workspace: Workspace, document_id: object, *, tests: bool | None = False) -> Document:
    """A document of a lead in reach; the lead may be deleted, because its record can still be read."""
    wanted = parse_id(document_id)
    found = Document.objects.filter(workspace=workspace, deleted_at=None)
    if tests is not None:
        found = found.filter(lead__is_test=tests)
    document = found.filter(pk=wanted).first() if wanted else None
    if document is None:
        raise NotFound(_("There is no document with this id; check it."))
    return document


def uploaded_by(workspace: Workspace, lead: Lead, document_id: str) -> tuple[str, Entry] | None:
    """The name of a document of the lead, and the entry that it came with."""
    wanted = parse_id(document_id)
    mine = Document.objects.select_related("entry").filter(workspace=workspace, lead=lead)
    document = mine.filter(pk=wanted).first() if wanted else None
    return (document.filename, document.entry) if document and document.entry else None


def requests_of(workspace: Workspace, lead: Lead) -> list[UploadLink]:
    """The document requests of a lead, newest first; those of leads that were merged into it still count."""
    mine = Q(lead=lead) | Q(lead__merged_into=lead)
    found = UploadLink.objects.filter(mine, workspace=workspace).select_related("item", "created_by")
    return list(found.order_by("-created_at", "-id"))


def address_of(document: Document, valid_for: timedelta) -> str:
    """Where the bytes can be fetched for a while: a path of our own, or a presigned one of the storage."""
    presigned = getattr(default_storage, "presigned", None)
    if presigned is not None:
        name, kind = document.filename, document.mime_type
        return str(presigned(document.storage_key, name, kind, int(valid_for.total_seconds())))
    return PREFIX + sign_document(document, valid_for)


def sign_document(document: Document, valid_for: timedelta, moment: datetime | None = None) -> str:
    """A token that opens this one document, and nothing else, until its time is over."""
    ends = int(((moment or now()) + valid_for).timestamp())
    return signing.dumps([document.workspace_id.hex, document.pk.hex, ends], salt=_PURPOSE)


def document_behind(token: str, moment: datetime | None = None) -> Document:
    """The document that a token opens now."""
    try:
        workspace_id, document_id, ends = signing.loads(token, salt=_PURPOSE)
    except (signing.BadSignature, ValueError):
        raise _no_such_link() from None
    if (moment or now()).timestamp() >= ends:
        raise Refused("link_expired", _("This link has expired; get a new one where you got it."))
    found = Document.objects.filter(workspace=UUID(workspace_id), pk=UUID(document_id), deleted_at=None)
    document = found.first()
    if document is None:
        raise _no_such_link()
    return document


def open_document(document: Document) -> BinaryIO:
    """Its bytes, to be read piece by piece and closed by the reader."""
    try:
        opened: Any = default_storage.open(document.storage_key, "rb")
    except FileNotFoundError:
        log.error("The file of document %s is missing.", document.pk)
        raise NotFound(_("The file of this document is missing; ask for it to be uploaded again.")) from None
    return opened  # type: ignore[no-any-return]


class Pieces:
    """So many bytes from where the file stands, one piece after the other. Whoever sends them closes them."""

    def __init__(self, file: BinaryIO, length: int, piece: int = PIECE) -> None:
        self._file = file
        self._left = length
        self._piece = piece

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part = self._file.read(min(self._piece, self._left)) if self._left > 0 else b""
        if not part:
            raise StopIteration
        self._left -= len(part)
        return part

    def close(self) -> None:
        self._file.close()


def _no_such_link() -> NotFound:
    return NotFound(_("This link leads to no document; copy it again, whole."))
