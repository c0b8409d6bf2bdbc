"""Working hours: the spans of time in which a workspace works, exact also when its clocks change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

Span = tuple[datetime, datetime]
# From and until for each day from Monday on, such as ["09:00", "17:30"], or None for a day off. An end that
# is not after the beginning is on the next day.
Hours = Sequence[Sequence[str] | None]
_DAY: Final = timedelta(days=1)
_LEAST: Final = timedelta(seconds=1)


def spans(hours: Hours, zone: tzinfo, since: datetime, until: datetime) -> list[Span]:
    """When it works between two moments, in UTC, in order and apart. A moment counts if the clock on the wall
    shows a working time then: an hour that the clocks skip is none, and one they repeat is two."""
    found: list[Span] = []
    for begin, end in sorted(_raw_spans(hours, zone, since, until)):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _raw_spans(hours: Hours, zone: tzinfo, since: datetime, until: datetime) -> Iterator[Span]:
    for begin, end, offset in _pieces(zone, since.astimezone(UTC), until.astimezone(UTC)):
        day, last = (begin + offset).date() - _DAY, (end + offset).date()
        while day <= last:
            told = hours[day.weekday()]
            if told is not None:
                opens, closes = _on(day, told)
                low, high = max(begin, opens - offset), min(end, closes - offset)
                if low < high:
                    yield low, high
            day += _DAY


def _on(day: date, told: Sequence[str]) -> Span:
    """What the clock on the wall shows, written as if it stood in UTC."""
    opens, closes = (datetime.combine(day, time.fromisoformat(word), UTC) for word in told)
    return opens, closes if closes > opens else closes + _DAY


def _pieces(zone: tzinfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time between, cut where the clocks change."""
    begin = since
    while begin < until:
        offset, end = _offset(zone, begin), begin
        while end < until and _offset(zone, end) == offset:
            end += _DAY
        low, high = max(begin, end - _DAY), end
        if _offset(zone, high) != offset:
            while high - low > _LEAST:
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            # Clocks change at a whole second.
            high = high.replace(microsecond=0)
        end = min(high, until)
        yield begin, end, offset
        begin = end


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
