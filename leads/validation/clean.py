"""`clean`: every value of a change, judged by itself. All problems are collected, none hides another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads import values
from leads.change import (
    CLEAR,
    Archive,
    CallLog,
    Clear,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    Override,
)
from leads.errors import Invalid, Problem
from leads.models import Channel, ContactPoint, Stage
from leads.validation.attribution import ATTRIBUTION
from leads.validation.fields import ADDRESS, DISPOSITION, FIELDS, PROFILE, Field, House
from leads.validation.problems import Problems
from leads.values import LIMITS

_ARCHIVE_NOTE = 500


@dataclass(slots=True)
class Clean:
    """The columns a change sets, section by section, ready to be compared with what is stored."""

    columns: dict[str, object] = field(default_factory=dict)
    address: dict[str, object] = field(default_factory=dict)
    profile: dict[str, object] = field(default_factory=dict)
    disposition: dict[str, object] = field(default_factory=dict)
    metadata: Mapping[str, object] | Clear | None = None
    note: str = ""
    archive: tuple[int | None, str] | None = None
    override: tuple[bool, str] | None = None
    contact_points: list[tuple[ContactPointChange, str, str]] = field(default_factory=list)
    call_note: str = ""


def clean(change: LeadChange, workspace: Workspace) -> Clean:
    cleaned, refused = clean_all(change, workspace)
    if refused:
        raise Invalid(refused)
    return cleaned


def clean_all(change: LeadChange, workspace: Workspace) -> tuple[Clean, tuple[Problem, ...]]:
    """The values that hold, and what is wrong with the others."""
    problems = Problems(change.problems)
    house = House(workspace.region, change.phone_rule)
    cleaned = Clean(
        columns=_section(change.fields, FIELDS, "", house, problems),
        address=_section(change.address, ADDRESS, "address.", house, problems),
        profile=_section(change.profile, PROFILE, "profile.", house, problems),
        metadata=_metadata(change, problems),
        contact_points=[
            point for raw in change.contact_points if (point := _contact_point(raw, house, problems))
        ],
    )
    if change.note is not None:
        cleaned.note = problems.attempt("note", change.note, lambda: values.clean_note(change.note)) or ""
    if change.archive is not None:
        cleaned.archive = _archive(change.archive, problems)
    if isinstance(change.override, Override):
        cleaned.override = _override(change.override, problems)
    if change.call is not None:
        cleaned.call_note = _call_note(change.call, problems)
    if change.disposition is not None:
        _judge_stage_word(change.disposition, problems)
        words = {**change.disposition.words, "reason": change.disposition.reason}
        cleaned.disposition = _section(words, DISPOSITION, "disposition.", house, problems)
    for wish in change.consent:
        if wish.channel not in Channel.values:
            problems.add(
                "consent.channel", "invalid_choice", _("Name a known channel."), wish.channel, Channel.values
            )
    return cleaned, tuple(problems.found)


def _judge_stage_word(wish: DispositionWish, problems: Problems) -> None:
    if not wish.outcome and wish.stage not in Stage.values:
        message = _("Choose one of the stages.")
        problems.add("disposition", "invalid_choice", message, wish.stage, list(Stage.values))


def _section(
    sent: Mapping[str, object], fields: Mapping[str, Field], prefix: str, house: House, problems: Problems
) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, raw in sent.items():
        known = fields.get(name)
        if known is not None and known.quick is not None and type(raw) is str and known.quick(raw):
            columns[known.column] = raw
        elif known is None:
            problems.add(prefix + name, "unknown_field", _("A lead has no such field."), raw)
        elif raw is CLEAR:
            columns.update(known.empty)
        else:
            columns.update(_clean_one(prefix + name, raw, known, house, problems))
    return columns


def _clean_one(
    path: str, raw: object, known: Field, house: House, problems: Problems
) -> Mapping[str, object]:
    try:
        return known.clean(raw, house)
    except ValidationError as refusal:
        problems.refuse(path, raw, refusal)
        return {}


def _metadata(change: LeadChange, problems: Problems) -> Mapping[str, object] | Clear | None:
    patch = change.metadata
    if patch is None or isinstance(patch, Clear):
        return patch
    if change.typed_metadata:
        patch = {key: _known(key, raw, problems) for key, raw in patch.items()}
    return problems.attempt("metadata", None, lambda: values.clean_metadata_patch(patch)) or {}


def _known(key: str, raw: object, problems: Problems) -> object:
    known = ATTRIBUTION.get(key)
    if known is None or raw is None:
        return raw
    return problems.attempt(f"metadata.{key}", raw, lambda: known.clean(raw))


def _contact_point(
    raw: ContactPointChange, house: House, problems: Problems
) -> tuple[ContactPointChange, str, str] | None:
    if raw.kind == ContactPoint.Kind.EMAIL:
        email = problems.attempt("contact_points", raw.value, lambda: values.clean_email(raw.value))
        return (raw, email.text, email.key) if email else None
    if raw.kind == ContactPoint.Kind.PHONE:
        phone = problems.attempt(
            "contact_points", raw.value, lambda: values.clean_phone(raw.value, house.region)
        )
        return (raw, phone.text, phone.key) if phone and phone.key else None
    problems.add("contact_points", "invalid_choice", _("A contact point is a phone or an email."), raw.kind)
    return None


def _archive(archive: Archive, problems: Problems) -> tuple[int | None, str]:
    reason = note = None
    if archive.reason is not None:
        reason = problems.attempt(
            "archive.reason", archive.reason, lambda: _clean_archive_reason(archive.reason)
        )
    if archive.note is not None:
        note = problems.attempt(
            "archive.note",
            archive.note,
            lambda: values.clean_text(archive.note, _ARCHIVE_NOTE, multiline=True),
        )
    return reason, note or ""


def _override(override: Override, problems: Problems) -> tuple[bool, str]:
    enabled = problems.attempt(
        "override.enabled", override.enabled, lambda: values.clean_boolean(override.enabled)
    )
    reason = problems.attempt(
        "override.reason",
        override.reason,
        lambda: values.clean_text(override.reason or "", LIMITS.note, multiline=True),
    )
    return bool(enabled), reason or ""


def _call_note(call: CallLog, problems: Problems) -> str:
    return problems.attempt("call.note", call.note, lambda: values.clean_note(call.note)) or ""


def _clean_archive_reason(raw: object) -> int:
    """A number of a list that nobody published; a text might be a word of that list, so it is refused."""
    if isinstance(raw, str):
        raise ValidationError(_("Send a whole number from 0 to 9, not text."), code="invalid_type")
    return values.clean_integer(raw, 0, 9)
