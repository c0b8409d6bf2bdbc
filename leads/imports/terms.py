"""What the terms of an import make of a row's change: for a new lead, and for one that is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leads.change import (
    CLEAR,
    AnswerChange,
    Clear,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.imports.options import Options
from leads.models import AssigneeType, Channel, ContactPoint
from leads.state import LeadState
from leads.validation.fields import ADDRESS, FIELDS, PROFILE, Field
from leads.values import email_key, is_empty, phone_key


class Terms:
    """What an import says of all its rows; what a row says for itself wins."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.fields: dict[str, object] = {}
        if options.assignee is not None:
            self.fields["assignee"] = options.assignee
        basis = ConsentWish(Channel.ALL, True, text_shown=options.consent, yields=True)
        self.consent = (basis,) if options.consent else ()
        outcome = options.disposition
        self.disposition = DispositionWish(outcome=outcome, strict=True) if outcome else None
        self._adds = bool(self.consent or self.disposition or options.tags)

    @property
    def change(self) -> LeadChange:
        """The terms alone, to be judged before the first row is."""
        return self.with_terms(LeadChange(fields=self.fields))

    def for_new(self, change: LeadChange) -> LeadChange:
        """A person works what is imported, unless the row says otherwise."""
        fields = {"assignee_type": AssigneeType.HUMAN_AGENT, **self.fields, **change.fields}
        return replace(self.with_terms(change), fields=fields)

    def for_found(self, change: LeadChange, state: LeadState) -> LeadChange:
        change = self.with_terms(change)
        if self.fields:
            change = replace(change, fields={**self.fields, **change.fields})
        return _lacking(change, state) if self.options.on_match == "fill" else change

    def with_terms(self, change: LeadChange) -> LeadChange:
        if not self._adds:
            return change
        return replace(
            change,
            tags=self._tags(change.tags),
            disposition=change.disposition or self.disposition,
            consent=change.consent + self.consent,
        )

    def _tags(self, tags: TagChange | None) -> TagChange | None:
        if not self.options.tags:
            return tags
        return replace(tags or TagChange(), names=(*(tags.names if tags else ()), *self.options.tags))


def _lacking(change: LeadChange, state: LeadState) -> LeadChange:
    """The part of a change that sets what the lead lacks. It has a stage, so that stays; tags are added."""
    lead = state.lead
    return replace(
        change,
        fields=_blank(change.fields, FIELDS, lead),
        address=_blank(change.address, ADDRESS, state.address) if change.address else {},
        profile=_blank(change.profile, PROFILE, state.profile) if change.profile else {},
        metadata=_missing(change.metadata, lead.metadata),
        answers=tuple(answer for answer in change.answers if not _is_answered(answer, state)),
        tags=replace(change.tags, replace=False, remove=()) if change.tags else None,
        disposition=None,
        note=None if lead.note else change.note,
        contact_points=_unknown(change.contact_points, state),
    )


def _blank(sent: Mapping[str, object], fields: Mapping[str, Field], row: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in sent.items():
        known = fields.get(name)
        # What no lead has is for the rules to refuse.
        if known is None or (value is not CLEAR and all(_is_blank(row, column) for column in known.empty)):
            found[name] = value
    return found


def _is_blank(row: object, column: str) -> bool:
    stamp = {"email_verified": "email_verified_at", "phone_verified": "phone_verified_at"}.get(column, column)
    return getattr(row, stamp) in (None, "", {})


def _missing(
    patch: Mapping[str, object] | Clear | None, stored: Mapping[str, object]
) -> Mapping[str, object] | None:
    """Leaf by leaf: null removes, so it lacks nothing."""
    if patch is None or isinstance(patch, Clear):
        return None
    found: dict[str, object] = {}
    for key, value in patch.items():
        here = stored.get(key)
        if isinstance(value, Mapping) and isinstance(here, Mapping):
            if inner := _missing(value, here):
                found[key] = inner
        elif value is not None and is_empty(here):
            found[key] = value
    return found


def _is_answered(change: AnswerChange, state: LeadState) -> bool:
    item = state.item(change.code)
    answer = state.answers.get(item.id) if item else None
    return answer is not None and not is_empty(answer.value)


def _unknown(points: tuple[ContactPointChange, ...], state: LeadState) -> tuple[ContactPointChange, ...]:
    if not points:
        return ()
    known = {(str(row.kind), row.key) for row in state.contact_points}

    def key_of(point: ContactPointChange) -> tuple[str, str]:
        text = str(point.value)
        is_email = point.kind == ContactPoint.Kind.EMAIL
        return point.kind, email_key(text) if is_email else phone_key(text, state.workspace.region)

    return tuple(point for point in points if not point.remove and key_of(point) not in known)
