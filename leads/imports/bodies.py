"""Objects in the shape of a dialect: each read by that dialect's own voice, as if it had been sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import LeadChange, TagChange
from leads.errors import Malformed
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.desk import Desk
from leads.imports.mapping import ColumnMap
from leads.imports.row import Own, Row, in_file
from leads.imports.steps import split_tags
from leads.models import Lead
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import clean_moment
from leads.voices.hub import lead as hub
from leads.voices.hub.sections import WORDS
from leads.voices.leadping import intake
from leads.voices.leadping import lead as leadping
from leads.voices.octanist import read as octanist
from leads.voices.omniai import leads as omniai
from leads.voices.pollybot import lead as pollybot
from leads.voices.shape import Shape

Body = Mapping[str, object]
Read = Callable[[Body], LeadChange]
_ENOUGH: Final = 0.75
_SHAPES: Final[Mapping[str, tuple[Shape, ...]]] = {
    "hub": (hub.WRITE,),
    "omniai": (omniai.CREATE,),
    "octanist": (octanist.CREATE,),
    "pollybot": (pollybot.CREATE,),
    "leadping": (intake.INTAKE, leadping.CREATE),
}
_HUB_SHOWN: Final = frozenset(part.name for part in hub.WRITE.parts if part.read_only) | {"version"}
# It refuses what it does not know, so another's list is none of its own for a few words in common.
_STRICT: Final = frozenset({"hub"})
# What a dialect shows of a lead, and nobody can send.
_SHOWN: Final[Mapping[str, frozenset[str]]] = {
    "omniai": frozenset(
        "id activitySummary createdAt updatedAt deletedAt emailVerifiedAt phoneVerifiedAt externalPortalLink"
        " source website workspaceId isTest submittedAt".split()
    ),
    "octanist": frozenset("id createdAt updatedAt qualifiedAt expiresAt status value".split()),
    "pollybot": frozenset("id createdAt updatedAt workspaceId".split()),
    "leadping": frozenset(),
    "hub": _HUB_SHOWN,
}


def guess_dialect(bodies: Sequence[Body]) -> str:
    """The dialect that knows nearly all of the keys; "" when none does, and columns are to be mapped. What it
    does not know is lost, so a table, which columns read as well, is its own only if it knows all of it."""
    keys = _keys_of(bodies)
    best, name = max(((_known(keys, name), name) for name in _SHAPES), key=lambda one: one[0])
    if best < _ENOUGH or not _has_its_groups(bodies, name):
        return ""
    is_flat = not any(isinstance(value, Mapping) for body in bodies for value in body.values())
    return "" if is_flat and unknown_keys(bodies, name) else name


def unknown_keys(bodies: Sequence[Body], dialect: str) -> list[str]:
    """Those that are of no use in a dialect."""
    known = {part.name for shape in _SHAPES[dialect] for part in shape.parts}
    return sorted(_keys_of(bodies) - known - _SHOWN[dialect])


def _keys_of(bodies: Sequence[Body]) -> set[str]:
    return {key for body in bodies for key in body} - set(ERROR_COLUMNS)


def _known(keys: set[str], dialect: str) -> float:
    """The share of the keys; those that are only shown speak for a dialect beside two that it reads."""
    read = max((keys & {part.name for part in shape.parts} for shape in _SHAPES[dialect]), key=len)
    known = read | (keys & _SHOWN[dialect])
    if len(read) < min(2, len(keys)) or not keys or (dialect in _STRICT and known != keys):
        return 0.0
    return (len(known) + 0.01 * len(read)) / len(keys)


def _has_its_groups(bodies: Sequence[Body], dialect: str) -> bool:
    """A plain text where a dialect has an object is somebody else's word."""
    groups = {part.name for shape in _SHAPES[dialect] for part in shape.parts if part.parts}
    return not any(isinstance(body.get(name), str) for body in bodies for name in groups)


class BodyReader:
    """Reads the objects of one file in one dialect."""

    def __init__(self, mapping: ColumnMap, desk: Desk) -> None:
        self.dialect = mapping.dialect
        self._desk = desk
        self._read = _readers(desk.workspace)[self.dialect]
        self._source = mapping.constants.get("source", "import")
        self._tags = split_tags(desk.constant(mapping.constants.get("tags", "")))

    def row(self, number: int, body: Body) -> Row:
        told = {key: value for key, value in body.items() if key not in ERROR_COLUMNS}
        problems = Problems()
        try:
            own = _own_of(told, problems) if self.dialect == "hub" else None
            change = self._read(self._with_member(told, problems))
        except Malformed as refusal:
            return Row(number, told, None, tuple(map(in_file, refusal.problems)))
        if problems.found:
            change = replace(change, problems=(*change.problems, *problems.found))
        return Row(number, told, self._completed(change, told), own=own)

    def _with_member(self, body: Body, problems: Problems) -> Body:
        """An export names people by their email, which is the same everywhere."""
        name = body.get("assignee")
        if self.dialect != "hub" or not isinstance(name, str) or "@" not in name:
            return body
        member = problems.attempt("assignee", name, lambda: self._desk.member(name))
        rest = {key: value for key, value in body.items() if key != "assignee"}
        return {**rest, "assignee": str(member)} if member else rest

    def _completed(self, change: LeadChange, sent: Body) -> LeadChange:
        """As every import has it: its source, and what holds for all rows."""
        if "source" not in sent:
            change = replace(change, fields={**change.fields, "source": self._source})
        if self._tags:
            tags = change.tags or TagChange()
            change = replace(change, tags=replace(tags, names=(*tags.names, *self._tags)))
        return change


def _readers(workspace: Workspace) -> dict[str, Read]:
    def new_state() -> LeadState:
        return LeadState(workspace, Lead(workspace=workspace), is_new=True)

    return {
        "hub": lambda body: hub.read_create(_as_sent(body)),
        "omniai": lambda body: omniai.read_create(_without(body, "omniai"), new_state()),
        "octanist": lambda body: octanist.read_create(_without(body, "octanist")),
        "pollybot": lambda body: pollybot.read_create(body),
        "leadping": _read_leadping,
    }


def _without(body: Body, dialect: str) -> Body:
    known = {part.name for shape in _SHAPES[dialect] for part in shape.parts}
    return {key: value for key, value in body.items() if key in known or key not in _SHOWN[dialect]}


def _read_leadping(body: Body) -> LeadChange:
    """Nested as its API has it, or flat as its intake."""
    is_nested = any(isinstance(body.get(name), Mapping) for name in ("contact", "customer", "metadata"))
    change, _ignored = leadping.read_create(body) if is_nested else intake.read_intake(body)
    return change


def _as_sent(body: Body) -> dict[str, object]:
    """A lead as the native API shows it, as far as it can be sent."""
    sent = {
        key: value
        for key, value in body.items()
        if key not in _HUB_SHOWN and (value is not None or key == "source")
    }
    keep = {"disposition": ("outcome", "stage", *WORDS), "archive": ("reason", "note")}
    for name, words in {**keep, "override": ("enabled", "reason")}.items():
        if isinstance(inner := sent.get(name), Mapping):
            sent[name] = {key: inner[key] for key in words if inner.get(key) is not None}
    if isinstance(disposition := sent.get("disposition"), dict) and disposition.get("outcome"):
        disposition.pop("stage", None)
    for name, read in {"answers": _answer_as_sent, "consent": _consent_as_sent}.items():
        if isinstance(inner := sent.get(name), Mapping):
            sent[name] = {key: read(value) for key, value in inner.items()}
    return sent


def _answer_as_sent(answer: object) -> object:
    if not isinstance(answer, Mapping):
        return answer
    return {
        key: value
        for key, value in answer.items()
        if key in {"value", "status"} or (key == "override" and value)
    }


def _consent_as_sent(said: object) -> object:
    if not isinstance(said, Mapping) or "opted_out_at" not in said:
        return said
    since = said.get("opted_out_at")
    return {"opted_in": said.get("opted_in"), **({"at": since} if since else {})}


def _own_of(body: Body, problems: Problems) -> Own | None:
    """The id and the times that an exported lead brings along."""
    found: dict[str, Any] = {}
    if body.get("id") is not None:
        found["id"] = parse_id(body["id"])
        if found["id"] is None:
            problems.add("id", "invalid_id", _("This is no id of a lead."), body["id"])
    for name in ("created_at", "updated_at"):
        if (raw := body.get(name)) is not None:
            found[name] = problems.attempt(name, raw, lambda raw=raw: clean_moment(raw))  # type: ignore[misc]
    return Own(**found) if found else None
