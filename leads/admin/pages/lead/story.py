"""The timeline as people read it: by days, in words, each line with who, what differs, and its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.telling import Difference, Speaker, moment_words, people_in, who_words
from leads.models import Action, ActionKind, ActionStatus, Entry, Message
from leads.models.outbox import Leased
from leads.queries.catalogue import Catalogue
from leads.queries.log import LogLine
from leads.queries.workspace import names_of

# What can be looked at alone: a name, and the kinds of entries and of actions that belong to it.
FILTERS: Final[dict[str, tuple[str | Promise, tuple[str, ...]]]] = {
    "talk": (
        gettext_lazy("Calls and notes"),
        ("called", "noted", ActionKind.CALL),
    ),
    "messages": (
        gettext_lazy("Messages"),
        (
            *("drafted", "messaged", "message_stopped", "message_received", "message_handed_over"),
            *("message_approved", "message_rejected", "message_edited", "message_resent", "message_reported"),
            *(ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE, ActionKind.EMAIL, ActionKind.SMS),
        ),
    ),
    "checklist": (
        gettext_lazy("Checklist"),
        ("answered", "item_added", "item_archived", "document_uploaded"),
    ),
    "status": (
        gettext_lazy("Status and owner"),
        ("created", "disposed", "assigned", "claimed", "released", "archived", "unarchived", "consent"),
    ),
    "changes": (
        gettext_lazy("Changes"),
        ("updated", "merged", "merge_undone", "undone", "not_duplicate", "duplicate_again", "deleted"),
    ),
}
# Who works a lead just now holds it for a while; that ends by itself, and is told without more.
CLAIMS: Final = frozenset({"claimed", "released"})
# What no undo takes back from here.
_FINAL: Final = CLAIMS | {"created", "merge_undone", "message_received", "message_reported", "exported"}
_ICONS: Final[dict[str, str]] = {
    "created": "plus",
    "noted": "message",
    "called": "phone",
    "disposed": "pin",
    "answered": "check",
    "merged": "merge",
    "archived": "archive",
    "undone": "undo",
    ActionKind.CALL: "phone",
    ActionKind.TASK: "clock",
    ActionKind.MESSAGE: "mail",
    ActionKind.FOLLOW_UP_MESSAGE: "mail",
    ActionKind.EMAIL: "mail",
    ActionKind.SMS: "mail",
}


@dataclass(slots=True)
class Line:
    """One line of the timeline, ready to be shown."""

    id: UUID
    at: datetime
    title: str
    who: str
    icon: str
    actor: str
    detail: str = ""
    note: str = ""
    differences: list[Difference] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    is_undone: bool = False
    can_undo: bool = False
    is_absorbed: bool = False
    can_resend: bool = False


@dataclass(slots=True)
class Day:
    date: date
    lines: list[Line]
    name: str = ""


def days_of(lines: Iterable[LogLine], speaker: Speaker, lead_id: UUID) -> list[Day]:
    found = list(lines)
    know_people(speaker, [line.entry for line in found if line.entry is not None])
    undone = _undone_in(found)
    days: list[Day] = []
    today = timezone.localdate()
    for log_line in found:
        line = line_of(log_line, speaker)
        line.is_undone |= line.id in undone
        line.is_absorbed = log_line.row.lead_id != lead_id
        line.can_undo = line.can_undo and not line.is_undone and not line.is_absorbed
        day = timezone.localdate(line.at)
        if not days or days[-1].date != day:
            name = {0: _("Today"), 1: _("Yesterday")}.get((today - day).days, "")
            days.append(Day(day, [], name))
        days[-1].lines.append(line)
    return days


def in_brief(lines: Iterable[LogLine], catalogue: Catalogue) -> list[Line]:
    """The same without what differs, for who is about to call: who holds the lead is no news there."""
    found = list(lines)
    undone, told = _undone_in(found), []
    for line in found:
        if line.action is not None:
            told.append(_action_line(line.action, line.messages, catalogue))
        elif line.entry is not None and line.entry.kind not in CLAIMS:
            told.append(_entry_line(line.entry, []))
            told[-1].is_undone = line.entry.pk in undone
    return told


def _undone_in(lines: Iterable[LogLine]) -> set[UUID | None]:
    return {line.entry.undoes_id for line in lines if line.entry is not None} - {None}


def know_people(speaker: Speaker, entries: Iterable[Entry]) -> None:
    """One question for all names that are needed and not known yet; most have acted themselves."""
    found = list(entries)
    speaker.people |= {entry.user_id: entry.actor_name for entry in found if entry.user_id is not None}
    speaker.people |= names_of(people_in(entry.changes for entry in found) - speaker.people.keys())


def line_of(line: LogLine, speaker: Speaker) -> Line:
    if line.action is not None:
        return _action_line(line.action, line.messages, speaker.catalogue)
    assert line.entry is not None, "a line is an entry or an action"
    return entry_line(line.entry, speaker)


def entry_line(entry: Entry, speaker: Speaker) -> Line:
    plain = entry.kind == "created" or entry.kind in CLAIMS
    return _entry_line(entry, [] if plain else speaker.differences(entry.changes))


def _entry_line(entry: Entry, differences: list[Difference]) -> Line:
    return Line(
        id=entry.pk,
        at=entry.created_at,
        title=_(entry.summary),
        who=who_words(entry),
        actor=entry.actor_kind,
        icon=_ICONS.get(entry.kind, "edit"),
        note=entry.note,
        differences=differences,
        can_undo=entry.kind not in _FINAL and bool(entry.changes),
    )


def _action_line(action: Action, messages: list[Message], catalogue: Catalogue) -> Line:
    given = action.input if isinstance(action.input, dict) else {}
    return Line(
        id=action.pk,
        at=action.created_at,
        title=_action_title(action, messages, catalogue),
        who=who_words(action),
        actor=action.actor_kind,
        icon=_ICONS.get(action.kind, "settings"),
        detail=_action_detail(action),
        note=str(given.get("note") or given.get("description") or ""),
        messages=messages,
        is_undone=is_taken_back(action),
        can_undo=True,
        can_resend=action.status == ActionStatus.FAILED and bool(messages),
    )


def is_taken_back(action: Action) -> bool:
    """Whoever calls something off says why; an undo does not."""
    return action.status == ActionStatus.CANCELLED and not action.error


def _action_title(action: Action, messages: list[Message], catalogue: Catalogue) -> str:
    kind = str(ActionKind(action.kind).label)
    taken_back = is_taken_back(action) and action.outcome
    if action.kind == ActionKind.CALL and (action.status == ActionStatus.COMPLETED or taken_back):
        outcome = catalogue.call_outcomes.get(action.outcome)
        if outcome is not None:
            return _("Call: %s") % outcome.label
        return _("Planned call: done") if action.output else _("Call")
    if messages:
        channel = CHANNEL_NAMES.get(messages[0].channel, messages[0].channel)
        came = messages[0].direction == "INBOUND"
        return (_("%s received") if came else _("%s written")) % channel
    summary = _(action.summary)
    if action.kind in {ActionKind.CALL, ActionKind.TASK}:
        return summary or kind
    return f"{kind}: {summary}" if summary and summary != kind else kind


CHANNEL_NAMES: Final[dict[str, str | Promise]] = {
    "EMAIL": gettext_lazy("Email"),
    "SMS": gettext_lazy("Text message"),
    "WHATSAPP": gettext_lazy("WhatsApp message"),
}


def _action_detail(action: Action) -> str:
    """How it stands, and why."""
    when = moment_words(action.scheduled_at)
    words = {
        ActionStatus.PENDING: _("due %s") % when,
        ActionStatus.AWAITING_APPROVAL: _("waits for approval"),
        ActionStatus.CANCELLED: "" if is_taken_back(action) else _("called off"),
        ActionStatus.FAILED: _("failed"),
    }.get(ActionStatus(action.status), "")
    if action.kind in {ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE}:
        words = _leaving(action) or words or _("sent")
    trouble = action.error or (action.last_error if _is_tried_again(action) else "")
    return f"{words}: {trouble}" if words and trouble else words


def _leaving(action: Action) -> str:
    """Of a message that is neither here nor there: tried in vain so far, or in the hands of its sender."""
    if _is_tried_again(action):
        return _("not sent yet, tried again %s") % moment_words(action.due_at)
    if action.status == ActionStatus.PENDING and action.state == Leased.State.DONE:
        return _("handed over, its sender has not reported back yet")
    return ""


def _is_tried_again(action: Action) -> bool:
    is_due = action.status == ActionStatus.PENDING and action.due_at is not None
    return is_due and action.attempt > 0 and bool(action.last_error)
