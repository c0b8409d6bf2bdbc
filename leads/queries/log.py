"""A lead's story, newest first: its entries, and its actions with their messages; a merged lead's with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from leadhub.web.models import RequestProblem
from leadhub.web.records import problems_of_lead
from leadhub.workspaces.models import Workspace
from leads.models import Action, ActionKind, ConsentEvent, Entry, Lead, LeadTag, Message
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor

Row = TypeVar("Row", bound=Model)

_ORDER: Final = "log"
# Kinds of actions that are no conversation, so no message hangs off them.
_SILENT: Final = frozenset({ActionKind.CALL, ActionKind.TASK, ActionKind.TOOL_CALL})
# Kinds of entries that say no more than the action that was made with them.
_MAKING: Final = frozenset(
    {"planned", "called", "drafted", "messaged", "message_stopped", "message_received"}
)


@dataclass(slots=True)
class LogLine:
    """One line of the log: an entry, or an action with its messages. Newest first."""

    entry: Entry | None = None
    action: Action | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def row(self) -> Entry | Action:
        row = self.action or self.entry
        assert row is not None, "a line is an entry or an action"
        return row

    @property
    def key(self) -> tuple[datetime, UUID]:
        return self.row.created_at, self.row.pk


@dataclass(frozen=True, slots=True)
class LogPage:
    """`next` asks for the older lines; None at the beginning of the story."""

    lines: list[LogLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Who gave a field its value: the entry, and what it replaced. An erased entry leaves None."""

    entry: Entry | None
    old: object = None
    new: object = None
    was_missing: bool = False
    was_removed: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """For each field that was ever set, its source; and what was refused, newest first."""

    fields: dict[str, Source]
    refused: list[RequestProblem]


def family_of(lead: Lead) -> list[UUID]:
    """The lead and all that were merged into it; their story is one."""
    return [lead.pk, *(UUID(str(absorbed)) for absorbed in lead.absorbed)]


def load_log(
    workspace: Workspace,
    lead: Lead,
    *,
    after: str | None = None,
    limit: int = 100,
    kinds: Collection[str] = (),
) -> LogPage:
    """A page of the log. `kinds` are those of entries and of actions, which differ in their case."""
    mark = read_cursor(after, _ORDER) if after else None
    mine = {"workspace": workspace, "lead__in": family_of(lead)}
    entries = _newest(Entry.objects.select_related("action").defer("kept").filter(**mine), kinds, mark)
    actions = _newest(Action.objects.filter(**mine), kinds, mark)
    lines = [LogLine(action=action) for action in actions[: limit + 1]]
    page = merge_log(list(entries[: limit + 1]), lines, limit, kinds=kinds)
    put_messages(workspace, page.lines)
    return page


def merge_log(
    entries: list[Entry], actions: list[LogLine], limit: int, *, kinds: Collection[str] = ()
) -> LogPage:
    """The newest lines of both, which come newest first and, where there are more, one more than `limit`."""
    by_id = {line.row.pk: line.action for line in actions}
    lines = actions + [LogLine(entry=entry) for entry in entries if not _is_told(entry, by_id, kinds)]
    lines.sort(key=lambda line: line.key, reverse=True)
    # Behind the last row of a list that goes on, the other list alone would leave gaps.
    ends = [(entries[limit].created_at, entries[limit].pk)] if len(entries) > limit else []
    ends += [actions[limit].key] if len(actions) > limit else []
    horizon = max(ends, default=None)
    if horizon is not None:
        lines = [line for line in lines if line.key >= horizon]
    if len(lines) > limit:
        lines = lines[:limit]
        horizon = lines[-1].key
    return LogPage(lines, None if horizon is None else write_cursor(Mark(_ORDER, *horizon)))


def gathered(rows: Iterable[tuple[Action, Message | None]]) -> list[LogLine]:
    """An action comes once with each of its messages."""
    lines: dict[UUID, LogLine] = {}
    for action, message in rows:
        line = lines.setdefault(action.pk, LogLine(action=action))
        if message is not None:
            line.messages.append(message)
    return list(lines.values())


def put_messages(workspace: Workspace | UUID, lines: Iterable[LogLine]) -> None:
    """The messages of all these lines, in one query."""
    speaking = [line for line in lines if line.action is not None and line.action.kind not in _SILENT]
    if not speaking:
        return
    found: dict[UUID, list[Message]] = {}
    rows = Message.objects.filter(workspace=workspace, action__in={line.row.pk for line in speaking})
    for message in rows.order_by("created_at", "id"):
        found.setdefault(message.action_id, []).append(message)
    for line in speaking:
        line.messages = found.get(line.row.pk, [])


def lines_of_actions(workspace_id: UUID, keys: Collection[UUID]) -> dict[UUID, LogLine]:
    """These actions as lines of the log, with what was said in them."""
    if not keys:
        return {}
    rows = Action.objects.filter(workspace=workspace_id, pk__in=keys)
    lines = {action.pk: LogLine(action=action) for action in rows}
    put_messages(workspace_id, lines.values())
    return lines


def find_entry(workspace: Workspace, lead: Lead, entry_id: UUID) -> Entry | None:
    """One entry of the lead's story, whole."""
    return Entry.objects.filter(workspace=workspace, lead__in=family_of(lead), pk=entry_id).first()


def entries_of_request(workspace: Workspace, lead_id: UUID, request_id: str) -> list[Entry]:
    """What one request wrote about a lead, newest first; few, because a request is one step."""
    rows = Entry.objects.defer("kept", "input").filter(workspace=workspace, lead=lead_id)
    newest = rows.order_by("-created_at", "-id")[:5]
    return [entry for entry in newest if request_id and entry.request_id == request_id]


def decision_on(workspace: Workspace, action: Action) -> Entry | None:
    """Who approved or rejected a draft last."""
    rows = Entry.objects.filter(workspace=workspace, lead=action.lead_id, action=action.pk)
    decided = rows.filter(kind__in=["message_approved", "message_rejected"])
    return decided.order_by("-created_at", "-id").first()


def consents_of(workspace: Workspace, lead: Lead) -> list[ConsentEvent]:
    """Every opting in and out, newest first."""
    rows = ConsentEvent.objects.select_related("entry").defer("entry__kept", "entry__input")
    rows = rows.filter(workspace=workspace, lead__in=family_of(lead))
    return list(rows.order_by("-created_at", "-id"))


def why(workspace: Workspace, lead: Lead) -> Why:
    """Who set what, when, through which door, what it replaced, and which writes were refused."""
    sources: Mapping[str, str] = lead.field_sources
    entries = Entry.objects.defer("kept", "input").filter(workspace=workspace, pk__in=set(sources.values()))
    by_id = {str(entry.pk): entry for entry in entries}
    fields = {path: _source(path, by_id.get(sources[path])) for path in sorted(sources)}
    return Why(fields, problems_of_lead(workspace.pk, lead.pk))


def tagged_by(workspace: Workspace, lead: Lead, normalized: str) -> tuple[str, Entry] | None:
    """The name of a tag of the lead and the entry that put it there, whatever it was called then: both came
    at one moment."""
    carried = LeadTag.objects.filter(workspace=workspace, lead=lead, tag__normalized=normalized)
    link = carried.select_related("tag").first()
    if link is None:
        return None
    rows = Entry.objects.defer("kept", "input").filter(workspace=workspace, lead=lead)
    entries = rows.filter(created_at=link.created_at)
    found = (entry for entry in entries if any(path.startswith("/tags/") for path in entry.changes))
    return next(((link.tag.name, entry) for entry in found), None)


def writers_of(workspace: Workspace, lead: Lead, paths: Iterable[str]) -> dict[str, Entry]:
    """The entry that set each of these paths last."""
    wanted = {path: lead.field_sources[path] for path in paths if path in lead.field_sources}
    entries = Entry.objects.filter(workspace=workspace, lead=lead, pk__in=set(wanted.values()))
    by_id = {str(entry.pk): entry for entry in entries}
    return {path: by_id[key] for path, key in wanted.items() if key in by_id}


def _source(path: str, entry: Entry | None) -> Source:
    change: list[Any] | None = entry.changes.get(path) if entry else None
    if change is None:
        return Source(entry)
    flag = change[2] if len(change) > 2 else ""
    return Source(entry, change[0], change[1], flag == "added", flag == "removed")


def _newest(rows: QuerySet[Row], kinds: Collection[str], mark: Mark | None) -> QuerySet[Row]:
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if mark is not None:
        rows = rows.filter(behind("created_at", mark))
    return rows.order_by("-created_at", "-id")


def _is_told(entry: Entry, actions: Mapping[UUID, Action | None], kinds: Collection[str]) -> bool:
    """Whether the action that the entry made stands in the log instead: next to it, or just across the edge.

    What happened to an action later, such as its approval, is a line of its own; so is a change that planned
    something besides, such as a status with its callback.
    """
    if entry.action_id is None or (entry.kind not in _MAKING and (entry.changes or entry.note)):
        return False
    action = actions.get(entry.action_id) or entry._state.fields_cache.get("action")
    return (
        action is not None and action.created_at == entry.created_at and (not kinds or action.kind in kinds)
    )


def entries_since(workspace: Workspace, lead: Lead, version: int) -> list[Entry]:
    """What changed the lead's own state after that version of it, oldest first."""
    rows = Entry.objects.filter(workspace=workspace, lead=lead, version__gt=version)
    return list(rows.defer("kept", "input").order_by("version", "created_at", "id"))


def newest_of_action(workspace: Workspace, action: Action) -> Entry | None:
    """The last entry about an action: the one to undo for who has just done something with it."""
    rows = Entry.objects.filter(workspace=workspace, lead=action.lead_id, action=action.pk)
    return rows.defer("kept").order_by("-version", "-created_at", "-id").first()


def entry_of_action(workspace: Workspace, lead: Lead, action_id: UUID) -> Entry | None:
    """The entry that made an action, which stands in the log in its place."""
    rows = Entry.objects.filter(workspace=workspace, lead__in=family_of(lead), action=action_id)
    return rows.order_by("version", "created_at", "id").first()


def newest_of_kind(workspace: Workspace, lead: Lead, kind: str) -> Entry | None:
    rows = Entry.objects.filter(workspace=workspace, lead=lead, kind=kind)
    return rows.defer("kept").order_by("-created_at", "-id").first()
