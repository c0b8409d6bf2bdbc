"""Reading the parts of a lead's change that are more than a value, into the words of the writer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.change import (
    CLEAR,
    AnswerChange,
    Archive,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    Override,
    TagChange,
)
from leads.models import ContactPoint
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_boolean, clean_line, clean_moment, clean_text, email_key, phone_key
from leads.values.text import require_text
from leads.voices.hub.life import COLUMN_OF_CHANNEL, show_archive, show_consent, show_override
from leads.voices.hub.sections import WORDS, show_answer, show_disposition
from leads.voices.hub.sheet import Sheet, read_list

_LABEL: Final = 50
_POINT: Final = ("kind", "value", "label", "is_bad")


def read_disposition(raw: object, state: LeadState | None, problems: Problems) -> DispositionWish | None:
    """Outcome or stage, and what is said with it. Staying where it stands, the earlier words stay too."""
    shown = show_disposition(state) if state else {}
    sheet = Sheet(raw, ("outcome", "stage", *WORDS), problems, "disposition", shown)
    if not sheet:
        return None
    outcome, stage = sheet.clean("outcome", _word, ""), sheet.clean("stage", _word, "")
    words = {name: CLEAR if value is None else value for name, value in sheet.sent.items() if name in WORDS}
    if not outcome and not stage and state is not None:
        outcome = shown["outcome"]
        change = state.lead.disposition_change
        words = {name: getattr(change, name) for name in WORDS if getattr(change, name, None)} | words
    elif not outcome and not stage:
        problems.add("disposition.outcome", "required", _("Name an outcome or a stage."))
        return None
    reason = words.pop("reason", "")
    return DispositionWish(
        stage="" if outcome else stage,
        outcome=outcome,
        reason="" if reason is CLEAR else reason,
        words=words,
        strict=True,
    )


def _word(raw: object) -> str:
    word = require_text(raw).strip()
    if not word:
        raise ValidationError(_("Send a value here."), code="required")
    return word


def read_tags(raw: object, problems: Problems) -> TagChange | None:
    """A list is the whole set; an object adds and removes."""
    if raw is None or isinstance(raw, list):
        names, ids = _names_and_ids([] if raw is None else read_list(raw, "tags", problems, 100))
        return TagChange(names=names, ids=ids, replace=True)
    sheet = Sheet(raw, ("add", "remove"), problems, "tags")
    add = read_list(sheet.sent.get("add") or [], "tags.add", problems, 100)
    remove = read_list(sheet.sent.get("remove") or [], "tags.remove", problems, 100)
    names, ids = _names_and_ids(add)
    return TagChange(names=names, ids=ids, remove=tuple(remove)) if sheet else None


def _names_and_ids(raw: list[object]) -> tuple[tuple[object, ...], tuple[object, ...]]:
    ids = tuple(one for one in raw if parse_id(one) is not None)
    return tuple(one for one in raw if parse_id(one) is None), ids


def read_points(raw: object, state: LeadState | None, problems: Problems) -> tuple[ContactPointChange, ...]:
    """A list is the whole set; an object adds and removes."""
    if raw is None or isinstance(raw, list):
        wanted = _points([] if raw is None else raw, "contact_points", problems)
        region = state.workspace.region if state else ""
        keys = {(point.kind, _key(point, region)) for point in wanted}
        stored = state.contact_points if state else []
        gone = [
            ContactPointChange(str(row.kind), row.value, remove=True)
            for row in stored
            if (str(row.kind), row.key) not in keys
        ]
        return (*gone, *wanted)
    sheet = Sheet(raw, ("add", "remove"), problems, "contact_points")
    add = _points(sheet.sent.get("add") or [], "contact_points.add", problems)
    gone = _points(sheet.sent.get("remove") or [], "contact_points.remove", problems)
    return (*(ContactPointChange(one.kind, one.value, remove=True) for one in gone), *add)


def _points(raw: object, path: str, problems: Problems) -> list[ContactPointChange]:
    found = []
    for at, one in enumerate(read_list(raw, path, problems, 100)):
        sheet = Sheet(one, _POINT, problems, f"{path}[{at}]")
        sheet.require("kind", "value")
        found.append(
            ContactPointChange(
                kind=sheet.clean("kind", require_text, ""),
                value=sheet.sent.get("value"),
                label=sheet.clean("label", lambda label: clean_line(label, _LABEL), ""),
                is_bad=sheet.clean("is_bad", clean_boolean, False),
            )
        )
    return found


def _key(point: ContactPointChange, region: str) -> str:
    if not isinstance(point.value, str):
        return ""
    return email_key(point.value) if point.kind == ContactPoint.Kind.EMAIL else phone_key(point.value, region)


def read_answers(raw: object, state: LeadState | None, problems: Problems) -> tuple[AnswerChange, ...]:
    """By code. What is absent of an answer is left alone; null takes the answer back."""
    if not isinstance(raw, Mapping):
        problems.add("answers", "invalid_type", _("Send an object of codes and answers here."), raw)
        return ()
    found = []
    for code, answer in raw.items():
        if answer is None:
            found.append(AnswerChange(code, {"value": CLEAR, "override": None}))
            continue
        shown = _shown_answer(code, state)
        sheet = Sheet(answer, ("value", "status", "override"), problems, f"answers.{code}", shown)
        if sheet:
            found.append(AnswerChange(code, sheet.sent))
    return tuple(found)


def _shown_answer(code: str, state: LeadState | None) -> dict[str, Any]:
    item = state.item(code) if state else None
    row = state.answers.get(item.id) if state and item else None
    return show_answer(row) if row else {}


def read_consent(raw: object, state: LeadState | None, problems: Problems) -> tuple[ConsentWish, ...]:
    shown = show_consent(state) if state else {}
    wishes = []
    for channel, said in Sheet(raw, map(str, COLUMN_OF_CHANNEL), problems, "consent", shown).sent.items():
        path = f"consent.{channel}"
        sheet = Sheet(said, ("opted_in", "text_shown", "source", "at"), problems, path, shown.get(channel))
        if not sheet:
            continue
        now_in = not state or shown[channel]["opted_in"]
        wishes.append(
            ConsentWish(
                channel,
                sheet.clean("opted_in", clean_boolean, now_in),
                sheet.clean("text_shown", lambda text: clean_text(text, LIMITS.note, multiline=True), ""),
                sheet.clean("source", clean_line, ""),
                sheet.clean("at", clean_moment, None),
            )
        )
    return tuple(wishes)


def read_archive(
    own: Mapping[str, object], state: LeadState | None, problems: Problems
) -> tuple[Archive | None, bool]:
    """An object archives; null takes the lead out again."""
    if "archive" not in own:
        return None, False
    if own["archive"] is None:
        return None, True
    shown = (show_archive(state) if state else None) or {"at": ..., "by": ...}
    sheet = Sheet(own["archive"], ("reason", "note"), problems, "archive", shown)
    return Archive(sheet.sent.get("reason"), sheet.sent.get("note")), False


def read_override(own: Mapping[str, object], state: LeadState | None, problems: Problems) -> Any:
    if "override" not in own:
        return None
    if own["override"] is None:
        return CLEAR
    shown = (show_override(state) if state else None) or {}
    fixed = {name: shown.get(name, ...) for name in ("by", "at")}
    sheet = Sheet(own["override"], ("enabled", "reason"), problems, "override", fixed)
    enabled = sheet.sent.get("enabled", shown.get("enabled"))
    reason = sheet.sent.get("reason", shown.get("reason"))
    return Override(enabled, reason)
