"""Values, differences and doors in the words of people: no code, no path, no id is shown as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.definitions import Definitions
from leads.admin.clocks import written
from leads.admin.naming import UNTOLD, name_of
from leads.changes.paths import parts_of
from leads.models import Action, ActionStatus, AnswerStatus, AssigneeType, Entry
from leads.queries.catalogue import Catalogue
from leads.timeline import MISSING, Change, sides
from leads.values import clean_moment, is_empty

NOTHING: Final = "–"
ARCHIVE_REASONS: Final[Mapping[int, str | Promise]] = {
    number: gettext_lazy("Reason %d") % number for number in range(10)
}
_DOORS: Final[Mapping[str, str | Promise]] = {
    "admin": "",
    "hub": gettext_lazy("native API"),
    "omniai": "OmniAI",
    "octanist": "Octanist",
    "pollybot": "PollyBot",
    "leadping": "Leadping",
    "import": gettext_lazy("import"),
    "command": gettext_lazy("command line"),
    "worker": gettext_lazy("by itself"),
    "upload": gettext_lazy("upload link"),
}
_KINDS: Final[Mapping[str, str | Promise]] = {
    "key": gettext_lazy("API key"),
    "import": gettext_lazy("import"),
    "system": gettext_lazy("system"),
}
_MOMENTS: Final = frozenset(
    """email_verified_at phone_verified_at captured_at qualified_at completed_at deleted_at next_action_at
    assigned_at claimed_until last_attempt_at first_response_at override_at sms_opted_in_at
    sms_help_requested_at /archive/at /consent/all /consent/call /consent/email /consent/sms""".split()
)


@dataclass(slots=True)
class Speaker:
    """Knows what is needed to name things: the checklist, the catalogue, and people by their ids."""

    definitions: Definitions
    catalogue: Catalogue
    people: dict[UUID, str] = field(default_factory=dict)

    def name(self, path: str) -> str:
        return name_of(path, self.definitions)

    def short_name(self, path: str) -> str:
        """The same under a heading that says already that it is about the address."""
        return capfirst(self.name(path).removeprefix(_("Address: %s") % ""))

    def value(self, path: str, value: object) -> str:
        """The value at a path as a person says it."""
        if value is MISSING or is_empty(value):
            return NOTHING
        head, rest = parts_of(path)
        if path in _MOMENTS or (head == "actions" and rest[-1:] == ["scheduled_at"]):
            return moment_words(value)
        special = _SPECIAL.get(head if head != "archive" else path)
        if special is not None:
            return special(self, value, rest)
        return plain_words(value)

    def differences(self, changes: Mapping[str, Change]) -> list[Difference]:
        """What a person would ask about, in the order of its names."""
        found = []
        for path, change in changes.items():
            if path in UNTOLD:
                continue
            old, new = (self.value(path, side) for side in sides(change))
            if old != new:
                found.append(Difference(path, self.name(path), old, new))
        return sorted(found, key=lambda one: one.name)

    def person(self, key: object) -> str:
        try:
            found = self.people.get(UUID(str(key)))
        except ValueError:
            found = None
        return found or _("a former member")


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    name: str
    old: str
    new: str

    @property
    def is_new(self) -> bool:
        return self.old == NOTHING

    @property
    def is_gone(self) -> bool:
        return self.new == NOTHING


def plain_words(value: object) -> str:
    """A JSON value as a person reads it."""
    if value is None or value is MISSING or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(plain_words, value))
    if isinstance(value, Mapping):
        return ", ".join(plain_words(part) for part in value.values() if part not in (None, ""))
    return str(value)


def moment_words(value: object) -> str:
    """In the zone and the format of whoever looks."""
    moment = value if isinstance(value, datetime) else clean_moment(value)
    return written(moment)


def leaving_words(action: Action, at: datetime) -> str:
    """When a draft that was planned for a time leaves, for whoever is about to approve it; one that was not
    leaves at once, as everybody expects."""
    planned = action.scheduled_at
    if planned <= action.created_at:
        return ""
    if planned > at:
        return _("Planned for %s; once approved, it leaves then.") % written(planned)
    return _("Planned for %s, which is over; it leaves as soon as it is approved.") % written(planned)


def answer_words(value: object, field_type: str = "") -> str:
    if field_type == "DATE" and isinstance(value, str):
        return written(date.fromisoformat(value))
    return plain_words(value)


def who_words(row: Entry | Action) -> str:
    """ "Maria", "Web form (API key, PollyBot)", "leads.csv (import)"."""
    name = row.actor_name or _("Somebody")
    kind, door = _KINDS.get(row.actor_kind, ""), _DOORS.get(row.door, row.door)
    said = [str(one) for one in dict.fromkeys((kind, door)) if one]
    return f"{name} ({', '.join(said)})" if said else name


def door_words(door: str) -> str:
    return str(_DOORS.get(door, door))


def people_in(changes: Iterable[Mapping[str, Change]]) -> set[UUID]:
    """Whose names are needed to tell these changes."""
    found = set()
    for one in changes:
        for path, change in one.items():
            if path in {"assignee", "claimed_by"} or path.endswith("/assignee"):
                found |= {UUID(str(key)) for key in change[:2] if key}
    return found


def _disposition(speaker: Speaker, value: Any, _rest: list[str]) -> str:
    found = speaker.catalogue.by_outcome(str(value))
    return found.label if found else str(value)


def _answer(speaker: Speaker, value: Any, rest: list[str]) -> str:
    if not isinstance(value, Mapping):
        return plain_words(value)
    item = speaker.definitions.item(rest[0])
    status = str(value.get("status", ""))
    words = answer_words(value.get("value"), item.field_type if item else "")
    parts = [] if words == NOTHING else [words]
    if status not in {AnswerStatus.COMPLETED, AnswerStatus.TODO} and status in AnswerStatus.values:
        parts.append(str(AnswerStatus(status).label).lower())
    override = value.get("override") or {}
    if "is_required" in override:
        parts.append(_("required here") if override["is_required"] else _("not required here"))
    if override.get("label"):
        parts.append(_("called “%s” here") % override["label"])
    return ", ".join(parts) or NOTHING


def _point(_speaker: Speaker, value: Any, _rest: list[str]) -> str:
    if not isinstance(value, Mapping):
        return plain_words(value)
    label = f" ({value['label']})" if value.get("label") else ""
    return f"{value.get('value', '')}{label}" + (_(", does not work") if value.get("is_bad") else "")


def _action(speaker: Speaker, value: Any, rest: list[str]) -> str:
    if rest[-1:] == ["status"] and value in ActionStatus.values:
        return str(ActionStatus(value).label)
    if rest[-1:] == ["assignee"]:
        return speaker.person(value)
    if isinstance(value, Mapping):
        return " · ".join(str(part) for part in (value.get("subject"), value.get("body")) if part)
    return plain_words(value)


def _assignee_type(_speaker: Speaker, value: Any, _rest: list[str]) -> str:
    return str(AssigneeType(value).label) if value in AssigneeType.values else str(value)


def _archive_reason(_speaker: Speaker, value: Any, _rest: list[str]) -> str:
    return str(ARCHIVE_REASONS.get(value, value))


def _enabled(_speaker: Speaker, value: Any, rest: list[str]) -> str:
    if isinstance(value, bool):
        return _("enabled") if value else _("disabled")
    return plain_words(value)


def _yes(_speaker: Speaker, _value: Any, _rest: list[str]) -> str:
    return _("yes")


_SPECIAL: Final[Mapping[str, Callable[[Speaker, Any, list[str]], str]]] = {
    "disposition": _disposition,
    "assignee": lambda speaker, value, _rest: speaker.person(value),
    "claimed_by": lambda speaker, value, _rest: speaker.person(value),
    "assignee_type": _assignee_type,
    "answers": _answer,
    "contact_points": _point,
    "actions": _action,
    "/archive/reason": _archive_reason,
    "enabled": _enabled,
    "override": _enabled,
    "import_batch": _yes,
    "not_duplicates": _yes,
}
