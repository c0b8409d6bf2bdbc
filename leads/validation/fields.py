"""Which fields a lead has, and how each is cleaned: one line a field, the same for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.ids import parse_id
from leads import values
from leads.change import PhoneRule
from leads.models import AssigneeType
from leads.values import LIMITS


@dataclass(frozen=True, slots=True)
class House:
    """What the cleaning of a value needs to know about the workspace and the voice."""

    region: str
    phone_rule: PhoneRule = "lenient"


Columns = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Field:
    """`clean` turns a raw value into columns; `empty` is what they hold when it is cleared. `quick` says of
    the commonest texts that cleaning would keep them as they are, and takes a tenth of its time; `column` is
    then the one that holds them."""

    clean: Callable[[Any, House], Columns]
    empty: Columns
    column: str = ""
    quick: Callable[[str], object] | None = None


def _one(column: str, rule: Callable[[Any], object], empty: object = "") -> Field:
    return Field(lambda raw, _house: {column: rule(raw)}, {column: empty})


def _line(column: str, limit: int = LIMITS.line, rule: Callable[[Any], object] | None = None) -> Field:
    """One line; the rule, if there is one, is `clean_line` with this limit."""
    clean = rule or (lambda raw: values.clean_line(raw, limit))
    return Field(lambda raw, _house: {column: clean(raw)}, {column: ""}, column, values.plain_line(limit))


def _text(column: str, limit: int = LIMITS.note) -> Field:
    return _one(column, lambda raw: values.clean_text(raw, limit, multiline=True))


def _number(column: str, low: int = LIMITS.integer_low, high: int = LIMITS.integer_high) -> Field:
    return _one(column, lambda raw: values.clean_integer(raw, low, high), None)


def _choice(column: str, choices: tuple[str, ...], empty: str = "") -> Field:
    return _one(column, lambda raw: values.clean_choice(raw, choices), empty)


def _full_name(raw: object, _house: House) -> Columns:
    first, last = values.split_name(values.clean_name(raw))
    return {"first_name": first, "last_name": last}


def _email(raw: object, _house: House) -> Columns:
    email = values.clean_email(raw)
    return {"email": email.text, "email_key": email.key}


def _phone(raw: object, house: House) -> Columns:
    if house.phone_rule == "shape":
        raw = values.clean_phone_shape(raw)
    phone = values.clean_phone(raw, house.region, strict=house.phone_rule == "strict")
    return {"phone": phone.text, "phone_e164": phone.e164, "phone_key": phone.key}


def _stamp_now(raw: object) -> bool:
    """True stamps the present moment; the writer, who owns the clock, puts it in."""
    return values.clean_boolean(raw)


def _id(raw: object) -> UUID:
    found = parse_id(raw)
    if found is None:
        raise ValidationError(_("Send the id of a member."), code="not_found")
    return found


def _object(raw: object) -> Columns:
    if not isinstance(raw, dict):
        raise ValidationError(_("Send an object here."), code="invalid_type")
    return {str(key): value for key, value in values.clean_json(raw).items()}


FIELDS: Final[Mapping[str, Field]] = {
    "name": Field(_full_name, {"first_name": "", "last_name": ""}),
    "first_name": _line("first_name", LIMITS.name, values.clean_name),
    "middle_name": _line("middle_name", LIMITS.name, values.clean_name),
    "last_name": _line("last_name", LIMITS.name, values.clean_name),
    "business_name": _line("business_name", LIMITS.business_name, values.clean_business_name),
    "email": Field(_email, {"email": "", "email_key": ""}),
    "email_verified": _one("email_verified", _stamp_now, None),
    "phone": Field(_phone, {"phone": "", "phone_e164": "", "phone_key": ""}),
    "phone_type": _line("phone_type", 32),
    "phone_verified": _one("phone_verified", _stamp_now, None),
    "time_zone": _one("time_zone", values.clean_time_zone),
    "source": _line("source", LIMITS.source, values.clean_source),
    "external_id": _line("external_id"),
    "portal_link": _one("portal_link", values.clean_url),
    "website": _one("website", values.clean_website),
    "landing_path": _line("landing_path", LIMITS.url),
    "captured_at": _one("captured_at", values.clean_moment, None),
    "click_ids": _one("click_ids", _object, {}),
    "ad_consents": _one("ad_consents", _object, {}),
    "custom": _one("custom", values.clean_verbatim),
    "assignee_type": _choice("assignee_type", tuple(AssigneeType.values), AssigneeType.AI_AGENT),
    "assignee": _one("assignee_id", _id, None),
    "value": _one("value", values.clean_money, None),
    "currency": _one("currency", values.clean_currency),
    "loss_reason": _text("loss_reason"),
    "activity_summary": _text("activity_summary"),
    "enabled": _one("enabled", values.clean_boolean, True),
    "next_action_at": _one("next_action_at", values.clean_moment, None),
    "trusted_form_url": _one("trusted_form_url", values.clean_url),
    "compliance_status": _line("compliance_status", LIMITS.source),
    "compliance_blocked_reason": _text("compliance_blocked_reason"),
    "assigned_phone_number_id": _line("assigned_phone_number_id"),
}

ADDRESS: Final[Mapping[str, Field]] = {
    **{
        name: _line(name, LIMITS.address_line, values.clean_address_line)
        for name in ("line1", "line2", "city", "province", "region", "postal_code", "additional_info")
    },
    "state": _one("state", values.clean_state),
    "country": _one("country", values.clean_country),
    "latitude": _one("latitude", values.clean_latitude, None),
    "longitude": _one("longitude", values.clean_longitude, None),
}

CATEGORIES = ("Open", "Qualified", "Converted", "Lost", "Invalid", "Duplicate")
CHANGE_SOURCES = ("User", "AI", "Automation", "System", "API")

# What is said about a disposition when a lead enters it.
DISPOSITION: Final[Mapping[str, Field]] = {
    "outcome": _line("outcome"),
    "kind": _line("kind", 64),
    "category": _choice("category", CATEGORIES),
    "reason": _text("reason"),
    "notes": _text("notes"),
    "change_source": _choice("change_source", CHANGE_SOURCES),
    "automation_id": _line("automation_id"),
    "follow_up_status": _line("follow_up_status", 64),
    "appointment_notes": _text("appointment_notes"),
    "assigned_to": _line("assigned_to"),
    "related_call": _line("related_call"),
    "source_ref": _line("source_ref"),
    "is_missed_call_follow_up": _one("is_missed_call_follow_up", values.clean_boolean, None),
    **{
        name: _one(name, values.clean_moment, None)
        for name in (
            "callback_at",
            "task_due_at",
            "appointment_start_at",
            "appointment_end_at",
            "changed_at",
        )
    },
}

GENDERS = ("M", "F", "NonBinary", "PreferNotToSay", "Other")
MARITAL_STATUSES = ("Married", "Single", "Widow", "Separated", "Divorced")
EMPLOYMENT_TYPES = (
    "Employed",
    "PartTime",
    "SelfEmployed",
    "Contractor",
    "Unemployed",
    "Retired",
    "Student",
    "Military",
    "Homemaker",
    "Disabled",
    "Other",
)

PROFILE: Final[Mapping[str, Field]] = {
    "gender": _choice("gender", GENDERS),
    "marital_status": _choice("marital_status", MARITAL_STATUSES),
    "employment_type": _choice("employment_type", EMPLOYMENT_TYPES),
    **{
        name: _number(name)
        for name in (
            "height",
            "weight",
            "income",
            "months_at_residence",
            "credit_score",
            "number_of_dependents",
        )
    },
    "birth_date": _one("birth_date", values.clean_date, None),
    **{
        name: _one(name, values.clean_boolean, None)
        for name in ("is_homeowner", "has_bankruptcy", "has_medical_condition")
    },
}
