"""Taking a document away: for good, with its entry. Its bytes go with the next sweep of the storage."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Workspace
from leads.change import Actor, Where
from leads.changes.answering import put_answer
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import NotFound
from leads.models import AnswerStatus, Document
from leads.queries.documents import documents_of
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.timeline import MISSING
from leads.validation.answers import AnswerVerdict

REMOVED: Final = "document_removed"


def remove_document(workspace: Workspace, actor: Actor, where: Where, document_id: UUID) -> Document:
    """An item whose last document goes is to be done again; its status stays while there is another one."""

    def write() -> Document:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        present = {document.pk: document for document in documents_of(workspace, state.lead)}
        document = present.pop(document_id, None)
        if document is None:
            raise NotFound(_("This lead has no such document."))
        draft = Draft(state, actor)
        document.deleted_at = document.updated_at = draft.moment
        document.save(update_fields=["deleted_at", "updated_at"])
        draft.tell(f"/documents/{document.pk}", document.filename, MISSING)
        _settle_item(draft, document, list(present.values()))
        told: dict[str, object] = {"id": str(document.pk), "filename": document.filename}
        store(draft, kind=REMOVED, summary=gettext_noop("Document removed"), input=told)
        return document

    return transact(write)


def _settle_item(draft: Draft, gone: Document, present: list[Document]) -> None:
    item = draft.state.definitions.by_id.get(gone.item_id) if gone.item_id else None
    if item is None or item.id not in draft.state.answers:
        return
    others = [document for document in present if document.item_id == item.id]
    sets: dict[str, object] = {"value": others[-1].filename} if others else {}
    put_answer(draft, AnswerVerdict(item, sets or {"value": None, "status": AnswerStatus.TODO}))
