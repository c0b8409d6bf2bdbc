"""Document requests: a link by which a lead uploads what one item asks for, without a login.

Whoever has the link may upload, and nothing else: it shows nothing of the lead. Only its hash is stored.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ActorKind, ById, Where
from leads.changes.documents import Added, KeptFile, add_documents, find_file_item
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import Invalid, NotFound, Problem, Refused
from leads.models import UploadLink
from leads.queries.documents import requests_of
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.timeline import MISSING
from leads.validation.problems import Problems
from leads.values import clean_integer, clean_line

SHORTEST: Final = 1
LONGEST: Final = 90
USUAL: Final = 14
MESSAGE: Final = 500
# A link may be handed on, so what comes by one has an end.
MOST_FILES: Final = 50
# So that a lost script does not fill a lead with links.
MOST_OPEN: Final = 50
REQUESTED: Final = "document_requested"
WITHDRAWN: Final = "document_request_withdrawn"


@dataclass(frozen=True, slots=True)
class NewLink:
    """The only time that the token is known."""

    link: UploadLink
    token: str


def make_upload_link(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    item: object,
    days: object = None,
    message: object = "",
) -> NewLink:
    """`item` is the id of the lead's own item, of its definition, or its code; it opens for `days`."""

    def write() -> NewLink:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        wanted = find_file_item(state, item)
        valid_for, words = _terms(days, message)
        open_ones = UploadLink.objects.filter(workspace=workspace, lead=state.lead, revoked_at=None)
        if open_ones.filter(expires_at__gt=now()).count() >= MOST_OPEN:
            message_ = _("The lead has %d open requests already. Withdraw one of them first.")
            raise Invalid([Problem("item", "too_many", message_ % MOST_OPEN)])
        draft = Draft(state, actor)
        token = secrets.token_urlsafe(32)
        link = UploadLink(
            workspace=workspace,
            lead=state.lead,
            item_id=wanted.id,
            digest=digest_of(token),
            message=words,
            created_by_id=actor.user_id,
            created_at=draft.moment,
            expires_at=draft.moment + valid_for,
        )
        link.save(force_insert=True)
        draft.tell(f"/requests/{link.pk}", MISSING, wanted.code)
        told = {"request": str(link.pk), "item": wanted.code, "expires_at": link.expires_at, "message": words}
        store(draft, kind=REQUESTED, summary=gettext_noop("Document requested"), input=told)
        return NewLink(link, token)

    return transact(write)


def revoke_upload_link(workspace: Workspace, actor: Actor, where: Where, link_id: object) -> UploadLink:
    """Withdraw a request; one that is withdrawn already stays so, without a further entry."""

    def write() -> UploadLink:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        key, mine = parse_id(link_id), requests_of(workspace, state.lead)
        link = next((link for link in mine if link.pk == key), None)
        if link is None:
            raise NotFound(_("This lead has no such request."))
        if link.revoked_at is not None:
            return link
        draft = Draft(state, actor)
        link.revoked_at = draft.moment
        link.save(update_fields=["revoked_at"])
        draft.tell(f"/requests/{link.pk}", link.item.code, MISSING)
        told: dict[str, object] = {"request": str(link.pk), "item": link.item.code}
        store(draft, kind=WITHDRAWN, summary=gettext_noop("Document request withdrawn"), input=told)
        return link

    return transact(write)


def find_upload_link(token: str, moment: datetime | None = None) -> UploadLink:
    """The link of that token, while it is open."""
    rows = UploadLink.objects.select_related("workspace", "item", "lead", "created_by")
    link = rows.filter(digest=digest_of(token)).first()
    if link is None or link.lead.deleted_at is not None:
        raise NotFound(_("This link leads nowhere. Copy it again, whole, or ask for a new one."))
    _require_open(link, moment or now())
    return link


def upload_by_link(link: UploadLink, kept: Sequence[KeptFile], request_id: str = "") -> Added:
    """What was uploaded lands on the item, which then waits for review."""

    def write() -> Added:
        # The lead first, as everywhere; so a link that is withdrawn at this moment is seen to be.
        where = ById(link.lead_id)
        find_lead(link.workspace, where, tests=None, lock=True)
        row = UploadLink.objects.get(workspace=link.workspace, pk=link.pk)
        _require_open(row, now())
        if row.files + len(kept) > MOST_FILES:
            message = _("By one link come at most %d files. Ask for another one.")
            raise Refused("too_many", message % MOST_FILES)
        actor = Actor(ActorKind.SYSTEM, _("Document request"), "request", request_id=request_id)
        told = {"request": str(link.pk)}
        added = add_documents(link.workspace, actor, where, kept, item=link.item_id, told=told)
        row.files += len(kept)
        row.used_at = now()
        row.save(update_fields=["files", "used_at"])
        return added

    return transact(write)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _require_open(link: UploadLink, moment: datetime) -> None:
    if link.revoked_at is not None:
        raise Refused("link_revoked", _("This request was withdrawn. Nothing needs to be sent."))
    if link.expires_at <= moment:
        raise Refused("link_expired", _("This link has expired. Ask for a new one."))
    if link.item.archived_at is not None:
        raise Refused("link_revoked", _("This is no longer asked for. Nothing needs to be sent."))


def _terms(days: object, message: object) -> tuple[timedelta, str]:
    problems = Problems()
    lasting = problems.attempt("days", days, lambda: _days(days))
    words = problems.attempt("message", message, lambda: clean_line(message, MESSAGE))
    problems.settle()
    return timedelta(days=lasting or USUAL), words or ""


def _days(raw: object) -> int:
    if raw in (None, ""):
        return USUAL
    return clean_integer(raw, SHORTEST, LONGEST)
