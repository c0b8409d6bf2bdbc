"""What the list's address says: the view, the filters, the order, the columns, the density and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.queries.filters import LeadFilter
from leads.queries.lists import NEWEST, ORDERS
from leads.queries.reach import in_sight
from leads.queries.views import OwnView, views_of

# What is not a filter: how the list looks, and where in it one is.
SHAPE: Final = ("order", "columns", "density")
_PLACE: Final = ("view", "after", "page")
DENSITIES: Final = ("roomy", "compact")


@dataclass(slots=True)
class Address:
    """`query` holds the filters and the shape, as a view keeps them."""

    query: QueryDict
    views: list[OwnView] = field(default_factory=list)
    own: OwnView | None = None
    after: str | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def order(self) -> str:
        return self.query.get("order") or NEWEST

    @property
    def density(self) -> str:
        return self.query.get("density") or DENSITIES[0]

    @property
    def columns(self) -> list[str] | None:
        """None: as the list comes."""
        named = [part for text in self.query.getlist("columns") for part in text.split(",") if part]
        return named or None

    @property
    def filters(self) -> QueryDict:
        found = self.query.copy()
        for name in SHAPE:
            found.pop(name, None)
        return found

    @property
    def shape(self) -> list[tuple[str, str]]:
        """For a form that keeps it, and the view that was gone on from. Like `text`, never without a word."""
        found = [("order", self.order)]
        found += [(name, value) for name in SHAPE[1:] for value in self.query.getlist(name)]
        return found + ([("view", str(self.own.view.pk))] if self.own else [])

    @property
    def is_changed(self) -> bool:
        """Whether somebody went on from the view that was opened."""
        return self.own is not None and _plain(QueryDict(self.own.view.query)) != _plain(self.query)

    def text(self, put: Mapping[str, object] | None = None, *, after: str | None = None) -> str:
        """The address with some of it put otherwise; None takes a name out."""
        found = self.query.copy()
        for name, value in (put or {}).items():
            found.pop(name, None)
            if value is not None:
                found.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
        # An address without a word would open the member's first view.
        found.setdefault("order", self.order)
        if self.own is not None:
            found["view"] = str(self.own.view.pk)
        if after:
            found["after"] = after
        return found.urlencode(safe=":,")

    def link(self, put: Mapping[str, object] | None = None, *, after: str | None = None) -> str:
        return f"{reverse('admin:leads')}?{self.text(put, after=after)}"

    def without(self, name: str, value: str) -> str:
        """The address without one value of one filter."""
        left = [part for text in self.filters.getlist(name) for part in parts_of(name, text) if part != value]
        return self.link({name: left or None})


def read_address(request: HttpRequest, desk: Desk) -> Address:
    """An address that names only a view opens that; one without a word opens the member's first one."""
    given = request.GET.copy()
    place = {name: (given.pop(name, None) or [""])[-1] for name in _PLACE}
    for name in list(given):
        if values := [value for value in given.getlist(name) if value.strip()]:
            given.setlist(name, values)
        else:
            del given[name]
    address = Address(given, views_of(desk.workspace, desk.user.pk), after=place["after"] or None)
    wanted = place["view"]
    if wanted:
        address.own = next((own for own in address.views if str(own.view.pk) == wanted), None)
        if address.own is None:
            address.problems.append(_("This view was deleted, or is not shared with you any more."))
    elif not given:
        address.own = next((own for own in address.views if own.is_default), None)
    if address.own is not None and not given:
        address.query = QueryDict(address.own.view.query, mutable=True)
    _settle_shape(address)
    return address


def _settle_shape(address: Address) -> None:
    """What is no order or density is told once, and does not go along to the next page."""
    shapes = (
        ("order", ORDERS, _("There is no order called “%s”; the newest leads come first.")),
        ("density", DENSITIES, _("There is no density called “%s”; the rows are roomy.")),
    )
    for name, known, message in shapes:
        wanted = address.query.get(name)
        if wanted and wanted not in known:
            address.problems.append(message % wanted)
            address.query.pop(name)


def filter_of(filters: QueryDict, desk: Desk) -> LeadFilter:
    """What the address says, within what the member may see."""
    return LeadFilter(
        filters,
        workspace=desk.workspace,
        user_id=desk.user.pk,
        zone=desk.zone,
        also=in_sight(desk.workspace, desk.actor),
    )


def parts_of(name: str, text: str) -> list[str]:
    """Codes and ids hold no comma, so several may stand in one value; free text may."""
    return text.split(",") if name in {"stage", "disposition", "assignee"} else [text]


def _plain(query: QueryDict) -> dict[str, list[str]]:
    found = {name: sorted(filter(None, query.getlist(name))) for name in query}
    found.setdefault("order", [NEWEST])
    return {name: values for name, values in found.items() if values}
