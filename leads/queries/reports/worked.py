"""The working time between two moments, told by the database itself."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db.models import DurationField, Func
from django.db.models.expressions import Combinable

from leadhub.workspaces.hours import Span

_FUNCTION: Final = "leadhub_worked"
_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_NONE: Final = timedelta(0)
_MICROSECOND: Final = timedelta(microseconds=1)
# What was worked before the span that a moment is in or behind, and within it. Each moment is computed once.
_AT: Final = """(SELECT ({before})[at.place] + LEAST(at.moment - ({begins})[at.place], ({lengths})[at.place])
    FROM (SELECT told.moment, width_bucket(told.moment, {begins}) AS place
        FROM (SELECT {moment} AS moment OFFSET 0) AS told OFFSET 0) AS at)"""


class Worked(Func):
    """What of the time from one moment to another lies in some spans, which are in order and apart."""

    output_field = DurationField()

    def __init__(self, *moments: Combinable, spans: Sequence[Span]) -> None:
        super().__init__(*moments)
        self.spans = tuple(spans)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        begins, before, lengths = _tabled(self.spans)
        tables = {"begins": "%s::timestamptz[]", "before": "%s::interval[]", "lengths": "%s::interval[]"}
        texts, params = [], list[Any]()
        for moment in reversed(self.get_source_expressions()):
            text, given = compiler.compile(moment)
            texts.append(_AT.format(moment=text, **tables))
            params += [before, begins, lengths, begins, *given]
        return f"({' - '.join(texts)})", tuple(params)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        connection.ensure_connection()
        connection.connection.create_function(_FUNCTION, 3, _worked, deterministic=True)
        texts, params = (
            [],
            list[Any]([json.dumps([[one.isoformat() for one in span] for span in self.spans])]),
        )
        for moment in self.get_source_expressions():
            text, given = compiler.compile(moment)
            texts.append(text)
            params += given
        return f"{_FUNCTION}(%s, {', '.join(texts)})", tuple(params)


def _tabled(spans: Sequence[Span]) -> tuple[list[datetime], list[timedelta], list[timedelta]]:
    """When each begins, what was worked before it, and how long it is; first an empty one of long ago."""
    begins, before, lengths, total = [_EVER], [_NONE], [_NONE], _NONE
    for begin, end in spans:
        begins.append(begin)
        before.append(total)
        lengths.append(end - begin)
        total += end - begin
    return begins, before, lengths


@lru_cache(maxsize=8)
def _read(text: str) -> tuple[list[datetime], list[timedelta], list[timedelta]]:
    return _tabled(
        [(datetime.fromisoformat(one), datetime.fromisoformat(two)) for one, two in json.loads(text)]
    )


def _worked(text: str, since: str | None, until: str | None) -> int | None:
    """In microseconds, which is what a duration is in SQLite."""
    if since is None or until is None:
        return None
    begins, before, lengths = _read(text)

    def at(told: str) -> timedelta:
        moment = datetime.fromisoformat(told).replace(tzinfo=UTC)
        place = bisect_right(begins, moment) - 1
        return before[place] + min(moment - begins[place], lengths[place])

    return (at(until) - at(since)) // _MICROSECOND
