"""Leadping's flat intake: the fields of a new lead side by side, as a body or as query parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leads.change import LeadChange
from leads.validation.attribution import SOURCE_METADATA
from leads.voices.leadping.contact import read_phone_type
from leads.voices.leadping.lead import new_lead
from leads.voices.leadping.metadata import NUMBERS, TEXTS, read_source
from leads.voices.leadping.tags import TAG_PARTS
from leads.voices.leadping.words import NUMERIC, Words
from leads.voices.shape import Null, Part, Shape

# Where both spellings come, the later of these counts, which is the canonical one.
_PLAIN: Final = (
    ("firstName", "first_name"),
    ("lastName", "last_name"),
    ("email", "email"),
    ("phone", "phone"),
    ("dateOfBirth", "profile.birth_date"),
    ("birthDate", "profile.birth_date"),
    ("address1", "address.line1"),
    ("address2", "address.line2"),
    ("city", "address.city"),
    ("state", "address.state"),
    ("zip", "address.postal_code"),
    ("postalCode", "address.postal_code"),
    ("trustedFormUrl", "trusted_form_url"),
    ("externalId", "external_id"),
    ("sellerLeadIdentifier", "metadata.seller_lead_id"),
    *((name, f"metadata.{key}") for name, key in TEXTS.items()),
)
INTAKE: Final = Shape(
    "LeadIntakeRequest",
    (
        *(Part(name, to, null=Null.LEAVE, blank=Null.LEAVE) for name, to in _PLAIN),
        *(
            Part(name, f"metadata.{key}", type="any", null=Null.LEAVE, blank=Null.LEAVE, schema=NUMERIC)
            for name, key in NUMBERS.items()
        ),
        Part("phoneType", means="phone_type", null=Null.LEAVE, blank=Null.LEAVE),
        Part("gender", means="profile.gender", null=Null.LEAVE, blank=Null.LEAVE, about="Any text."),
        Part(
            "sourceMetadata",
            type="object",
            means=f"metadata.{SOURCE_METADATA}",
            null=Null.LEAVE,
            blank=Null.LEAVE,
            schema={"additionalProperties": {"type": "string"}},
        ),
        *TAG_PARTS,
    ),
    "At least one of phone and email.",
)
INTAKE_WORDS: Final = Words(INTAKE)

_GENDERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("m", "male", "man", "masculine"), "M"),
    **dict.fromkeys(("f", "female", "woman", "feminine"), "F"),
    **dict.fromkeys(("nonbinary", "nb", "enby", "x", "diverse"), "NonBinary"),
    **dict.fromkeys(("prefernottosay", "undisclosed", "unspecified", "unknown"), "PreferNotToSay"),
}
_LETTERS: Final = re.compile(r"[^a-z]")
_LISTS: Final = frozenset(part.name for part in TAG_PARTS)
_NAMES: Final = {part.name.casefold(): part.name for part in INTAKE.parts}
_ENTRY: Final = re.compile(r"sourcemetadata\[(.+)\]", re.IGNORECASE | re.DOTALL)


def read_intake(body: Mapping[str, object]) -> tuple[LeadChange, list[str]]:
    sent = INTAKE.read(body)
    if "phoneType" in sent.own:
        sent.fields["phone_type"] = read_phone_type(sent.own["phoneType"])
    if "gender" in sent.own:
        sent.profile["gender"] = _gender(sent.own["gender"])
    read_source(sent, None)
    return new_lead(sent, origin="intake"), sent.ignored


def _gender(raw: object) -> object:
    """Forms ask in their own words; a word that is none of ours is another gender, not a mistake."""
    if not isinstance(raw, str):
        return raw
    return _GENDERS.get(_LETTERS.sub("", raw.casefold()), "Other")


def read_query(query: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The same body, from query parameters: any case, and of a name that comes twice the first."""
    body: dict[str, Any] = {}
    for raw, found in query.items():
        name = _NAMES.get(raw.casefold(), raw)
        entry = _ENTRY.fullmatch(raw)
        if entry is not None:
            texts = body.setdefault("sourceMetadata", {})
            if isinstance(texts, dict):
                texts.setdefault(entry[1], found[0])
        elif name in _LISTS:
            body.setdefault(name, []).extend(found)
        elif name == "sourceMetadata":
            body.setdefault(name, _object(found[0]))
        else:
            body.setdefault(name, found[0])
    return body


def _object(text: str) -> object:
    """A dictionary in one parameter is written as JSON; whatever else it is, the rules refuse it."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return text
