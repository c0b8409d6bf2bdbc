"""The rows behind a number: as many as it says, newest first, each leading to its lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.admin.pages.reports.period import Asked, narrowed, read_asked
from leads.models import Lead
from leads.queries.find import join_dispositions, join_owners
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor
from leads.queries.reports.activity import MEASURES, rows_of
from leads.queries.reports.cohorts import STEPS, is_weekly, leads_at
from leads.queries.reports.period import Period, in_working_time
from leads.queries.reports.speed import BANDS, KINDS, leads_in_band
from leads.queries.reports.standing import AGES, complete_leads, leads_with_item, overdue_leads
from leads.values import clean_date

_PAGE: Final = 50
_ORDER: Final = "report"
_ONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    lead: Lead
    at: datetime
    what: str


def show(request: HttpRequest, desk: Desk, card: str, measure: str) -> HttpResponse:
    asked = read_asked(request.GET, desk)
    try:
        rows, at, label = _rows(card, measure, request.GET, asked)
    except (KeyError, ValueError, ValidationError):
        raise Http404 from None
    count = rows.count()
    cursor = request.GET.get("after")
    try:
        found, following = _page(rows, at, cursor)
    except ValidationError:
        found, following = _page(rows, at, None)
    kept = request.GET.copy()
    kept.pop("after", None)
    context = {
        "title": label,
        "rows": _told(desk, found, at),
        "count": count,
        "next": following,
        "query": kept.urlencode(),
        "asked": asked,
        "is_now": card == "overdue",
        # Leads say nothing but who they are.
        "is_told": rows.model is not Lead,
    }
    return page(request, "staff/reports/rows.html", context)


def _rows(card: str, measure: str, sent: Mapping[str, Any], asked: Asked) -> tuple[QuerySet[Any], str, str]:
    """The rows, the column that orders them, and what they are called."""
    period, at = asked.period, now()
    if card == "activity":
        if sent.get("day"):
            day = clean_date(sent["day"])
            period = narrowed(period, day, day)
        return *rows_of(measure, period, at), str(MEASURES[measure])
    if card in {"funnel", "sources"}:
        return leads_at(measure, _keyed(card, sent, period)), "created_at", str(STEPS[measure])
    if card == "speed":
        band = sent.get("band", "")
        number = None if band == "waiting" else range(len(BANDS)).index(int(band))
        period = in_working_time(period, at) if asked.is_work else period
        return leads_in_band(measure, number, period), "created_at", str(KINDS[measure])
    if card == "checklist":
        found = complete_leads(period) if measure == "complete" else leads_with_item(sent["item"], period)
        return found, "created_at", _("Checklist")
    if card == "overdue":
        return _overdue(sent, period, at), "next_action_at", _("Overdue now")
    raise KeyError(card)


def _keyed(card: str, sent: Mapping[str, Any], period: Period) -> Period:
    """One source, or one week or month, of the period."""
    key = sent.get("key")
    if key is None:
        return period
    if card == "sources":
        return replace(period, source=str(key))
    first = clean_date(key)
    last = first + timedelta(days=6) if is_weekly(period) else _month_ends(first)
    return narrowed(period, first, last)


def _month_ends(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _ONE


def _overdue(sent: Mapping[str, Any], period: Period, at: datetime) -> QuerySet[Any]:
    whose, age = sent.get("whose", ""), sent.get("age")
    owner = parse_id(whose)
    if owner is not None:
        period = replace(period, owner=owner)
    number = None if age is None else range(len(AGES) + 1).index(int(age))
    return overdue_leads(period, at, number, nobodys=whose == "none")


def _page(rows: QuerySet[Any], at: str, cursor: str | None) -> tuple[list[Any], str | None]:
    if cursor:
        rows = rows.filter(behind(at, read_cursor(cursor, _ORDER)))
    joined = rows if rows.model is Lead else rows.select_related("lead")
    found = list(joined.order_by(f"-{at}", "-id")[: _PAGE + 1])
    if len(found) <= _PAGE:
        return found, None
    last = found[_PAGE - 1]
    return found[:_PAGE], write_cursor(Mark(_ORDER, getattr(last, at), last.pk))


def _told(desk: Desk, found: list[Any], at: str) -> list[Row]:
    leads = [row if isinstance(row, Lead) else row.lead for row in found]
    join_owners(join_dispositions(desk.workspace, leads))
    return [
        Row(lead, getattr(row, at), "" if row is lead else str(row))
        for row, lead in zip(found, leads, strict=True)
    ]
