"""The `contact` and `customer` of Leadping's lead: who it is, how to reach it, and what its number tells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import uuid5

from leads.models import Address, Lead, Profile
from leads.state import LeadState
from leads.validation.fields import EMPLOYMENT_TYPES, GENDERS, MARITAL_STATUSES
from leads.values import LIMITS, format_moment, phone_facts, plain_number
from leads.voices.leadping.words import CARRIER_TYPES, LINE_TYPES, NUMERIC, PHONE_TYPES, UNKNOWN
from leads.voices.shape import Null, Part

# Their key and our column of each line of an address.
_LINES: Final[Mapping[str, str]] = {
    "line1": "line1",
    "line2": "line2",
    "city": "city",
    "state": "state",
    "province": "province",
    "region": "region",
    "postalCode": "postal_code",
    "country": "country",
    "additionalInfo": "additional_info",
}
_NUMBERS: Final[Mapping[str, str]] = {
    "height": "height",
    "weight": "weight",
    "income": "income",
    "monthsAtResidence": "months_at_residence",
    "creditScore": "credit_score",
    "numberOfDependents": "number_of_dependents",
}
_BOOLEANS: Final[Mapping[str, str]] = {
    "isHomeowner": "is_homeowner",
    "hasBankruptcy": "has_bankruptcy",
    "hasMedicalCondition": "has_medical_condition",
}
_CHOICES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "gender": ("gender", GENDERS),
    "maritalStatus": ("marital_status", MARITAL_STATUSES),
    "employmentType": ("employment_type", EMPLOYMENT_TYPES),
}

ADDRESS_PARTS: Final = tuple(
    Part(name, f"address.{column}", schema={"maxLength": LIMITS.address_line})
    for name, column in _LINES.items()
)
_PHONE: Final = Part(
    "phone",
    parts=(
        Part("number", "phone", about="E.164 where it is a valid number, else as it was given."),
        Part("type", means="phone_type", about=f"Any text; known are {', '.join(PHONE_TYPES)}."),
        Part("lookup", type="object", read_only=True),
    ),
)


def contact_parts(address: tuple[Part, ...] = ADDRESS_PARTS) -> tuple[Part, ...]:
    return (
        Part("firstName", "first_name", schema={"maxLength": LIMITS.name}),
        Part("lastName", "last_name", schema={"maxLength": LIMITS.name}),
        Part("streetAddress", parts=address),
        Part(
            "coordinate",
            parts=tuple(
                Part(name, f"address.{name}", type="any", blank=Null.VALUE, schema=NUMERIC)
                for name in ("latitude", "longitude")
            ),
        ),
        Part("timeZoneId", "time_zone", about="A time zone's IANA or Windows name."),
        _PHONE,
        Part("email", "email", schema={"format": "email", "maxLength": LIMITS.email}),
    )


CUSTOMER_PARTS: Final = (
    *(
        Part(name, f"profile.{column}", blank=Null.VALUE, schema={"enum": list(words)})
        for name, (column, words) in _CHOICES.items()
    ),
    *(
        Part(name, f"profile.{column}", type="any", blank=Null.VALUE, schema=NUMERIC)
        for name, column in _NUMBERS.items()
    ),
    Part("birthDate", "profile.birth_date", blank=Null.VALUE, schema={"format": "date"}),
    *(
        Part(name, f"profile.{column}", type="boolean", blank=Null.VALUE)
        for name, column in _BOOLEANS.items()
    ),
)

_KNOWN_TYPES: Final = {word.casefold(): word for word in PHONE_TYPES}


def read_phone_type(raw: object) -> object:
    """Any text is a type; the eight that were once published are spelt as published."""
    return _KNOWN_TYPES.get(raw.strip().casefold(), raw) if isinstance(raw, str) else raw


def show_contact(state: LeadState) -> dict[str, Any]:
    lead, address = state.lead, state.address
    return {
        "firstName": lead.first_name or None,
        "lastName": lead.last_name or None,
        "streetAddress": {name: getattr(address, column) or None for name, column in _LINES.items()},
        "coordinate": _coordinate(address),
        "timeZoneId": lead.time_zone or None,
        "phone": {
            "number": phone_of(lead),
            "type": lead.phone_type or None,
            "lookup": _lookup(lead),
        },
        "email": lead.email or None,
    }


def phone_of(lead: Lead) -> str | None:
    """The key of a valid number is its E.164 form."""
    return (lead.phone_key if lead.phone_e164 else lead.phone) or None


def _coordinate(address: Address | None) -> dict[str, Any]:
    return {name: _number(getattr(address, name) if address else None) for name in ("latitude", "longitude")}


def _number(stored: Decimal | None) -> int | float | None:
    return None if stored is None else plain_number(stored)


def _lookup(lead: Lead) -> dict[str, Any] | None:
    """What the number itself tells, computed each time; it has no row, and yet a lasting id."""
    if not lead.phone_e164:
        return None
    facts = phone_facts(lead.phone_key)
    return {
        "number": lead.phone_key,
        "isValid": facts.valid,
        "lineType": LINE_TYPES.get(facts.line_type, UNKNOWN),
        "carrierType": CARRIER_TYPES.get(facts.carrier_type, UNKNOWN),
        "location": {
            "location": facts.location or None,
            "state": None,
            "countryCode": facts.region or None,
            "coordinate": _coordinate(None),
            "timeZoneId": facts.time_zone or None,
        },
        "id": str(uuid5(lead.workspace_id, lead.phone_key)),
        "createdAt": format_moment(lead.created_at),
        "modifiedAt": None,
    }


def show_customer(profile: Profile) -> dict[str, Any]:
    return {
        **{name: getattr(profile, column) or None for name, (column, _words) in _CHOICES.items()},
        **{name: getattr(profile, column) for name, column in _NUMBERS.items()},
        "birthDate": profile.birth_date.isoformat() if profile.birth_date else None,
        **{name: getattr(profile, column) for name, column in _BOOLEANS.items()},
    }
