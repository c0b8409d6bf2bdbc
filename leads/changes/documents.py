"""Keeping files that come with a lead: judged by content, stored under a random key, told in one entry.

The bytes are stored before the transaction, which must not wait for them; whoever stored them discards
them if it comes to nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from checklists.definitions import ItemDef
from leadhub.web.uploads import ReceivedFile
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, Where
from leads.changes.answering import put_answer
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import Invalid, Problem
from leads.models import AnswerStatus, Document, Entry
from leads.models.answer import answer_id
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.timeline import MISSING
from leads.validation.answers import AnswerVerdict
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_line, nearest_of
from leads.values.content import Content, read_content

UPLOADED: Final = "document_uploaded"
_ENDING: Final = 16


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in. `name` replaces the one that it came under, if there is any in it."""

    file: BinaryIO
    filename: str
    size: int
    digest: str
    name: object = None
    external_id: object = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the storage that no document knows of yet."""

    storage_key: str
    filename: str
    content: Content
    size: int
    digest: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Added:
    documents: list[Document]
    entry: Entry


def uploads_of(files: Iterable[ReceivedFile]) -> list[Upload]:
    return [Upload(file.file, file.filename, file.size, file.digest) for file in files]


def keep_files(workspace: Workspace, uploads: Sequence[Upload]) -> list[KeptFile]:
    """Store the bytes of all files, or of none. Say `discard_files` if no document comes of them."""
    problems = Problems()
    judged = [_judge(workspace, upload, f"files[{index}]", problems) for index, upload in enumerate(uploads)]
    problems.settle()
    kept: list[KeptFile] = []
    try:
        for upload, (filename, content, external_id) in zip(uploads, judged, strict=True):
            key = _store(workspace, upload)
            kept.append(KeptFile(key, filename, content, upload.size, upload.digest, external_id))
    except BaseException:
        discard_files(kept)
        raise
    return kept


def discard_files(kept: Iterable[KeptFile]) -> None:
    for file in kept:
        default_storage.delete(file.storage_key)


def add_documents(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    kept: Sequence[KeptFile],
    *,
    item: object = None,
    told: Mapping[str, object] | None = None,
) -> Added:
    """Make documents of stored files; the item that they were asked for, if any, then waits for review.

    `item` is the id of the lead's own item, or of its definition; `told` is what the entry says besides.
    """

    def write() -> Added:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        wanted = None if item is None else find_file_item(state, item)
        draft = Draft(state, actor)
        documents = [_document(draft, file, wanted) for file in kept]
        for document in documents:
            draft.tell(f"/documents/{document.pk}", MISSING, document.filename)
        if wanted is not None:
            sets: dict[str, object] = {
                "value": documents[-1].filename,
                "status": AnswerStatus.NEEDS_REVIEW,
            }
            put_answer(draft, AnswerVerdict(wanted, sets))
        draft.events.append("document.received")
        input = {**_told(documents, wanted), **(told or {})}
        entry = store(draft, kind=UPLOADED, summary=_summary(documents), input=input)
        for document in documents:
            document.entry = entry
        Document.objects.bulk_create(documents)
        return Added(documents, entry)

    return transact(write)


def _judge(workspace: Workspace, upload: Upload, field: str, problems: Problems) -> tuple[str, Content, str]:
    filename = _filename(upload, field, problems)
    external_id = ""
    if upload.external_id is not None:
        raw = upload.external_id
        external_id = problems.attempt(f"{field}.external_id", raw, lambda: clean_line(raw)) or ""
    content = read_content(upload.file, filename) if upload.size else None
    if upload.size == 0:
        problems.add(field, "empty_file", _("This file is empty; send it again."), filename)
    elif content is None or content.kind not in workspace.document_types:
        words = _("Files of this kind are not taken here; send one of %s.")
        accepted = ", ".join(workspace.document_types)
        problems.add(field, "invalid_file_type", words % accepted, filename, workspace.document_types)
    return filename, content or Content("", ""), external_id


def _filename(upload: Upload, field: str, problems: Problems) -> str:
    """One line without any folders; cut before its ending if it is too long."""
    raw = upload.filename if upload.name in (None, "") else upload.name
    name = problems.attempt(f"{field}.name", raw, lambda: clean_line(raw, LIMITS.note)) or ""
    name = name.replace("\\", "/").rpartition("/")[2].strip(" .") or "document"
    if len(name) <= LIMITS.line:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= _ENDING else ""
    return name[: LIMITS.line - len(ending)] + ending


def _store(workspace: Workspace, upload: Upload) -> str:
    upload.file.seek(0)
    name = secrets.token_hex(20)
    # Spread over folders, because one with a million files is slow on many file systems.
    key = f"{workspace.pk.hex}/{name[:2]}/{name}"
    file: Any = upload.file if isinstance(upload.file, File) else File(upload.file)
    return default_storage.save(key, file)


def find_file_item(state: LeadState, raw: object) -> ItemDef:
    """An item that takes documents, by its id, the id of the lead's own, or its code."""
    wanted = parse_id(raw)
    ids = (item for item in state.definitions.items if wanted in (item.id, answer_id(state.lead.pk, item.id)))
    item = next(ids, None) or (state.item(raw) if isinstance(raw, str) else None)
    if item is None:
        words = _("The lead has no such checklist item.")
        near = nearest_of(str(raw), [item.code for item in state.definitions.items if item.is_file])
        raise Invalid([Problem("item", "not_found", words, str(raw)[: LIMITS.line], near or None)])
    if not item.is_file:
        raise Invalid(
            [Problem("item", "invalid_choice", _("This item takes a value, not a document."), str(raw))]
        )
    return item


def _document(draft: Draft, file: KeptFile, item: ItemDef | None) -> Document:
    return Document(
        workspace=draft.state.workspace,
        lead=draft.lead,
        item_id=None if item is None else item.id,
        storage_key=file.storage_key,
        filename=file.filename,
        mime_type=file.content.mime_type,
        size=file.size,
        digest=file.digest,
        external_id=file.external_id,
        created_at=draft.moment,
        updated_at=draft.moment,
    )


def _summary(documents: Sequence[Document]) -> str:
    return gettext_noop("Document uploaded") if len(documents) == 1 else gettext_noop("Documents uploaded")


def _told(documents: Sequence[Document], item: ItemDef | None) -> dict[str, object]:
    return {
        "documents": [
            {
                "id": str(document.pk),
                "filename": document.filename,
                "mimeType": document.mime_type,
                "size": document.size,
                "externalId": document.external_id or None,
            }
            for document in documents
        ],
        "item": None if item is None else item.code,
    }
