"""A page's place: its address, what shows it, its name, and the least role that may open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise

from leadhub.workspaces.models import Role

Page = Callable[..., HttpResponse]

_SLUG: Final = re.compile("[-a-zA-Z0-9_]+")
RANKS: Final[dict[str, int]] = {Role.AGENT: 0, Role.MANAGER: 1, Role.OWNER: 2}


@dataclass(frozen=True, slots=True)
class Route:
    """A page that has a `title` stands in the palette; its address then takes no arguments."""

    address: str
    view: Page
    name: str
    least: Role = Role.AGENT
    title: str | Promise = ""

    def is_open_to(self, role: str) -> bool:
        return RANKS[role] >= RANKS[self.least]


def is_plain(part: object) -> bool:
    """An id or a slug stands in an address as it is."""
    return isinstance(part, UUID) or (isinstance(part, str) and _SLUG.fullmatch(part) is not None)


def address(name: str, *parts: UUID | str) -> str:
    """Where a page is, from plain parts. One links to a hundred others, each of which Django would look up
    anew."""
    return _shape(name, len(parts), get_script_prefix()).format(*parts)


@cache
def _shape(name: str, number: int, _prefix: str) -> str:
    """The address with a place for each part. An id is a good slug, too."""
    marks = [UUID(int=place) for place in range(number)]
    found = reverse(name, args=marks)
    for mark in marks:
        found = found.replace(str(mark), "{}", 1)
    return found
