"""The fields that are edited in the sections of the lead page: where each is stored, and how it is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.change import CLEAR
from leads.timeline import MISSING
from leads.validation.fields import EMPLOYMENT_TYPES, GENDERS, MARITAL_STATUSES
from leads.values import COUNTRIES, CURRENCIES, available_zones

Label = str | Promise
Choices = tuple[tuple[str, Label], ...]

YES_NO: Final[Choices] = (("", "–"), ("yes", _("yes")), ("no", _("no")))


@dataclass(frozen=True, slots=True)
class Cell:
    """One input. `part` is the section of a change that it belongs to: fields, address or profile."""

    name: str
    part: str = "fields"
    kind: str = "text"
    choices: Choices = ()
    autocomplete: str = "off"
    # Names that are offered while typing, as a list beside the field.
    offers: str = ""

    @property
    def path(self) -> str:
        return self.name if self.part == "fields" else f"/{self.part}/{self.name}"

    @property
    def problem(self) -> str:
        """The name by which the rules speak of it."""
        return self.name if self.part == "fields" else f"{self.part}.{self.name}"

    def text(self, value: object) -> str:
        """A stored value as it stands in the input."""
        if value is None or value is MISSING:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)

    def value(self, text: str) -> Any:
        """What a typed text means, before any rule has looked at it."""
        if text == "":
            return CLEAR
        return text == "yes" if self.choices is YES_NO else text


def _choices(words: tuple[str, ...]) -> Choices:
    return (("", "–"), *((word, _SPELLED.get(word, word)) for word in words))


_SPELLED: Final[Mapping[str, Label]] = {
    "M": _("male"),
    "F": _("female"),
    "NonBinary": _("non-binary"),
    "PreferNotToSay": _("prefers not to say"),
    "Other": _("other"),
    "PartTime": _("part-time"),
    "SelfEmployed": _("self-employed"),
}


def _address(name: str, **kind: Any) -> Cell:
    return Cell(name, "address", **kind)


def _profile(name: str, **kind: Any) -> Cell:
    return Cell(name, "profile", **kind)


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    title: Label
    cells: tuple[Cell, ...]


SECTIONS: Final[Mapping[str, Section]] = {
    section.slug: section
    for section in (
        Section(
            "names",
            _("Names"),
            tuple(Cell(name) for name in ("first_name", "middle_name", "last_name", "business_name")),
        ),
        Section(
            "reach",
            _("Phone and email"),
            (
                Cell("phone", kind="tel"),
                Cell("phone_type"),
                Cell("email", kind="email"),
                Cell("time_zone", offers="zones"),
                Cell("website", kind="url"),
            ),
        ),
        Section(
            "address",
            _("Address"),
            (
                *(_address(name) for name in ("line1", "line2", "city", "state", "province", "region")),
                _address("postal_code"),
                _address("country", offers="countries"),
                _address("additional_info"),
            ),
        ),
        Section(
            "profile",
            _("Profile"),
            (
                _profile("birth_date", kind="date"),
                _profile("gender", choices=_choices(GENDERS)),
                _profile("marital_status", choices=_choices(MARITAL_STATUSES)),
                _profile("number_of_dependents", kind="number"),
                _profile("employment_type", choices=_choices(EMPLOYMENT_TYPES)),
                _profile("income", kind="number"),
                _profile("credit_score", kind="number"),
                _profile("is_homeowner", choices=YES_NO),
                _profile("months_at_residence", kind="number"),
                _profile("has_bankruptcy", choices=YES_NO),
                _profile("height", kind="number"),
                _profile("weight", kind="number"),
                _profile("has_medical_condition", choices=YES_NO),
            ),
        ),
        Section(
            "details",
            _("Value, source and links"),
            (
                Cell("value", kind="decimal"),
                Cell("currency", offers="currencies"),
                Cell("source"),
                Cell("external_id"),
                Cell("portal_link", kind="url"),
                Cell("landing_path"),
                Cell("loss_reason", kind="long"),
                Cell("activity_summary", kind="long"),
            ),
        ),
    )
}


def offered(name: str) -> tuple[str, ...]:
    """What is offered beside a field while somebody types."""
    lists: dict[str, Callable[[], Iterable[str]]] = {
        "zones": available_zones,
        "countries": lambda: COUNTRIES,
        "currencies": lambda: CURRENCIES,
    }
    return tuple(sorted(lists[name]())) if name else ()
