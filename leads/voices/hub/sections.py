"""The parts of a lead that are more than a value: how it stands, tags, further contacts, answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.models import AnswerStatus, ContactPoint, Stage
from leads.state import LeadState
from leads.validation.fields import DISPOSITION
from leads.voices.hub.fields import ADDRESS, PROFILE, Key, fixed, group, own, show_moment, shown_schema
from leads.voices.hub.kinds import (
    ANYTHING,
    FLAG,
    MOMENT,
    OBJECT,
    TEXT,
    WHOLE,
    Schema,
    by_name,
    maybe,
    one_of,
    several,
    thing,
)
from leads.voices.hub.life import (
    ARCHIVE,
    ARCHIVE_SENT,
    CONSENT,
    CONSENT_SENT,
    OVERRIDE,
    OVERRIDE_SENT,
    show_archive,
    show_consent,
    show_override,
)

# What may be said with a step; who took it and when is for the writer to say.
WORDS: Final = tuple(name for name in DISPOSITION if name not in {"outcome", "change_source", "changed_at"})
_MOMENTS: Final = frozenset(name for name in WORDS if name.endswith("_at"))
_FLAGS: Final = frozenset({"is_missed_call_follow_up"})


# How it stands.


def show_disposition(state: LeadState) -> dict[str, Any]:
    lead = state.lead
    disposition = state.catalogue.dispositions[lead.disposition_id]
    change = lead.disposition_change
    words = {name: show_word(name, getattr(change, name, None)) for name in WORDS}
    return {
        "outcome": disposition.outcome,
        "label": disposition.label,
        "stage": disposition.stage,
        **words,
        "changed_at": show_moment(change.changed_at) if change else None,
        "changed_by": (change.changed_by_name if change else "") or None,
    }


def show_word(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return show_moment(value)
    return value if name in _FLAGS else value or None


def word_schema(name: str) -> dict[str, Any]:
    return maybe(MOMENT if name in _MOMENTS else FLAG if name in _FLAGS else TEXT)


_WORD_SCHEMAS: Final = {name: word_schema(name) for name in WORDS}
DISPOSITION_SHOWN: Final = thing(
    "LeadDisposition",
    {
        "outcome": TEXT,
        "label": TEXT,
        "stage": one_of(Stage.values),
        **_WORD_SCHEMAS,
        "changed_at": maybe(MOMENT),
        "changed_by": maybe(TEXT),
    },
)
DISPOSITION_SENT: Final[Schema] = {
    "title": "LeadDispositionChange",
    "type": "object",
    "properties": {"outcome": TEXT, "stage": one_of(Stage.values), **_WORD_SCHEMAS},
    "examples": [{"outcome": "lost", "reason": "Chose another provider."}],
}


# Tags, further numbers and addresses.


def show_tags(state: LeadState) -> list[str]:
    return [tag.name for tag in sorted(state.tags.values(), key=lambda tag: tag.normalized)]


_NAMES: Final = several(TEXT, maxItems=100)
TAGS_SENT: Final[Schema] = {
    "title": "LeadTagsChange",
    "description": "A list is the whole set. Names or ids; missing names are made.",
    "anyOf": [
        _NAMES,
        {"type": "object", "properties": {"add": _NAMES, "remove": _NAMES}, "additionalProperties": False},
    ],
    "examples": [{"add": ["VIP"], "remove": ["Cold"]}],
}


def show_contact_points(state: LeadState) -> list[dict[str, Any]]:
    return [show_point(point) for point in state.contact_points]


def show_point(point: ContactPoint) -> dict[str, Any]:
    return {
        "kind": str(point.kind),
        "value": point.value,
        "label": point.label or None,
        "is_bad": point.is_bad,
    }


POINT: Final = thing(
    "ContactPoint",
    {"kind": one_of(ContactPoint.Kind.values), "value": TEXT, "label": maybe(TEXT), "is_bad": FLAG},
)
_POINT_SENT: Final[Schema] = {
    "type": "object",
    "properties": dict(POINT["properties"]),
    "required": ["kind", "value"],
    "additionalProperties": False,
}
POINTS_SENT: Final[Schema] = {
    "title": "ContactPointsChange",
    "description": "A list is the whole set of further phones and emails.",
    "anyOf": [
        several(_POINT_SENT, maxItems=100),
        {
            "type": "object",
            "properties": {"add": several(_POINT_SENT), "remove": several(_POINT_SENT)},
            "additionalProperties": False,
        },
    ],
}


# Answers to the checklist.


def show_answers(state: LeadState) -> dict[str, Any]:
    """Those that were touched, by the code of their item."""
    items = state.definitions.by_id
    found = {items[key].code: show_answer(row) for key, row in state.answers.items() if key in items}
    return dict(sorted(found.items()))


def show_answer(row: Any) -> dict[str, Any]:
    return {
        "value": row.value,
        "status": str(row.status),
        "override": row.override or None,
        "problem": row.problem or None,
        "answered_at": show_moment(row.answered_at),
        "answered_by": row.actor_name or None,
        "door": row.door or None,
    }


ANSWER: Final = thing(
    "Answer",
    {
        "value": ANYTHING,
        "status": one_of(AnswerStatus.values),
        "override": maybe(OBJECT),
        "problem": maybe(TEXT),
        "answered_at": maybe(MOMENT),
        "answered_by": maybe(TEXT),
        "door": maybe(TEXT),
    },
)
ANSWERS_SENT: Final[Schema] = {
    "title": "AnswersChange",
    "description": "By the code of the item; null takes the answer back.",
    "type": "object",
    "additionalProperties": {
        "type": ["object", "null"],
        "properties": {"value": ANYTHING, "status": one_of(AnswerStatus.values), "override": maybe(OBJECT)},
    },
    "examples": [{"tax_id": {"value": "12-3456789"}}],
}
PROGRESS: Final = thing("ChecklistProgress", {"required": WHOLE, "done": WHOLE, "in_review": WHOLE})


def show_progress(state: LeadState) -> dict[str, int]:
    progress = state.progress()
    return {"required": progress.required, "done": progress.done, "in_review": progress.in_review}


def _beside(section: str, keys: tuple[Key, ...], title: str, about: str) -> Key:
    def show(state: LeadState) -> dict[str, Any]:
        return {key.name: key.show(state) for key in keys}

    return Key(group(section, keys, about), show, thing(title, shown_schema(keys)))


SECTIONS: Final = (
    own("disposition", DISPOSITION_SHOWN, show_disposition, DISPOSITION_SENT),
    own("tags", several(TEXT), show_tags, TAGS_SENT),
    _beside("address", ADDRESS, "LeadAddress", "Null clears all of it."),
    _beside("profile", PROFILE, "LeadProfile", "Null clears all of it."),
    own("contact_points", several(POINT), show_contact_points, POINTS_SENT),
    own("answers", by_name(ANSWER), show_answers, ANSWERS_SENT),
    fixed("progress", PROGRESS, show_progress, "Counts of the required items."),
    own("consent", CONSENT, show_consent, CONSENT_SENT),
    own("archive", maybe(ARCHIVE), show_archive, ARCHIVE_SENT),
    own("override", maybe(OVERRIDE), show_override, OVERRIDE_SENT),
)


def row_disposition(state: LeadState) -> Mapping[str, Any]:
    """As the rows of a list have it: without what was said."""
    disposition = state.catalogue.dispositions[state.lead.disposition_id]
    return {"outcome": disposition.outcome, "label": disposition.label, "stage": disposition.stage}


ROW_DISPOSITION: Final = thing(
    "RowDisposition", {"outcome": TEXT, "label": TEXT, "stage": one_of(Stage.values)}
)
