"""The six cards of the reports, each asked for by itself, so that one that fails leaves the others be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leads.admin.desk import Desk
from leads.admin.pages.reports.figures import Cell, compared, counted, listed, share, shared, span, timed
from leads.admin.pages.reports.period import Asked
from leads.admin.pages.reports.tables import Table, draw
from leads.queries.reports.activity import MEASURES, Activity, load_activity
from leads.queries.reports.cohorts import STEPS, Cohort, is_weekly, load_funnel, load_sources
from leads.queries.reports.period import in_working_time
from leads.queries.reports.speed import BANDS, KINDS, Speed, load_speed
from leads.queries.reports.standing import AGES, load_completion, load_overdue

_MOST_BARS: Final = 8
# More of these is worse.
_WORSE: Final = frozenset({"missed"})


def activity(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    """By person; by day where it is about one of them, and as a file."""
    by_day = whole or asked.owner is not None
    found = load_activity(asked.period, asked.before.period, now(), by_day=by_day)
    table = _table("activity", *_worked(asked, found, by_day))
    tried, totals = Counter[User](), dict.fromkeys(MEASURES, 0)
    for row in found.days:
        tried[row.user] += row.numbers.get("attempts", 0)
        totals |= {name: totals[name] + row.numbers.get(name, 0) for name in MEASURES}
    every = [counted(asked, "activity", name, number) for name, number in totals.items()]
    table.total = [Cell(_("All")), *([Cell("")] if by_day else []), *every] if found.days else []
    table.figures = [
        compared(
            asked,
            ("activity", name),
            MEASURES[name],
            number,
            found.before.get(name, 0),
            less=name in _WORSE,
        )
        for name, number in totals.items()
    ]
    _draw_best(table, [(str(who), number, "") for who, number in tried.items() if number])
    table.figure, table.empty = _("Calls made, by person"), _("Nobody did anything in this period.")
    return table


def _worked(asked: Asked, found: Activity, by_day: bool) -> tuple[list[str], list[list[Cell]]]:
    rows = []
    for row in found.days:
        which = {"day": row.day.isoformat()} if row.day else {}
        numbers = [
            counted(asked, "activity", name, row.numbers.get(name, 0), owner=row.user.pk, **which)
            for name in MEASURES
        ]
        alone = f"{reverse('admin:reports')}?{urlencode(asked.parameters | {'owner': str(row.user.pk)})}"
        who = Cell(str(row.user), "" if by_day else alone)
        rows.append([*([Cell(row.day)] if row.day else []), who, *numbers])
    head = [*([_("Day")] if by_day else []), _("Who"), *map(str, MEASURES.values())]
    return head, rows


def funnel(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    found = load_funnel(asked.period, asked.before.period)
    rows = []
    for row in found.cohorts:
        steps = [counted(asked, "funnel", name, row.numbers[name], key=row.key) for name in STEPS]
        rows.append([Cell(row.key), *steps])
    totals = _sums(found.cohorts)
    begins = _("Week from") if is_weekly(asked.period) else _("Month from")
    table = _table("funnel", [begins, *map(str, STEPS.values())], rows)
    if found.cohorts:
        table.total = [Cell(_("All")), *_steps(asked, "funnel", totals)]
    table.figures = [
        compared(asked, ("funnel", name), label, totals[name], found.before[name])
        for name, label in STEPS.items()
    ]
    came = totals["came"] or 1
    table.bars = draw(
        [(str(label), totals[name], share(totals[name], came)) for name, label in STEPS.items()]
    )
    table.figure, table.empty = _("Leads by step"), _("No leads came in this period.")
    return table


def sources(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    found, before = load_sources(asked.period, asked.before.period)
    came = {str(row.key): row.numbers["came"] for row in before}
    known = {str(row.key) for row in found}
    gone = [Cohort(row.key, dict.fromkeys(STEPS, 0)) for row in before if str(row.key) not in known]
    rows = []
    for row in (*found, *gone):
        key = str(row.key)
        earlier = counted(asked.before, "sources", "came", came.get(key, 0), key=key)
        rows.append([Cell(_name(key)), *_steps(asked, "sources", row.numbers, key), earlier, Cell(row.value)])
    won = _("Worth, in %(currency)s") % {"currency": desk.workspace.currency}
    head = [_("Source"), *map(str, STEPS.values()), _("Came before"), won]
    table = _table("sources", head, rows)
    totals, then = _sums(found), _sums(before)
    table.figures = [compared(asked, ("funnel", "came"), STEPS["came"], totals["came"], then["came"])]
    table.figures.append(compared(asked, ("funnel", "won"), STEPS["won"], totals["won"], then["won"]))
    if rows:
        earlier = counted(asked.before, "funnel", "came", then["came"])
        worth = Cell(sum(row.value for row in found))
        table.total = [Cell(_("All")), *_steps(asked, "funnel", totals), earlier, worth]
    _draw_best(table, [(_name(str(row.key)), row.numbers["came"], "") for row in found])
    table.figure, table.empty = _("Leads by source"), _("No leads came in this period.")
    return table


def speed(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    period, before = asked.period, asked.before.period
    if asked.is_work:
        period, before = (in_working_time(one, now()) for one in (period, before))
    found, then = load_speed(period, before)
    names = [*_bands(), _("Still waiting")]
    head = [_("Until"), *map(str, KINDS.values())]
    table = _table("speed", head, _waited(asked, found, names))
    for row, earlier in zip(found, then, strict=True):
        what = {"what": KINDS[row.kind]}
        table.figures.append(timed(_("%(what)s, median") % what, row.median, earlier.median))
        table.figures.append(timed(_("%(what)s, 90 of 100") % what, row.ninetieth, earlier.ninetieth))
    first = found[0]
    counts, every = [*first.bands, first.waiting], first.done + first.waiting
    table.bars = draw([(name, value, share(value, every)) for name, value in zip(names, counts, strict=True)])
    table.figure = _("Leads by the time until their first call")
    table.clock = _("In working hours.") if asked.is_work else _("By the clock on the wall.")
    return table


def _waited(asked: Asked, found: Sequence[Speed], names: Sequence[str]) -> list[list[Cell]]:
    """A column for each kind."""
    rows = [
        [Cell(_("Median")), *(Cell(span(row.median)) for row in found)],
        [Cell(_("90 of 100 within")), *(Cell(span(row.ninetieth)) for row in found)],
    ]
    for name, band in zip(names, [*range(len(BANDS)), None], strict=True):
        cells = [
            counted(
                asked,
                "speed",
                row.kind,
                row.waiting if band is None else row.bands[band],
                band="waiting" if band is None else band,
            )
            for row in found
        ]
        rows.append([Cell(name), *cells])
    return rows


def _bands() -> list[str]:
    marks = [span(edge) if edge < timedelta(hours=1) else _("1 h") for edge in BANDS[1:]]
    between = [f"{low} – {high}" for low, high in zip(marks, marks[1:], strict=False)]
    return [_("under %s") % marks[0], *between, _("%s or more") % marks[-1]]


def checklist(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    found = load_completion(asked.period, asked.before.period)
    rows = []
    for item in found.items:
        number = counted(asked, "checklist", "item", item.done, item=item.code)
        rows.append([Cell(item.label), Cell(item.group), number, Cell(share(item.done, found.leads))])
    head = [_("Item"), _("Group"), _("Completed"), _("Of all")]
    table = _table("checklist", head, rows)
    complete = counted(asked, "checklist", "complete", found.complete)
    table.total = [Cell(_("All that is asked")), Cell(""), complete, Cell(share(found.complete, found.leads))]
    table.figures = [
        compared(
            asked, ("checklist", "complete"), _("Complete leads"), found.complete, found.complete_before
        ),
        shared(
            _("Complete, of all"), (found.complete, found.leads), (found.complete_before, found.leads_before)
        ),
    ]
    if found.leads:
        _draw_best(table, [(item.label, item.done, share(item.done, found.leads)) for item in found.items])
    words = ngettext(
        "Items completed, of %d lead that came", "Items completed, of %d leads that came", found.leads
    )
    table.figure = words % found.leads
    table.empty = _("The checklist asks for nothing yet.")
    return table


def overdue(asked: Asked, desk: Desk, whole: bool = False) -> Table:
    found = load_overdue(asked.period, now())
    rows = []
    for row in found:
        whose = row.owner.pk if row.owner else "none"
        ages = [counted(asked, "overdue", "late", n, whose=whose, age=age) for age, n in enumerate(row.ages)]
        every = counted(asked, "overdue", "late", sum(row.ages), whose=whose)
        rows.append([Cell(str(row.owner or _("nobody"))), *ages, every])
    head = [_("Owner"), _("less than a day"), _("up to a week"), _("longer"), _("All")]
    table = _table("overdue", head, rows)
    if found:
        sums = [sum(row.ages[age] for row in found) for age in range(len(AGES) + 1)]
        ages = [counted(asked, "overdue", "late", number, age=age) for age, number in enumerate(sums)]
        table.total = [Cell(_("All")), *ages, counted(asked, "overdue", "late", sum(sums))]
    _draw_best(table, [(str(row.owner or _("nobody")), sum(row.ages), "") for row in found])
    table.figure, table.empty = _("Overdue leads by owner"), _("Nothing is overdue.")
    return table


CARDS: Final[Mapping[str, Callable[[Asked, Desk, bool], Table]]] = {
    "activity": activity,
    "funnel": funnel,
    "speed": speed,
    "sources": sources,
    "checklist": checklist,
    "overdue": overdue,
}
TITLES: Final[Mapping[str, str | Promise]] = {
    "activity": gettext_lazy("Who worked what"),
    "funnel": gettext_lazy("How far they got"),
    "speed": gettext_lazy("Speed to lead"),
    "sources": gettext_lazy("Sources"),
    "checklist": gettext_lazy("Checklist"),
    "overdue": gettext_lazy("Overdue now"),
}
_ABOUT: Final[Mapping[str, str | Promise]] = {
    "activity": gettext_lazy("A follow-up is kept when it is done within a day of its time."),
    "funnel": gettext_lazy(
        "The leads that came in the period, and what became of them until now. Earlier ones have had longer."
    ),
    "speed": gettext_lazy("A try is no contact. Who still waits is counted apart."),
    "sources": gettext_lazy("The leads that came in the period, by where they came from."),
    "checklist": gettext_lazy("How many of the leads that came in the period have each item."),
    "overdue": gettext_lazy("At this moment, whenever the leads came."),
}


def _table(name: str, head: Sequence[str], rows: list[list[Cell]]) -> Table:
    return Table(name, TITLES[name], _ABOUT[name], head, rows)


def _steps(asked: Asked, card: str, numbers: Mapping[str, int], key: str | None = None) -> list[Cell]:
    """`key`: a source. Leads that were told none have no list of their own."""
    which = {} if key is None else {"key": key}
    cells = [counted(asked, card, name, numbers[name], **which) for name in STEPS]
    if key != "":
        cells[0] = listed(asked, numbers["came"], **({"source": key} if key else {}))
    return cells


def _sums(rows: Sequence[Cohort]) -> dict[str, int]:
    return {name: sum(row.numbers[name] for row in rows) for name in STEPS}


def _name(source: str) -> str:
    return source or _("not told")


def _draw_best(table: Table, values: list[tuple[str, int, str]]) -> None:
    table.bars = draw(sorted(values, key=lambda row: -row[1])[:_MOST_BARS])
    table.drawn_of = len(values)
