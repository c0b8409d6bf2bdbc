"""The documents of a lead as its page shows them: by the items that ask for them, with what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from checklists.progress import ItemState, Progress
from leadhub.web.uploads import LARGEST_FILE, MOST_FILES
from leadhub.workspaces.clock import now
from leads.admin.content import kinds_words
from leads.admin.desk import Desk
from leads.admin.reasons import reason_words
from leads.changes.upload_links import LONGEST, SHORTEST, USUAL
from leads.models import Answer, Document, UploadLink
from leads.queries.documents import requests_of
from leads.queries.full import FullLead
from leads.values.content import offered


@dataclass(slots=True)
class Paper:
    """An item that asks for documents, with those that came and the links by which it was asked for."""

    state: ItemState
    answer: Answer | None
    documents: list[Document] = field(default_factory=list)
    requests: list[UploadLink] = field(default_factory=list)
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class PapersMoved:
    """What of the panel changes with an answer or a document elsewhere: items that ask for documents only
    now, those that ask otherwise, and the ids of those that ask for none any more."""

    fresh: list[Paper] = field(default_factory=list)
    changed: list[Paper] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Papers:
    """`others` belong to no item, or to one that is gone. `accept` is what the file dialog offers, `kinds`
    what is taken, in words."""

    items: list[Paper]
    others: list[Document]
    accept: str
    kinds: str
    most: int = MOST_FILES
    largest: int = LARGEST_FILE
    usual_days: int = USUAL
    shortest: int = SHORTEST
    longest: int = LONGEST

    @property
    def number(self) -> int:
        return len(self.others) + sum(len(paper.documents) for paper in self.items)


def papers_of(desk: Desk, full: FullLead, progress: Progress) -> Papers:
    """What the panel of documents shows; one query."""
    papers = {
        item.id: Paper(state, full.answers.get(item.id), hidden=reason_words(state, full.definitions))
        for item in full.definitions.items
        if item.is_file and (state := progress.items[item.id])
    }
    others: list[Document] = []
    for document in full.documents:
        paper = papers.get(document.item_id) if document.item_id else None
        (paper.documents if paper else others).append(document)
    moment = now()
    for link in requests_of(desk.workspace, full.lead) if papers else ():
        if link.item_id in papers and link.revoked_at is None and link.expires_at > moment:
            papers[link.item_id].requests.append(link)
    # One that does not apply is shown only for what came under it.
    shown = [paper for paper in papers.values() if paper.state.applies or paper.documents or paper.requests]
    kinds = desk.workspace.document_types
    return Papers(shown, others, offered(kinds), kinds_words(kinds))
