"""The filters in words, each with the address of the list without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from checklists.definitions import load_definitions
from leadhub.workspaces.ids import parse_id
from leads.admin.clocks import written
from leads.admin.pages.leads.address import Address, parts_of
from leads.models import AssigneeType, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.filters import LeadFilter
from leads.queries.json_filters import ANSWER, METADATA

_RELATIVE: Final = re.compile(r"today|(?P<days>[+-]?[0-9]{1,4})d")

# In the order in which they are told and offered.
LABELS: Final[Mapping[str, str | Promise]] = {
    "search": gettext_lazy("Search"),
    "stage": gettext_lazy("Stage"),
    "disposition": gettext_lazy("Disposition"),
    "assignee": gettext_lazy("Owner"),
    "assignee_type": gettext_lazy("Handled by"),
    "tag": gettext_lazy("Tag"),
    "tag_all": gettext_lazy("With tag"),
    "untagged": gettext_lazy("Without tags"),
    "source": gettext_lazy("Source"),
    "created_from": gettext_lazy("Came in since"),
    "created_to": gettext_lazy("Came in until"),
    "updated_from": gettext_lazy("Changed since"),
    "updated_to": gettext_lazy("Changed until"),
    "qualified_from": gettext_lazy("Qualified since"),
    "qualified_to": gettext_lazy("Qualified until"),
    "next_action_from": gettext_lazy("Next step from"),
    "next_action_to": gettext_lazy("Next step until"),
    "has_next_action": gettext_lazy("Next step planned"),
    "value_from": gettext_lazy("Value from"),
    "value_to": gettext_lazy("Value up to"),
    "currency": gettext_lazy("Currency"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Phone"),
    "external_id": gettext_lazy("External id"),
    "import_batch": gettext_lazy("Import"),
    "archived": gettext_lazy("Archive"),
    "deleted": gettext_lazy("Deleted"),
}
ARCHIVE: Final[Mapping[str, str | Promise]] = {
    "active": gettext_lazy("without archived ones"),
    "archived": gettext_lazy("archived ones only"),
    "all": gettext_lazy("archived ones too"),
}
_FLAGS: Final = frozenset({"untagged", "has_next_action", "deleted"})


@dataclass(frozen=True, slots=True)
class Chip:
    """`trouble` says why it picks nothing."""

    label: str
    text: str
    without: str
    trouble: str = ""


def chips_of(address: Address, filters: LeadFilter) -> list[Chip]:
    """Call it once the filter was applied: it knows the names by then."""
    troubles = {problem.field: problem for problem in filters.problems}
    order = list(LABELS)
    names = sorted(address.filters, key=lambda name: order.index(name) if name in LABELS else len(order))
    found = []
    for name in names:
        words = _words_of(name, filters)
        trouble = troubles.get(name)
        known = str(trouble.value).split(", ") if trouble else []
        for value in _values(name, address):
            is_wrong = trouble is not None and (value in known or len(address.filters.getlist(name)) == 1)
            told = trouble.message if trouble and is_wrong else ""
            found.append(Chip(label_of(name, filters), words(value), address.without(name, value), told))
    return found


def label_of(name: str, filters: LeadFilter) -> str:
    if name.startswith(ANSWER):
        code = name.removeprefix(ANSWER)
        item = load_definitions(filters.workspace).item(code)
        return item.label if item else code
    if name.startswith(METADATA):
        return name.removeprefix(METADATA)
    return str(LABELS.get(name, name))


def _values(name: str, address: Address) -> list[str]:
    return [part for text in address.filters.getlist(name) for part in parts_of(name, text) if part.strip()]


def _words_of(name: str, filters: LeadFilter) -> Callable[[str], str]:
    if name in _FLAGS:
        return lambda value: _("yes") if value.lower() in {"true", "yes", "y", "1", "on"} else _("no")
    if is_day(name):
        return day_in_words
    tables: dict[str, Callable[[], Mapping[Any, Any]]] = {
        "stage": lambda: dict(Stage.choices),
        "assignee_type": lambda: dict(AssigneeType.choices),
        "archived": lambda: ARCHIVE,
        "disposition": lambda: {
            word: row.label
            for row in load_catalogue(filters.workspace).dispositions.values()
            for word in (row.outcome, str(row.pk))
        },
        "assignee": lambda: {"me": _("me"), "none": _("nobody")},
    }
    table = tables[name]() if name in tables else {}
    return lambda value: str(table.get(value) or filters.names.get(parse_id(value), value))


def is_day(name: str) -> bool:
    return name.endswith(("_from", "_to")) and not name.startswith("value")


def day_in_words(value: str) -> str:
    """A day as it stands, or how far it is from today."""
    relative = _RELATIVE.fullmatch(value.strip().lower())
    if relative is None:
        try:
            return written(date.fromisoformat(value))
        except ValueError:
            return value
    days = int(relative["days"] or 0)
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%d day ago", "%d days ago", -days) % -days
    return ngettext("in %d day", "in %d days", days) % days
