"""The frame around every page: where one may go from here, and where one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.admin.desk import Desk
from leads.admin.route import Route, address

# Route name, label, icon, keys. What does not exist yet, or is not open to the role, is left out.
SECTIONS: Final = (
    ("index", _("Work"), "work", "g w"),
    ("leads", _("Leads"), "leads", "g l"),
    ("imports", _("Imports"), "imports", "g i"),
    ("reports", _("Reports"), "reports", "g r"),
    ("settings", _("Settings"), "settings", "g s"),
)


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    address: str
    icon: str = ""
    keys: str = ""
    is_here: bool = False


def open_to(desk: Desk, routes: Iterable[Route]) -> list[Route]:
    return [route for route in routes if route.is_open_to(desk.role)]


def navigation(here: str, desk: Desk, routes: Sequence[Route]) -> list[Link]:
    """The sections that exist and are open to the role; we are in the one whose address is the longest."""
    names = {route.name for route in open_to(desk, routes)}
    found = [
        Link(label, address(f"admin:{name}"), icon, keys)
        for name, label, icon, keys in SECTIONS
        if name in names
    ]
    # My work stands at the root, under which everything else is as well.
    root = address("admin:index")
    at_work = here == root or here.startswith(f"{root}work/")
    above = [
        link.address for link in found if here.startswith(link.address) and (link.address != root or at_work)
    ]
    return [replace(link, is_here=link.address == max(above, key=len)) if above else link for link in found]


def corners(desk: Desk, routes: Iterable[Route]) -> dict[str, str]:
    """Where the links of the frame itself lead, of those that exist and are open."""
    wanted = {"data"}
    return {
        route.name: address(f"admin:{route.name}") for route in open_to(desk, routes) if route.name in wanted
    }


def pages(desk: Desk, routes: Iterable[Route]) -> list[Link]:
    """Every page that the palette offers by its name."""
    return [
        Link(route.title, address(f"admin:{route.name}")) for route in open_to(desk, routes) if route.title
    ]
