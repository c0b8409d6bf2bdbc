"""The fields of a lead in the native API: how each is shown, and whether it can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leads.models import AssigneeType
from leads.state import LeadState
from leads.validation.fields import EMPLOYMENT_TYPES, GENDERS, MARITAL_STATUSES
from leads.values import LIMITS, format_moment, join_name, plain_number
from leads.voices.hub.kinds import DAY, FLAG, ID, MOMENT, NUMBER, OBJECT, TEXT, WHOLE, Schema, maybe, one_of
from leads.voices.shape import Null, Part

Show = Callable[[LeadState], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a lead: what may be sent, what is shown, and the schema of what is shown."""

    part: Part
    show: Show
    shown: Schema

    @property
    def name(self) -> str:
        return self.part.name


def _column(name: str) -> Show:
    return lambda state: getattr(state.lead, name)


def _text_of(name: str) -> Show:
    """What was never said is null, and never an empty text."""
    return lambda state: getattr(state.lead, name) or None


def show_moment(moment: Any) -> str | None:
    return None if moment is None else format_moment(moment)


def _moment_of(name: str) -> Show:
    return lambda state: show_moment(getattr(state.lead, name))


def text(name: str, limit: int = 0, about: str = "", **more: Any) -> Key:
    schema = {"maxLength": limit, **more} if limit else more
    part = Part(name, name, schema=schema, about=about)
    return Key(part, _text_of(name), maybe({**TEXT, **more}))


def moment(name: str, about: str = "") -> Key:
    return Key(Part(name, name, schema=MOMENT, about=about), _moment_of(name), maybe(MOMENT))


def flag(name: str, show: Show, about: str = "", *, null: Null = Null.CLEAR) -> Key:
    return Key(Part(name, name, type="boolean", null=null, about=about), show, FLAG)


def fixed(name: str, schema: Schema, show: Show | None = None, about: str = "") -> Key:
    """Shown, never written."""
    # In what is sent it is another schema, if only by being read-only.
    sent = {key: value for key, value in schema.items() if key != "title"}
    part = Part(name, read_only=True, type="any", schema=sent, about=about)
    return Key(part, show or _column(name), schema)


def own(
    name: str,
    shown: Schema,
    show: Show,
    sent: Schema | None = None,
    about: str = "",
    *,
    null: Null = Null.VALUE,
) -> Key:
    """Read by the voice itself."""
    schema = dict(shown if sent is None else sent)
    part = Part(name, type="any", means=name, null=null, blank=Null.VALUE, schema=schema, about=about)
    return Key(part, show, shown)


def fixed_moment(name: str, about: str = "") -> Key:
    return fixed(name, maybe(MOMENT), _moment_of(name), about)


def beside(
    section: str,
    name: str,
    sent: Schema,
    shown: Schema | None = None,
    show: Callable[[Any], Any] | None = None,
) -> Key:
    """A leaf of the address or the profile."""

    def value_of(state: LeadState) -> Any:
        value = getattr(getattr(state, section), name)
        return None if value is None or value == "" else show(value) if show else value

    part = Part(name, f"{section}.{name}", type="any", schema=maybe(sent))
    return Key(part, value_of, maybe(shown or sent))


_LINE: Final = {"type": "string", "maxLength": LIMITS.address_line}
_NUMERIC: Final = {"type": ["number", "string"]}

ADDRESS: Final = (
    *(beside("address", name, _LINE, TEXT) for name in ("line1", "line2", "city", "state", "province")),
    *(beside("address", name, _LINE, TEXT) for name in ("region", "postal_code", "additional_info")),
    beside("address", "country", {"type": "string", "examples": ["US"]}),
    beside("address", "latitude", _NUMERIC, NUMBER, plain_number),
    beside("address", "longitude", _NUMERIC, NUMBER, plain_number),
)
PROFILE: Final = (
    beside("profile", "gender", one_of(GENDERS)),
    beside("profile", "marital_status", one_of(MARITAL_STATUSES)),
    beside("profile", "employment_type", one_of(EMPLOYMENT_TYPES)),
    beside("profile", "birth_date", DAY, DAY, lambda day: day.isoformat()),
    *(beside("profile", name, _NUMERIC, WHOLE) for name in ("income", "credit_score", "height", "weight")),
    *(beside("profile", name, _NUMERIC, WHOLE) for name in ("number_of_dependents", "months_at_residence")),
    *(beside("profile", name, FLAG) for name in ("is_homeowner", "has_bankruptcy", "has_medical_condition")),
)

# In every answer about a lead, the rows of lists included.
COLUMNS: Final = (
    fixed("id", ID, lambda state: str(state.lead.pk)),
    own(
        "version", WHOLE, _column("version"), about="Sent with a change: refuse it if the lead has moved on."
    ),
    Key(
        Part("name", "name", schema={"maxLength": LIMITS.name}, about="First and last name in one."),
        lambda state: join_name(state.lead.first_name, state.lead.last_name) or None,
        maybe(TEXT),
    ),
    text("first_name", LIMITS.name),
    text("middle_name", LIMITS.name),
    text("last_name", LIMITS.name),
    text("business_name", LIMITS.business_name),
    text("email", LIMITS.email, examples=["ana@example.org"]),
    flag("email_verified", lambda state: state.lead.email_verified_at is not None, "True stamps now."),
    fixed_moment("email_verified_at"),
    text("phone", LIMITS.phone, "As it was given.", examples=["(415) 555-2671"]),
    fixed("phone_e164", maybe(TEXT), lambda state: _e164(state), "When it is a valid number."),
    text("phone_type", 32),
    flag("phone_verified", lambda state: state.lead.phone_verified_at is not None, "True stamps now."),
    fixed_moment("phone_verified_at"),
    text("time_zone", LIMITS.time_zone, examples=["America/New_York"]),
    text("source", LIMITS.source),
    text("external_id", LIMITS.line, "The lead's id in your own system."),
    text("portal_link", LIMITS.url),
    text("website", LIMITS.url),
    text("landing_path", LIMITS.url),
    moment("captured_at"),
    Key(
        Part(
            "assignee_type",
            "assignee_type",
            null=Null.REFUSE,
            blank=Null.REFUSE,
            schema={"enum": list(AssigneeType.values)},
        ),
        _column("assignee_type"),
        {"type": "string", "enum": list(AssigneeType.values)},
    ),
    Key(
        Part("assignee", "assignee", schema=ID, about="A member of the workspace."),
        lambda state: str(state.lead.assignee_id) if state.lead.assignee_id else None,
        maybe(ID),
    ),
    fixed(
        "assignee_name", maybe(TEXT), lambda state: str(state.lead.assignee) if state.lead.assignee else None
    ),
    fixed_moment("assigned_at"),
    Key(
        Part(
            "value", "value", type="any", schema={"type": ["number", "string", "null"], "examples": [1250.5]}
        ),
        lambda state: None if state.lead.value is None else plain_number(state.lead.value),
        maybe(NUMBER),
    ),
    text("currency", LIMITS.currency, examples=["USD"]),
    text("loss_reason", LIMITS.note, "Kept only while the lead is lost."),
    own(
        "note",
        maybe(TEXT),
        _text_of("note"),
        about="Sent: one more note. Shown: the latest.",
        null=Null.REFUSE,
    ),
    text("activity_summary", LIMITS.note),
    moment("next_action_at"),
    flag("enabled", _column("enabled"), null=Null.REFUSE),
    fixed("is_enabled", FLAG, lambda state: state.lead.is_enabled, "With the override counted in."),
    fixed_moment("qualified_at"),
    fixed_moment("completed_at", "When all required items were answered first."),
    fixed("attempts", WHOLE),
    fixed_moment("last_attempt_at"),
    fixed_moment("first_response_at"),
    fixed("is_test", FLAG),
    fixed(
        "import_batch",
        maybe(ID),
        lambda state: str(state.lead.import_batch_id) if state.lead.import_batch_id else None,
    ),
    fixed_moment("created_at"),
    fixed_moment("updated_at"),
    own("metadata", OBJECT, _column("metadata"), maybe(OBJECT), "Merged key by key; null removes a key."),
)
# What only one lead at a time shows.
FURTHER: Final = (
    text("trusted_form_url", LIMITS.url),
    text("compliance_status", LIMITS.source),
    text("compliance_blocked_reason", LIMITS.note),
    text("assigned_phone_number_id", LIMITS.line),
    text("custom", LIMITS.json_bytes),
    *(
        Key(
            Part(name, name, type="object", schema=OBJECT, about="Merged; null removes a key."),
            _column(name),
            OBJECT,
        )
        for name in ("click_ids", "ad_consents")
    ),
    fixed_moment("sms_opted_in_at"),
    fixed("sms_consent_phone", maybe(TEXT), _text_of("sms_consent_phone")),
    fixed("merged_leads", {"type": "array", "items": ID}, lambda state: list(state.lead.absorbed), "By id."),
)


def _e164(state: LeadState) -> str | None:
    number = state.lead.phone_e164
    return str(getattr(number, "as_e164", number) or "") or None


def group(name: str, keys: tuple[Key, ...], about: str) -> Part:
    return Part(name, parts=tuple(key.part for key in keys), about=about)


def shown_schema(keys: tuple[Key, ...]) -> Mapping[str, Schema]:
    return {key.name: _told(key.shown, key.part.about) for key in keys}


def _told(schema: Schema, about: str) -> Schema:
    """A schema with a name of its own is told there."""
    return schema if not about or "title" in schema else {**schema, "description": about}
