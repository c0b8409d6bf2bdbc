"""The numbers of a card: each leads to its rows, and the greatest stand beside those of the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.admin.pages.reports.period import Asked

_NONE: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Cell:
    value: Any
    href: str = ""

    @property
    def is_text(self) -> bool:
        """Words stand to the left, numbers, also those in words such as a time, to the right."""
        return isinstance(self.value, str) and not self.value[:1].isdigit() and self.value != "–"

    @property
    def is_day(self) -> bool:
        """The page writes it as its reader does, the file as spreadsheets read it."""
        return isinstance(self.value, date)

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | Decimal)


@dataclass(frozen=True, slots=True)
class Figure:
    """`way`: up, down or the same as before; `tone`: good, bad or neither."""

    label: str | Promise
    now: Cell
    before: Cell
    change: str
    way: str = "same"
    tone: str = ""

    @property
    def sign(self) -> str:
        return {"up": "▲", "down": "▼"}.get(self.way, "")


def counted(asked: Asked, card: str, measure: str, number: int, **which: object) -> Cell:
    """A number that leads to the rows it counts; nothing leads nowhere."""
    if not number:
        return Cell(0)
    address = reverse("admin:report_rows", args=[card, measure])
    chosen = {**asked.parameters, **{name: str(value) for name, value in which.items()}}
    return Cell(number, f"{address}?{urlencode(chosen)}")


def listed(asked: Asked, number: int, **which: str) -> Cell:
    """Leads that came, in the list of leads, where more can be done with them."""
    if not number:
        return Cell(0)
    days = {"created_from": asked.first.isoformat(), "created_to": asked.last.isoformat(), "archived": "all"}
    days |= {"assignee": str(asked.owner)} if asked.owner is not None else {}
    days |= {"source": asked.source} if asked.source else {}
    return Cell(number, f"{reverse('admin:leads')}?{urlencode(days | which)}")


def compared(
    asked: Asked,
    place: tuple[str, str],
    label: str | Promise,
    now: int,
    before: int,
    *,
    less: bool = False,
) -> Figure:
    """`place`: the card and the measure of the rows. `less`: fewer of them are better."""
    card, measure = place
    cells = counted(asked, card, measure, now), counted(asked.before, card, measure, before)
    if not before:
        return Figure(label, *cells, "")
    if now == before:
        return Figure(label, *cells, _("as many as before"))
    share = f"{100 * abs(now - before) / before:.0f}"
    words = _("%s %% more") if now > before else _("%s %% fewer")
    return Figure(label, *cells, words % share, *_turn(now > before, less))


def timed(label: str | Promise, now: timedelta | None, before: timedelta | None) -> Figure:
    """Less is better."""
    cells = Cell(span(now)), Cell(span(before))
    if now is None or before is None:
        return Figure(label, *cells, _("nothing to compare"))
    if cells[0] == cells[1]:
        return Figure(label, *cells, _("as long as before"))
    words = _("%s slower") if now > before else _("%s faster")
    return Figure(
        label, *cells, words % span(abs(max(now, _NONE) - max(before, _NONE))), *_turn(now > before, True)
    )


def shared(label: str | Promise, now: tuple[int, int], before: tuple[int, int]) -> Figure:
    """Parts of wholes, compared by their shares."""
    cells = Cell(share(*now)), Cell(share(*before))
    if not (now[1] and before[1]):
        return Figure(label, *cells, _("nothing to compare"))
    points = round(100 * now[0] / now[1]) - round(100 * before[0] / before[1])
    if not points:
        return Figure(label, *cells, _("as many as before"))
    many = abs(points)
    more, fewer = (
        ngettext("%d point more", "%d points more", many),
        ngettext("%d point fewer", "%d points fewer", many),
    )
    return Figure(label, *cells, (more if points > 0 else fewer) % many, *_turn(points > 0, False))


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def span(length: timedelta | None) -> str:
    if length is None:
        return "–"
    minutes = max(0, round(length.total_seconds() / 60))
    if minutes < 60:
        return _("%d min") % minutes
    hours, rest = divmod(minutes, 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def _turn(is_more: bool, less: bool) -> tuple[str, str]:
    return "up" if is_more else "down", "bad" if is_more == less else "good"
