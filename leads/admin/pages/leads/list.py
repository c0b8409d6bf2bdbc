"""The list of leads: everything that it shows stands in its address, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.leads import columns as shapes
from leads.admin.pages.leads.address import DENSITIES, Address, filter_of, read_address
from leads.admin.pages.leads.cells import Pen
from leads.admin.pages.leads.chips import Chip, chips_of
from leads.admin.pages.leads.columns import Column
from leads.admin.pages.leads.others import Others, find_others
from leads.admin.pages.render import page
from leads.queries.counts import Count
from leads.queries.filters import LeadFilter
from leads.queries.find import live_leads
from leads.queries.lists import ListPage, list_leads

_MOST_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: which order it asks for next, and which way it is sorted now."""

    label: str
    kind: str
    link: str = ""
    sorted: str = ""


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    address = read_address(request, desk)
    columns, unknown = shapes.chosen(desk.workspace, address.columns)
    filters = filter_of(address.filters, desk)
    found = _page(desk, address, filters, columns)
    chips = chips_of(address, filters)
    context = {
        "title": address.own.view.name if address.own else _("Leads"),
        "address": address,
        "query": address.text(),
        "rows": Pen(desk, columns).rows(found.rows),
        "heads": [_head(address, column) for column in columns],
        "next": address.link(after=found.next) if found.next else "",
        "previous": address.link(after=found.previous) if found.previous else "",
        "first": address.link() if found.previous else "",
        "count": found.count,
        "chips": chips,
        "clear": address.link(dict.fromkeys(address.filters)),
        "warnings": _warnings(address, filters, unknown),
        "merged": filters.merged_tags.items(),
        "search": address.filters.get("search", ""),
        "densities": [(name, address.link({"density": name})) for name in DENSITIES],
        "others": _others(desk, filters),
        "empty": "" if found.rows else _empty(desk, chips, found.count),
        "may_export": desk.looks_after_all,
    }
    return page(request, "leads/list.html", context)


def _page(desk: Desk, address: Address, filters: LeadFilter, columns: list[Column]) -> ListPage:
    """A cursor that no longer fits leads to the first page."""
    shown = shapes.shown_in(columns, _MOST_COUNTED)
    try:
        return list_leads(desk.workspace, filters, order=address.order, after=address.after, shown=shown)
    except ValidationError:
        return list_leads(desk.workspace, filters, order=address.order, shown=shown)


def _head(address: Address, column: Column) -> Head:
    if not column.orders:
        return Head(str(column.label), column.kind)
    is_here = address.order in column.orders
    following = column.orders[1] if address.order == column.orders[0] else column.orders[0]
    way = ("descending" if address.order.startswith("-") else "ascending") if is_here else ""
    return Head(str(column.label), column.kind, address.link({"order": following}), way)


def _warnings(address: Address, filters: LeadFilter, unknown: list[str]) -> list[str]:
    """What was not understood; everything else is applied."""
    found = list(address.problems)
    for problem in filters.problems:
        value = f" ({problem.value})" if problem.value not in (None, "") else ""
        found.append(f"{problem.message}{value}")
    if unknown:
        message = _("These columns are not in the workspace any more: %s.")
        found.append(message % ", ".join(code.partition(".")[2] or code for code in unknown))
    return found


def _others(desk: Desk, filters: LeadFilter) -> Others | None:
    """Where agents keep to their own leads, a search still says that a colleague has one."""
    wanted = filters.form.cleaned_data.get("search") if filters.form.is_valid() else None
    return find_others(desk, wanted) if wanted and not desk.sees_all else None


def _empty(desk: Desk, chips: list[Chip], count: Count) -> str:
    """Why there is nothing: nothing matches, nothing is there yet, or nothing of it may be seen."""
    if chips or count.number:
        return "match"
    if not desk.sees_all and live_leads(desk.workspace).exists():
        return "access"
    return "leads"
