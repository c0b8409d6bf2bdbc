"""Erasing a person: every copy goes; what stays are keyed hashes, so that no import brings the person back.

What names the person in the logs of the doors is searched for first, outside of the transaction, because that
reads them all; the lead and all that hangs off it then go at once, and stored files after that, if need be by
a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.web import erasure
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ById, Where
from leads.changes.actions import clean_reason
from leads.changes.catalogue import write_entry
from leads.changes.events import announce
from leads.changes.followups import OPT_OUTS
from leads.changes.kept_lists import drop_lists
from leads.changes.mentions import erase_mentions, redact_merges
from leads.changes.suppression import ERASED, EXTERNAL_ID, OPTED_OUT, Key, keys_of, suppress
from leads.changes.transact import transact
from leads.errors import Invalid, Problem, Refused
from leads.models import ContactPoint, Document, Job, Lead
from leads.models.outbox import Leased
from leads.queries.find import find_lead, live_leads, reached_by
from leads.queries.person import TABLES, Marks, admin_log, marks_of, whole_family
from leads.timeline import MISSING, change_of

DISCARDING: Final = "discard_files"


@dataclass(slots=True)
class Erased:
    """The leads that went, the merged-in ones included; rows by table; files. Imports that were running may
    have met the person a moment before. Other leads with the same number or address stay."""

    leads: list[UUID]
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    running_imports: list[UUID] = field(default_factory=list)
    others: list[UUID] = field(default_factory=list)


def erase_lead(workspace: Workspace, actor: Actor, where: Where, reason: object) -> Erased:
    """Erase a lead, deleted or not, and all that were merged into it. `reason` stays, so it names nobody."""
    lead = find_erasable(workspace, actor, where)
    family = whole_family(workspace, lead)
    marks = marks_of(workspace, family)
    line = _clean_reason(reason, marks, family)
    erasure.erase_lead(workspace.pk, lead.pk, marks.texts)
    return transact(lambda: _erase(workspace, actor, lead.pk, line))


def find_erasable(workspace: Workspace, actor: Actor, where: Where) -> Lead:
    """One that was merged away goes with its survivor, never the survivor with it."""
    if isinstance(where, ById):
        where = ById(where.id, follows=False, deleted=True)
        key = parse_id(where.id)
        merged = Lead.objects.filter(workspace=workspace, merged_into__isnull=False)
        gone = merged.filter(pk=key).first() if key else None
        if gone is not None:
            message = _("This lead was merged into %(lead)s; erase that one, or undo the merge first.")
            raise Refused("merged_away", message % {"lead": gone.merged_into_id})
    return find_lead(workspace, where, tests=actor.tests)


def _clean_reason(reason: object, marks: Marks, family: Sequence[Lead]) -> str:
    line = clean_reason(reason)
    names = {name for lead in family for name in (lead.last_name, lead.full_name, lead.business_name) if name}
    if marks.stand_in(line) or any(name.casefold() in line.casefold() for name in names):
        words = _("The reason stays when the person is gone; write it without name, number and address.")
        raise Invalid([Problem("reason", "names_person", words)])
    return line


def _erase(workspace: Workspace, actor: Actor, lead_id: UUID, reason: str) -> Erased:
    where = ById(lead_id, follows=False, deleted=True)
    lead = find_lead(workspace, where, tests=actor.tests, lock=True)
    family = whole_family(workspace, lead, lock=True)
    ids = [one.pk for one in family]
    marks, erased = marks_of(workspace, family), Erased(ids)
    keys = _keys(workspace, family)
    erased.others = _others(workspace, ids, keys)
    files = list(
        Document.objects.filter(workspace=workspace, lead__in=ids).values_list("storage_key", flat=True)
    )
    lists, erased.running_imports = drop_lists(workspace)
    files += lists
    _remember(workspace, family, keys)
    erased.rows |= redact_merges(workspace, family)
    erased.rows |= erase_mentions(workspace, ids, marks)
    for key in ids:
        erasure.erase_lead(workspace.pk, key)
    erased.rows |= _delete(workspace, ids)
    erased.files = _discard(workspace, files)
    payload = {"erased": True, "summary": gettext_noop("Lead erased")}
    announce(workspace, actor, "lead.deleted", payload, lead=lead)
    told = {"lead": change_of(MISSING, str(lead_id)), "leads": change_of(MISSING, [str(key) for key in ids])}
    write_entry(workspace, actor, "lead_erased", _("Lead erased: %s") % reason, told)
    return erased


def _keys(workspace: Workspace, family: Sequence[Lead]) -> set[Key]:
    points = ContactPoint.objects.filter(workspace=workspace, lead__in=[lead.pk for lead in family])
    keys = keys_of(family[0], points)
    for lead in family:
        keys |= keys_of(lead) | ({(EXTERNAL_ID, lead.external_id)} if lead.external_id else set())
    return keys


def _others(workspace: Workspace, ids: Sequence[UUID], keys: set[Key]) -> list[UUID]:
    """Leads that may be the same person, and were never merged with this one."""
    found: set[UUID] = set()
    for kind, key in keys - {key for key in keys if key[0] == EXTERNAL_ID}:
        column = "email_key" if kind == "email" else "phone_key"
        rows = live_leads(workspace).filter(reached_by(workspace, column, key))
        found |= set(rows.values_list("pk", flat=True)[:100])
    return sorted(found - set(ids))


def _remember(workspace: Workspace, family: Sequence[Lead], keys: set[Key]) -> None:
    """That the person was here and is not to come back by an import, and what the person opted out of."""
    if family[0].is_test:
        return
    suppress(workspace, keys, ERASED)
    reached = {key for key in keys if key[0] != EXTERNAL_ID}
    for channel, column in OPT_OUTS.items():
        if any(getattr(lead, column) for lead in family):
            suppress(workspace, reached, OPTED_OUT, channel)


def _delete(workspace: Workspace, ids: Sequence[UUID]) -> dict[str, int]:
    """Table by table, because a cascade would look for what points here without the help of an index."""
    Lead.objects.filter(workspace=workspace, pk__in=ids).update(disposition_change=None, merged_into=None)
    counts = {"admin_log": _raw(admin_log(ids))}
    for table in TABLES:
        counts[table.name] = _raw(table.find(workspace, ids))
    return counts


def _raw(rows: Any) -> int:
    return int(rows.order_by()._raw_delete(rows.db) or 0)


def _discard(workspace: Workspace, keys: Sequence[str]) -> int:
    """Files go once the rows are gone for certain; a worker sees to those that a crash leaves behind."""
    given = [key for key in keys if key]
    if given:
        moment = now()
        job = Job.objects.create(
            workspace=workspace,
            kind=DISCARDING,
            input={"keys": given},
            state=Leased.State.DUE,
            due_at=moment,
            created_at=moment,
        )
        transaction.on_commit(lambda: discard_files(job))
    return len(given)


def discard_files(job: Job) -> int:
    """Doing it twice does no harm."""
    keys = job.input.get("keys", [])
    for key in keys:
        default_storage.delete(key)
    done = {"state": Leased.State.DONE, "due_at": None, "finished_at": now()}
    Job.objects.filter(pk=job.pk).update(input={}, output={"files": len(keys)}, **done)
    return len(keys)
