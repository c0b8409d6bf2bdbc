"""The words of a write: which lead, who writes, what is set, cleared or left alone, and what came of it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID

if TYPE_CHECKING:
    from leads.errors import Problem
    from leads.models import Entry, Lead
    from leads.state import LeadState


class _Clear(enum.Enum):
    CLEAR = "clear"

    def __repr__(self) -> str:
        return "CLEAR"


# A key that is absent from a mapping is LEFT alone; CLEAR empties it; any other value SETS it.
CLEAR: Final = _Clear.CLEAR
Clear = _Clear


class ActorKind(enum.StrEnum):
    USER = "user"
    KEY = "key"
    IMPORT = "import"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes, through which door. `tests` says which leads are in reach: test, live (False) or both."""

    kind: ActorKind
    name: str
    door: str
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    import_batch_id: UUID | None = None
    request_id: str = ""
    may_override: bool = False
    tests: bool | None = None
    role: str = ""
    # An import tells nobody outside of each lead, unless it was asked to; nor does who takes one back.
    announces: bool = False
    quiet: bool = False

    @property
    def is_quiet(self) -> bool:
        return self.quiet or (self.import_batch_id is not None and not self.announces)

    @property
    def ref(self) -> UUID | None:
        return self.user_id or self.api_key_id


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead that is not there yet. One that comes back from a file may bring its own id and times."""

    id: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ById:
    """`follows` leads a merged-away id to the survivor; deletes and erasure never follow."""

    id: object
    follows: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ByEmail:
    email: str


@dataclass(frozen=True, slots=True)
class ByPhone:
    phone: str


@dataclass(frozen=True, slots=True)
class ByExternalId:
    external_id: str


# A phone that cannot be one is kept as given, must look like one, or must be a valid number.
PhoneRule = Literal["lenient", "shape", "strict"]

Where = NewLead | ById | ByEmail | ByPhone | ByExternalId


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What is absent is left alone: a status without a value keeps the value, and the reverse."""

    code: str
    fields: Mapping[str, object]  # any of value, status, override


@dataclass(frozen=True, slots=True)
class TagChange:
    """Tags by name or id. `replace` makes the named ones the whole set; `create` makes missing names."""

    names: tuple[object, ...] = ()
    ids: tuple[object, ...] = ()
    remove: tuple[object, ...] = ()
    replace: bool = False
    create: bool = True


@dataclass(frozen=True, slots=True)
class DispositionWish:
    """A stage (its default disposition is meant) or an outcome of the catalogue, and what is said of it."""

    stage: str = ""
    outcome: str = ""
    reason: object = ""
    words: Mapping[str, object] = field(default_factory=dict)  # further columns of DispositionChange
    strict: bool = False  # staff, imports and the native API are bound by the rules of a stage


@dataclass(frozen=True, slots=True)
class CallLog:
    """A call that was made: always written, even when nothing else changes."""

    outcome: object
    note: str = ""
    at: datetime | None = None
    next_at: datetime | None = None
    reason: str = ""
    next_zone: str = ""  # the zone in which the next call was agreed; the lead's own, if nothing is said
    settles: UUID | None = None  # the planned call that this one was, although it was not due yet


@dataclass(frozen=True, slots=True)
class ConsentWish:
    """Opting out (or in again) on one channel, with what was said or shown."""

    channel: str
    opted_in: bool
    text_shown: str = ""
    source: str = ""
    at: datetime | None = None
    # The basis on which a whole list of people may be reached: said once, and no opt-out yields to it.
    yields: bool = False


@dataclass(frozen=True, slots=True)
class ContactPointChange:
    kind: str
    value: object
    label: str = ""
    is_bad: bool = False
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    reason: object = None
    note: object = None


@dataclass(frozen=True, slots=True)
class Override:
    """The administrator's switch; it wins over the lead's own `enabled`."""

    enabled: object
    reason: object = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """How the timeline is to tell it: what was sent, in the words of the door that sent it."""

    summary: str = ""
    kind: str = ""
    input: Mapping[str, object] = field(default_factory=dict)
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadChange:
    fields: Mapping[str, object] = field(default_factory=dict)
    address: Mapping[str, object] = field(default_factory=dict)
    profile: Mapping[str, object] = field(default_factory=dict)
    metadata: Mapping[str, object] | Clear | None = None
    answers: tuple[AnswerChange, ...] = ()
    tags: TagChange | None = None
    disposition: DispositionWish | None = None
    note: object = None
    call: CallLog | None = None
    consent: tuple[ConsentWish, ...] = ()
    contact_points: tuple[ContactPointChange, ...] = ()
    archive: Archive | None = None
    unarchive: bool = False
    delete: bool = False
    undelete: bool = False
    override: Override | Clear | None = None
    seen_version: int | None = None
    # What the voice found wrong while reading; the rules add theirs, and the caller hears of all at once.
    problems: tuple[Problem, ...] = ()
    # The voice's word on how strict to be.
    phone_rule: PhoneRule = "lenient"
    typed_metadata: bool = False  # what typed dialects share in there must be of its type
    strict_answers: bool = True
    unique_email: bool = False
    # What the entry says; a function sees the cleaned values and the results of the answers.
    telling: Telling | Callable[[Told], Telling] = field(default_factory=Telling)


@dataclass(frozen=True, slots=True)
class AnswerResult:
    code: str
    fields: Mapping[str, object]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a voice may put into the entry: the cleaned lead fields and what became of each answer."""

    fields: Mapping[str, object]
    answers: tuple[AnswerResult, ...]
    created: bool


@dataclass(slots=True)
class Outcome:
    lead: Lead
    state: LeadState
    created: bool
    changed: bool
    entry: Entry | None = None
    answers: tuple[AnswerResult, ...] = ()


# A voice that must compare what was sent with what it shows reads its body under the lock.
Read = Callable[["LeadState"], LeadChange]
