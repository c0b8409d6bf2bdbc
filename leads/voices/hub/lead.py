"""A lead of the native API: what it shows, what a body may say of it, and the tag of its version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.change import CLEAR, AnswerChange, DispositionWish, LeadChange
from leads.errors import Malformed, Problem, Stale
from leads.models import Lead
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.voices.hub.fields import COLUMNS, FURTHER, shown_schema
from leads.voices.hub.kinds import ANYTHING, TEXT, by_name, several, thing
from leads.voices.hub.sections import ROW_DISPOSITION, SECTIONS, row_disposition
from leads.voices.hub.sent import (
    read_answers,
    read_archive,
    read_consent,
    read_disposition,
    read_override,
    read_points,
    read_tags,
)
from leads.voices.hub.sheet import refused_name
from leads.voices.shape import Sent, Shape

KEYS: Final = (*COLUMNS, *SECTIONS, *FURTHER)
_SHOW: Final = {key.name: key.show for key in KEYS}
LEAD: Final = thing("Lead", shown_schema(KEYS))
ROW: Final = thing(
    "LeadRow",
    {
        **shown_schema(COLUMNS),
        "disposition": ROW_DISPOSITION,
        "tags": several(TEXT),
        "answers": by_name(ANYTHING),
    },
    optional=("answers",),
)
WRITE: Final = Shape(
    "LeadChange",
    tuple(key.part for key in KEYS),
    "Absent keys are left alone, null clears, objects merge (RFC 7396). What is shown may be sent back.",
)
# A lead without any of these could not be told from another.
_SOMETHING: Final = (
    "name",
    "first_name",
    "last_name",
    "business_name",
    "email",
    "phone",
    "external_id",
)
_GROUPS: Final = {part.name: tuple(leaf.name for leaf in part.parts) for part in WRITE.parts if part.parts}


def show_lead(state: LeadState) -> dict[str, Any]:
    return {name: show(state) for name, show in _SHOW.items()}


def show_row(state: LeadState, tags: list[str], answers: Mapping[str, object] | None) -> dict[str, Any]:
    """A row of a list, from what the list has read."""
    shown = {key.name: key.show(state) for key in COLUMNS}
    shown |= {"disposition": row_disposition(state), "tags": tags}
    return shown if answers is None else {**shown, "answers": dict(answers)}


def etag_of(lead: Lead) -> str:
    """Strong, and the lead's own: the id keeps a survivor apart from a lead that was merged into it."""
    return f'"{lead.version}-{lead.pk.hex[-12:]}"'


def name_somebody(body: Mapping[str, object]) -> Problem | None:
    """What is missing, if nothing in it says who the lead is."""
    if any(body.get(name) for name in _SOMETHING):
        return None
    message = _("Send at least a name, a business name, an email, a phone or an external id.")
    return Problem("body", "required", message, None, list(_SOMETHING))


def read_create(body: Mapping[str, object]) -> LeadChange:
    if missing := name_somebody(body):
        raise Malformed([missing])
    sent = _read(body, {})
    sent.fields.setdefault("source", "api")
    return _change(sent, None)


def read_change(body: Mapping[str, object], state: LeadState, seen: int | None = None) -> LeadChange:
    """The change to the lead as it stands now. `seen` is the version that the caller looked at."""
    check_version(state, seen)
    shown = {name: _SHOW[name](state) for name in body if name in _SHOW}
    sent = _read(body, shown)
    version = sent.own.pop("version", None)
    if isinstance(version, int) and not isinstance(version, bool):
        check_version(state, version)
    elif version is not None:
        sent.problems.append(Problem("version", "invalid_type", _("Send a whole number here."), version))
    return _change(sent, state)


def check_version(state: LeadState, seen: int | None) -> None:
    if seen is not None and seen != state.lead.version:
        message = _("The lead was changed meanwhile; look at it again, then repeat what still holds.")
        raise Stale(message, seen, state.lead.version)


def _read(body: Mapping[str, object], shown: Mapping[str, object]) -> Sent:
    """Null for a whole group stands for null at each of its leaves."""
    opened = {
        name: dict.fromkeys(_GROUPS[name]) if value is None and name in _GROUPS else value
        for name, value in body.items()
    }
    sent = WRITE.read(opened, shown)
    for path in sent.ignored:
        sent.problems.append(_refused(path, body, shown))
    if sent.fields.get("email_verified") is False:
        sent.fields["email_verified"] = CLEAR
    if sent.fields.get("phone_verified") is False:
        sent.fields["phone_verified"] = CLEAR
    return sent


def _refused(path: str, body: Mapping[str, object], shown: Mapping[str, object]) -> Problem:
    section, _dot, name = path.rpartition(".")
    if section in _GROUPS:
        holder = body[section]
        value = holder.get(name) if isinstance(holder, Mapping) else None
        return refused_name(path, name, value, _GROUPS[section], {})
    fixed = {part.name: None for part in WRITE.parts if part.read_only}
    known = [part.name for part in WRITE.parts if not part.read_only]
    return refused_name(path, path, body.get(path), known, fixed)


def _change(sent: Sent, state: LeadState | None) -> LeadChange:
    problems = Problems(sent.problems)
    own = sent.own
    if "version" in own:
        problems.add("version", "read_only", _("A new lead has no version; leave it out."), own["version"])
    archive, unarchive = read_archive(own, state, problems)
    return LeadChange(
        fields=sent.fields,
        address=sent.address,
        profile=sent.profile,
        metadata=_metadata(own),
        answers=_answers(own, state, problems),
        tags=read_tags(own["tags"], problems) if "tags" in own else None,
        disposition=_disposition(own, state, problems),
        note=own.get("note"),
        consent=read_consent(own["consent"], state, problems) if "consent" in own else (),
        contact_points=read_points(own["contact_points"], state, problems) if "contact_points" in own else (),
        archive=archive,
        unarchive=unarchive,
        override=read_override(own, state, problems),
        problems=tuple(problems.found),
    )


def _metadata(own: Mapping[str, object]) -> Any:
    if "metadata" not in own:
        return None
    return CLEAR if own["metadata"] is None else own["metadata"]


def _answers(
    own: Mapping[str, object], state: LeadState | None, problems: Problems
) -> tuple[AnswerChange, ...]:
    return read_answers(own["answers"], state, problems) if "answers" in own else ()


def _disposition(
    own: Mapping[str, object], state: LeadState | None, problems: Problems
) -> DispositionWish | None:
    return read_disposition(own["disposition"], state, problems) if "disposition" in own else None
