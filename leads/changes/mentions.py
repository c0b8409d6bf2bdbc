"""Where a person stands in what belongs to somebody or something else: merges that were undone, refused rows
of imports, jobs, saved views. What names the person goes; the rest stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, TextField

from checklists.models import Item
from leadhub.workspaces.models import Workspace, WorkspaceEntry
from leads.changes.draft import PATH_OF
from leads.changes.merged import MERGE_UNDONE, MERGED
from leads.models import Answer, ConsentEvent, Entry, Event, ImportBatch, ImportRow, Job, Lead, SavedView
from leads.models.outbox import Leased
from leads.queries.person import TABLES, Marks, in_batches
from leads.timeline import unescape

GONE: Final = "[erased]"
# Where a lead holds what can be merged into another.
_HELD: Final = frozenset({"leads", "addresses", "profiles", "contact_points", "answers"})
# Columns whose words are anybody's.
_COMMON: Final = frozenset("actor_kind actor_name door currency time_zone field_sources".split())


def erase_mentions(workspace: Workspace, leads: Sequence[UUID], marks: Marks) -> dict[str, int]:
    """By number, address or whole name; how many rows went."""
    ids = {str(key) for key in leads}
    rows = [
        row.pk
        for row in in_batches(ImportRow.objects.filter(workspace=workspace))
        if row.lead_id in leads or marks.stand_in(_text([row.columns, row.problems]))
    ]
    jobs = [
        job
        for job in in_batches(Job.objects.filter(workspace=workspace))
        if marks.stand_in(_text([job.input, job.output, job.last_error]))
    ]
    views = [
        view.pk
        for view in in_batches(SavedView.objects.filter(workspace=workspace))
        if marks.stand_in(f"{view.name} {view.query}") or any(key in view.query for key in ids)
    ]
    ImportRow.objects.filter(pk__in=rows).delete()
    SavedView.objects.filter(pk__in=views).delete()
    _clear_jobs(jobs, marks)
    redacted = _redact(WorkspaceEntry, ("summary", "changes"), workspace, marks)
    redacted += _redact(ImportBatch, ("name", "options", "mapping", "error"), workspace, marks)
    return {
        "import_rows_naming": len(rows),
        "jobs_naming": len(jobs),
        "saved_views_naming": len(views),
        "other_rows_redacted": redacted,
    }


def _redact(
    model: type[WorkspaceEntry] | type[ImportBatch], names: Sequence[str], workspace: Workspace, marks: Marks
) -> int:
    """Rows that stay for what they say of others: the audit, and what is known of an import."""
    redacted = 0
    for row in in_batches(model._default_manager.filter(workspace=workspace)):
        fields = {name: getattr(row, name) for name in names}
        if marks.stand_in(_text(list(fields.values()))):
            clean = {name: _without(value, marks) for name, value in fields.items()}
            model._default_manager.filter(pk=row.pk).update(**clean)
            redacted += 1
    return redacted


def _clear_jobs(jobs: Iterable[Job], marks: Marks) -> None:
    """One that is over goes; of one that is not, the words go, and the rest is done."""
    for job in jobs:
        if job.state in {Leased.State.DONE, Leased.State.DEAD}:
            job.delete()
        else:
            job.input, job.output = _without(job.input, marks), _without(job.output, marks)
            job.last_error = GONE if marks.stand_in(job.last_error) else job.last_error
            job.save(update_fields=["input", "output", "last_error"])


def redact_merges(workspace: Workspace, family: Sequence[Lead]) -> dict[str, int]:
    """A merge that was undone left what the erased lead had brought in the story of the other lead."""
    ids = [lead.pk for lead in family]
    named = Q()
    for key in ids:
        named |= Q(changes__has_key=f"/merged/{key}")
    rows = Entry.objects.filter(named, workspace=workspace, kind__in=[MERGED, MERGE_UNDONE])
    merges = list(rows.exclude(lead__in=ids))
    for entry in merges:
        _empty_merge(entry)
    redacted = len(merges)
    for other in Lead.objects.filter(workspace=workspace, pk__in={entry.lead_id for entry in merges}):
        words = _words_of(workspace, family, _HELD | {"items"})
        _redact_values(other, words, {str(entry.pk) for entry in merges})
        words -= _words_of(workspace, [other], _HELD)
        redacted += _redact_story(workspace, other, words)
        _redact_items(workspace, other, words)
    return {"entries_redacted": redacted}


def _empty_merge(entry: Entry) -> None:
    """That there was a merge, and with whom by id, stays."""
    changes = {path: [GONE, GONE] for path in entry.changes if path.startswith("/merged/")}
    Entry.objects.filter(pk=entry.pk).update(changes=changes, kept=None, input={}, note="")
    for event in Event.objects.filter(workspace=entry.workspace_id, entry_id=entry.pk):
        Event.objects.filter(pk=event.pk).update(payload={**event.payload, "changes": changes})


def _redact_values(lead: Lead, words: set[str], merges: set[str]) -> None:
    """What the merge brought and its undo could not take back."""
    brought = {path for path, entry in lead.field_sources.items() if entry in merges}
    columns = {
        column.attname: ""
        for column in Lead._meta.concrete_fields
        if isinstance(column, CharField | TextField)
        and PATH_OF.get(column.attname, column.attname) in brought
        and getattr(lead, column.attname) in words
    }
    if columns:
        Lead.objects.filter(pk=lead.pk).update(**columns)
        lead.refresh_from_db(fields=list(columns))
    consents = ConsentEvent.objects.filter(workspace=lead.workspace_id, lead=lead, source="merge")
    consents.filter(address__in=words).update(address="")


def _redact_story(workspace: Workspace, lead: Lead, words: set[str]) -> int:
    """What was changed of it while it was one with the erased lead."""
    redacted = 0
    for entry in in_batches(Entry.objects.filter(workspace=workspace, lead=lead)):
        fields = {name: getattr(entry, name) for name in ("input", "changes", "kept", "note", "summary")}
        clean = {name: _blank(value, words) for name, value in fields.items()}
        if clean != fields:
            Entry.objects.filter(pk=entry.pk).update(**clean)
            redacted += 1
    for event in in_batches(Event.objects.filter(workspace=workspace, lead_id=lead.pk)):
        payload = _blank(event.payload, words)
        if payload != event.payload:
            Event.objects.filter(pk=event.pk).update(payload=payload)
    # The next value set at such a path tells where it is from again.
    sources = {path: key for path, key in lead.field_sources.items() if not _segments(path) & words}
    if sources != lead.field_sources:
        Lead.objects.filter(pk=lead.pk).update(field_sources=sources)
    return redacted


def _redact_items(workspace: Workspace, lead: Lead, words: set[str]) -> None:
    """Items that were copied with the merge, and archived when that was undone."""
    mine = Item.objects.filter(workspace=workspace, only_for=lead.pk, archived_at__isnull=False)
    copied = mine.filter(label__in=words)
    answered = Answer.objects.filter(workspace=workspace, lead=lead, item__in=copied)
    kept = copied.filter(pk__in=answered.values("item"))
    kept.update(
        label=GONE, help_text="", client_instructions="", agent_instructions="", conditions=None, rules={}
    )
    mine.filter(label__in=words)._raw_delete(mine.db)


def _words_of(workspace: Workspace, family: Sequence[Lead], tables: frozenset[str]) -> set[str]:
    """Every text that these leads hold now in these tables."""
    words: set[str] = set()
    for table in TABLES:
        if table.name in tables:
            for row in table.find(workspace, [lead.pk for lead in family]):
                for column in row._meta.concrete_fields:
                    if not column.choices and column.name not in _COMMON:
                        words |= _leaves(getattr(row, column.attname))
    words |= {str(lead) for lead in family}
    return {word for word in words if len(word) > 2}


def _leaves(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, Mapping):
        return {str(key) for key in value}.union(*map(_leaves, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_leaves, value))
    return set()


def _blank(value: Any, words: set[str]) -> Any:
    """The same JSON, with GONE for each text that is one of the words, and without the paths that end in one:
    a contact point is told by its number or address."""
    if isinstance(value, str):
        return GONE if value in words else value
    if isinstance(value, Mapping):
        return {key: _blank(item, words) for key, item in value.items() if not _names(key, words)}
    if isinstance(value, list | tuple):
        return [_blank(item, words) for item in value]
    return value


def _names(path: str, words: set[str]) -> bool:
    return path.startswith("/contact_points/") and bool(_segments(path) & words)


def _segments(path: str) -> set[str]:
    parts = {unescape(part) for part in path.split("/")}
    return parts | {part.partition(":")[2] for part in parts}


def _without(value: Any, marks: Marks) -> Any:
    if isinstance(value, str):
        return GONE if marks.stand_in(value) else value
    if isinstance(value, Mapping):
        return {
            GONE if marks.stand_in(str(key)) else key: _without(item, marks) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without(item, marks) for item in value]
    return value


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
