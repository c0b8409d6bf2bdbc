"""What a card shows: a table whose numbers lead to their rows, and bars drawn from it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Final

from django.utils.functional import Promise

from leads.admin.pages.reports.figures import Cell, Figure

_BAR: Final = 44
# So many rows stand in the page; the file has all.
_MOST_ROWS: Final = 30
# A spreadsheet would take a text that begins with one of these for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Bar:
    """`text` is told beside the number; `y` and `share` are a place from the top and a width in per cent."""

    label: str
    number: float
    text: str
    y: int
    share: str


@dataclass(slots=True)
class Table:
    name: str
    title: str | Promise
    about: str | Promise
    head: Sequence[str]
    rows: list[list[Cell]]
    # What all rows come to, and how that compares.
    total: list[Cell] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    figure: str = ""
    # How many there are where only the best are drawn.
    drawn_of: int = 0
    clock: str = ""
    empty: str = ""

    @property
    def texts(self) -> list[int]:
        """The columns that hold words."""
        return [number for number, cell in enumerate(self.rows[0]) if cell.is_text] if self.rows else []

    @property
    def shown(self) -> list[list[Cell]]:
        return self.rows[:_MOST_ROWS]

    @property
    def further(self) -> int:
        return max(0, len(self.rows) - _MOST_ROWS)

    @property
    def height(self) -> int:
        return _BAR * len(self.bars)


def draw(values: Sequence[tuple[str, float, str]]) -> list[Bar]:
    """Bars of (label, value, what is told beside it), as wide as their share of the greatest."""
    most = max((value for _label, value, _text in values), default=0) or 1
    return [
        Bar(label, value, text, number * _BAR, f"{100 * value / most:.1f}%")
        for number, (label, value, text) in enumerate(values)
    ]


def as_csv(table: Table) -> str:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(name) for name in table.head])
    rows = [*table.rows, table.total] if table.total else table.rows
    writer.writerows([_safe(cell.value) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
