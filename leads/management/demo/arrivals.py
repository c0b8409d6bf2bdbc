"""How a lead arrives: what each door knows of a person, in the words of a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from leads.change import AnswerChange, TagChange
from leads.management.demo.people import Person

Words = dict[str, Any]

_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "omniai": ("WhatsApp", "Website"),
    "octanist": ("Google Ads", "Facebook", "Newsletter"),
    "pollybot": ("Website chat",),
    "leadping": ("Partner feed", "Comparison site"),
    "hub": ("Back office",),
    "admin": ("Phone", "Walk-in", "Referral"),
    "import": ("Trade show",),
}
_CAMPAIGNS: Final = ("spring_capital", "equipment_lease", "restaurants", "brand", "bridge_loans")
_QUESTIONS: Final = (
    "Asked how fast the money would be there.",
    "Wants to know whether a soft credit check is enough.",
    "Compares us with a bank.",
    "Needs equipment before the season starts.",
    "Asked for the lowest possible monthly payment.",
)


def arrival(person: Person, door: str, rng: Random, external_id: str) -> Words:
    """The words of the change that makes the lead."""
    words: Words = {
        "fields": {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "phone": person.phone,
            "business_name": person.business,
            "source": rng.choice(_SOURCES[door]),
            "external_id": external_id,
        }
    }
    _DOORS[door](words, person, rng)
    words["fields"] = {name: value for name, value in words["fields"].items() if value != ""}
    return words


def _omniai(words: Words, person: Person, rng: Random) -> None:
    words["fields"]["time_zone"] = person.city.time_zone
    words["fields"]["activity_summary"] = rng.choice(_QUESTIONS)
    words["answers"] = answers(person, rng, "business_name", *rng.sample(("legal_name", "entity_type"), 1))
    words["strict_answers"] = False


def _octanist(words: Words, person: Person, rng: Random) -> None:
    fields = words["fields"]
    fields["name"] = f"{fields.pop('first_name')} {fields.pop('last_name')}"
    fields["phone"] = person.written_phone if person.phone else ""
    fields["landing_path"] = f"/{rng.choice(_CAMPAIGNS)}"
    fields["custom"] = f"Line of business: {person.trade}"
    fields["click_ids"] = {"gclid": f"demo-{rng.getrandbits(64):016x}"}
    fields["ad_consents"] = {"ad_storage": "granted", "ad_user_data": rng.choice(("granted", "denied"))}
    fields["assignee_type"] = "HUMAN_AGENT"
    words["metadata"] = {"utm_source": "google", "utm_campaign": rng.choice(_CAMPAIGNS)}


def _pollybot(words: Words, person: Person, rng: Random) -> None:
    fields = words["fields"]
    fields["name"] = f"{fields.pop('first_name')} {fields.pop('last_name')}"
    fields["phone"] = person.written_phone if person.phone else ""
    del fields["business_name"]
    words["metadata"] = {
        "company": person.business,
        "industry": person.trade,
        "page": f"/{rng.choice(_CAMPAIGNS)}",
        "chat": {"messages": rng.randint(3, 24), "summary": rng.choice(_QUESTIONS)},
    }


def _leadping(words: Words, person: Person, rng: Random) -> None:
    words["fields"]["assignee_type"] = "HUMAN_AGENT"
    words["fields"]["trusted_form_url"] = f"https://cert.example.com/{rng.getrandbits(128):032x}"
    words["address"] = _address(person)
    words["profile"] = {
        "credit_score": rng.randrange(540, 800),
        "is_homeowner": rng.random() < 0.5,
        "income": rng.randrange(40, 220) * 1000,
    }
    words["metadata"] = {"utm_source": "partner", "vertical": "business_loans", "price": rng.randint(12, 60)}


def _hub(words: Words, person: Person, rng: Random) -> None:
    words["fields"] |= {"time_zone": person.city.time_zone, "website": person.website}
    words["address"] = _address(person)
    words["metadata"] = {"account": f"A-{rng.randint(10_000, 99_999)}", "industry": person.trade}


def _admin(words: Words, person: Person, rng: Random) -> None:
    words["fields"] |= {"assignee_type": "HUMAN_AGENT", "time_zone": person.city.time_zone}
    words["fields"]["phone"] = person.written_phone if person.phone else ""
    words["note"] = rng.choice(_QUESTIONS)


def _import(words: Words, person: Person, rng: Random) -> None:
    words["fields"] |= {"assignee_type": "HUMAN_AGENT", "phone": person.written_phone if person.phone else ""}
    words["address"] = {"city": person.city.name, "state": person.city.state, "country": "US"}
    words["tags"] = TagChange(names=("Trade show",))


_DOORS: Final[Mapping[str, Callable[[Words, Person, Random], None]]] = {
    "omniai": _omniai,
    "octanist": _octanist,
    "pollybot": _pollybot,
    "leadping": _leadping,
    "hub": _hub,
    "admin": _admin,
    "import": _import,
}


def answers(person: Person, rng: Random, *codes: str) -> tuple[AnswerChange, ...]:
    """What this person answers to these items of the checklist."""
    return tuple(AnswerChange(code, _ANSWERS[code](person, rng)) for code in codes)


def _address(person: Person) -> dict[str, object]:
    return {
        "line1": person.street,
        "city": person.city.name,
        "state": person.city.state,
        "postal_code": person.postal_code,
        "country": "US",
    }


def _tax_number(rng: Random) -> str:
    # No company has a number that begins with 00.
    return f"00-{rng.randrange(10**7):07d}"


def _amount(rng: Random) -> int:
    return rng.choice((15, 25, 40, 60, 75, 90, 120, 180, 275, 400)) * 1000


def _day(rng: Random) -> str:
    return f"{rng.randint(1989, 2022)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _place(person: Person) -> dict[str, object]:
    address = _address(person)
    return {
        "street": address["line1"],
        "city": address["city"],
        "state": address["state"],
        "postalCode": address["postal_code"],
        "country": "US",
    }


_ANSWERS: Final[Mapping[str, Callable[[Person, Random], Mapping[str, object]]]] = {
    "business_name": lambda person, rng: {"value": person.business},
    "legal_name": lambda person, rng: {"value": person.legal_name},
    "tax_id": lambda person, rng: {"value": _tax_number(rng)},
    "requested_amount": lambda person, rng: {"value": _amount(rng)},
    "entity_type": lambda person, rng: {"value": person.form},
    "ein": lambda person, rng: {"value": _tax_number(rng)},
    "founded_on": lambda person, rng: {"value": _day(rng)},
    "owner_email": lambda person, rng: {"value": person.email},
    "owner_phone": lambda person, rng: {"value": person.phone},
    "business_address": lambda person, rng: {"value": _place(person)},
    "website": lambda person, rng: {"value": person.website},
    "has_open_loans": lambda person, rng: {"value": rng.random() < 0.4},
    # A document completes these; without one they can be waited for, or be left out.
    "bank_statements": lambda person, rng: {"status": "NEEDS_REVIEW"},
    "owner_id": lambda person, rng: {"status": "SKIPPED"},
}
