"""A change of many leads: what is wished, which leads it is about, and what becomes of each.

Each lead is changed by itself, under the rules that bind whoever wishes it, so that one refusal holds up no
other; what became of it is stored with the change, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import new_id, parse_id
from leadhub.workspaces.models import Membership, Workspace
from leads import values
from leads.change import CLEAR, Actor, Archive, ById, DispositionWish, LeadChange, TagChange
from leads.changes.apply import apply_change
from leads.changes.tag_merging import MERGE, change_of_merge
from leads.changes.transact import transact
from leads.changes.undo import undo_entry
from leads.errors import Forbidden, Invalid, LeadError, NotFound
from leads.models import BulkRow, Entry, Job, Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead
from leads.queries.jobs import KINDS
from leads.queries.reach import may_edit, whose
from leads.queries.tags import leads_with_tag
from leads.state import LeadState
from leads.validation.problems import Problems

Result = BulkRow.Result
MOST_TAGS: Final = 10

_SELECT: Final = {
    "postgresql": "gen_random_uuid()",
    "sqlite": "lower(hex(randomblob(16)))",
}
_INSERT: Final = (
    "INSERT INTO leads_bulkrow (id, workspace_id, job_id, lead_id, result, message)"
    " SELECT {id}, %s, %s, chosen.id, 'waiting', '' FROM ({chosen}) AS chosen"
)

# What may be wished, as it is kept with the job: {"do": ..., and the words that belong to it}.
Wish = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one lead."""

    result: Result
    message: str = ""
    entry_id: UUID | None = None


def clean_wish(workspace: Workspace, raw: Mapping[str, object]) -> dict[str, Any]:
    """What is wrong whatever the lead is refused before anything begins."""
    problems = Problems()
    do = str(raw.get("do", ""))
    rule = _WISHES.get(do)
    if rule is None:
        problems.add("do", "invalid_choice", _("Choose what to do with these leads."), do, list(_WISHES))
        problems.settle()
    assert rule is not None
    wish = {"do": do, **rule(workspace, raw, problems)}
    problems.settle()
    return wish


def _assign(workspace: Workspace, raw: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    wanted = str(raw.get("assignee", ""))
    if wanted == "none":
        return {"assignee": None}
    user_id = parse_id(wanted)
    members = Membership.objects.filter(workspace=workspace, left_at=None, user__is_active=True)
    member = members.filter(user=user_id).select_related("user").first() if user_id else None
    if member is None:
        problems.add("assignee", "not_found", _("Choose who is to have these leads."), wanted)
        return {}
    return {"assignee": str(user_id), "name": str(member.user)}


def _tag(workspace: Workspace, raw: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    names = [name for name in str(raw.get("tags", "")).split(",") if name.strip()]
    if not names or len(names) > MOST_TAGS:
        problems.add("tags", "required", _("Name one to %d tags, separated by commas.") % MOST_TAGS)
    cleaned = [problems.attempt("tags", name, partial(values.clean_tag, name)) for name in names]
    return {"tags": [tag.name for tag in cleaned if tag]}


def _stage(workspace: Workspace, raw: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    outcome, reason = str(raw.get("outcome", "")), str(raw.get("reason", "")).strip()
    row = load_catalogue(workspace).by_outcome(outcome)
    if row is None or row.archived_at:
        problems.add("outcome", "unknown_code", _("Choose the stage for these leads."), outcome)
        return {}
    if row.needs_reason and not reason:
        message = _("“%(label)s” needs a reason; say in a few words why.") % {"label": row.label}
        problems.add("reason", "reason_required", message)
    problems.attempt("reason", reason, lambda: values.clean_note(reason))
    return {"outcome": outcome, "reason": reason, "label": row.label}


def _archive(workspace: Workspace, raw: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    note = str(raw.get("reason", "")).strip()
    if not note:
        problems.add("reason", "required", _("Say in a few words why these leads are archived."))
    problems.attempt("reason", note, lambda: values.clean_text(note, 500, multiline=True))
    return {"reason": note}


def _nothing(workspace: Workspace, raw: Mapping[str, object], problems: Problems) -> dict[str, Any]:
    return {}


_WISHES: Final[Mapping[str, Callable[[Workspace, Mapping[str, object], Problems], dict[str, Any]]]] = {
    "assign": _assign,
    "tag": _tag,
    "untag": _tag,
    "stage": _stage,
    "archive": _archive,
    "restore": _nothing,
}


def change_of_wish(wish: Wish) -> LeadChange:
    match wish["do"]:
        case "assign":
            return LeadChange(fields={"assignee": UUID(wish["assignee"]) if wish["assignee"] else CLEAR})
        case "tag":
            return LeadChange(tags=TagChange(names=tuple(wish["tags"])))
        case "untag":
            return LeadChange(tags=TagChange(remove=tuple(wish["tags"])))
        case "stage":
            disposition = DispositionWish(outcome=wish["outcome"], reason=wish["reason"], strict=True)
            return LeadChange(disposition=disposition)
        case "archive":
            return LeadChange(archive=Archive(note=wish["reason"]))
    return LeadChange(unarchive=True)


def select_leads(job: Job, rows: QuerySet[Lead]) -> int:
    """Write down which leads the job is about, so that what it changes does not change what it is about."""
    try:
        chosen, params = rows.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return 0
    own = [value if connection.vendor == "postgresql" else value.hex for value in (job.workspace_id, job.pk)]
    sql = _INSERT.format(id=_SELECT[connection.vendor], chosen=chosen)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*own, *params])
        return int(cursor.rowcount)


def pick_leads(job: Job, leads: Iterable[UUID]) -> int:
    """The same for leads that were named one by one."""
    named = dict.fromkeys(leads)
    given = [BulkRow(workspace_id=job.workspace_id, job=job, lead_id=lead) for lead in named]
    return len(BulkRow.objects.bulk_create(given, batch_size=1000))


def pick_tagged(job: Job) -> int:
    """Those that have the tag which the job merges into another, and are not written down yet."""
    if job.input["wish"]["do"] != MERGE:
        return 0
    rows = leads_with_tag(job.workspace, UUID(job.input["wish"]["tag"]))
    known = BulkRow.objects.filter(workspace=job.workspace_id, job=job, lead_id=OuterRef("pk"))
    return select_leads(job, rows.filter(~Exists(known)))


def chosen_leads(job: Job) -> QuerySet[Any]:
    rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job)
    return rows.values("lead_id")


def pick_changed(job: Job, undone: Job) -> int:
    """The leads that another job changed, with the entry that is to be taken back."""
    changed = BulkRow.objects.filter(workspace=job.workspace_id, job=undone, result=Result.CHANGED)
    last, total = None, 0
    while True:
        rows = changed.filter(lead_id__gt=last) if last else changed
        batch = list(rows.order_by("lead_id")[:1000])
        if not batch:
            return total
        for row in batch:
            row.pk, row.job, row.result, row.message = new_id(), job, Result.WAITING, ""
        total += len(BulkRow.objects.bulk_create(batch))
        last = batch[-1].lead_id


def waiting_rows(job: Job, count: int) -> list[BulkRow]:
    rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job, result=Result.WAITING)
    return list(rows.order_by("lead_id")[:count])


def count_results(job: Job) -> dict[str, int]:
    rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job).order_by()
    return dict(rows.values_list("result").annotate(n=Count("pk")))


def change_row(workspace: Workspace, actor: Actor, row: BulkRow, wish: Wish) -> Result:
    """One lead of the job: changed and noted in one transaction, or refused and noted."""

    def change() -> Done:
        def read(state: LeadState) -> LeadChange:
            _refuse_others(actor, state.lead)
            return change_of_merge(wish, state) if wish["do"] == MERGE else change_of_wish(wish)

        outcome = apply_change(workspace, actor, ById(row.lead_id, follows=False), read)
        if outcome.entry is None:
            return Done(Result.UNCHANGED)
        return Done(Result.CHANGED, entry_id=outcome.entry.pk)

    return _settle(row, change)


def undo_row(workspace: Workspace, actor: Actor, row: BulkRow) -> Result:
    """Take back what a job did to one lead. Who did it may do so, even if it gave the lead away."""

    def change() -> Done:
        where = ById(row.lead_id, follows=False)
        lead = find_lead(workspace, where, tests=actor.tests, lock=True)
        mine = Entry.objects.filter(workspace=workspace, pk__in=[row.entry_id], user=actor.user_id)
        if not mine.exists():
            _refuse_others(actor, lead)
        undo = undo_entry(workspace, actor, where, row.entry_id)
        said = " ".join(dict.fromkeys(kept.message for kept in undo.kept))
        entry = undo.outcome.entry
        if entry is not None:
            return Done(Result.CHANGED, said, entry.pk)
        return Done(Result.REFUSED if said else Result.UNCHANGED, said)

    return _settle(row, change)


def refuse_rest(job: Job, message: str) -> int:
    rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job, result=Result.WAITING)
    return rows.update(result=Result.REFUSED, message=message)


def forget_jobs(before: datetime) -> int:
    """Jobs that ended before then, a few at a time; what they did stays in the timelines."""
    old = Job.objects.filter(kind__in=KINDS, finished_at__lt=before).order_by("finished_at")
    jobs = list(old[:100])
    for job in jobs:
        rows = BulkRow.objects.filter(workspace=job.workspace_id, job=job).order_by()
        # A million of them are not to be collected first.
        rows._raw_delete(rows.db)
        job.delete()
    return len(jobs)


def _refuse_others(actor: Actor, lead: Lead) -> None:
    if not may_edit(actor, lead.assignee_id):
        raise Forbidden(whose(lead.assignee))


def _settle(row: BulkRow, change: Callable[[], Done]) -> Result:
    def work() -> Done:
        done = change()
        _note(row, done)
        return done

    try:
        return transact(work).result
    except NotFound:
        done = Done(Result.GONE, _("This lead was deleted or merged meanwhile."))
    except Invalid as refusal:
        done = Done(Result.REFUSED, " ".join(problem.message for problem in refusal.problems))
    except LeadError as refusal:
        done = Done(Result.REFUSED, refusal.message)
    _note(row, done)
    return done.result


def _note(row: BulkRow, done: Done) -> None:
    columns = {"result": done.result, "message": done.message, "entry_id": done.entry_id or row.entry_id}
    BulkRow.objects.filter(pk=row.pk).update(**columns)
