"""Octanist's list: filters with operators, sort keys, chosen fields, numbered pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads import values
from leads.errors import Malformed
from leads.queries.catalogue import Catalogue
from leads.queries.comparisons import Comparison, Operator
from leads.queries.lists import NumberedPage
from leads.validation.problems import Problems
from leads.values import LIMITS
from leads.voices.octanist.show import show_lead
from leads.voices.octanist.words import CLICK_IDS, NEWER_CLICK_IDS, STATUS_OF, UTM

USUAL_LIMIT: Final = 50
MOST: Final = 100
DATES: Final = {"createdAt": "created_at", "updatedAt": "updated_at", "qualifiedAt": "qualified_at"}
SORTED: Final = {**DATES, "value": "value"}
FILTERED_CLICK_IDS: Final = (*CLICK_IDS, *NEWER_CLICK_IDS)
OPERATORS: Final[Mapping[str, Operator]] = {
    "": "is",
    "gte": "at_least",
    "gt": "above",
    "lte": "at_most",
    "lt": "below",
}
EXISTS: Final = "exists"
_MOST_MONEY: Final = 10**LIMITS.money_digits - 1
_DAY: Final = timedelta(days=1)
_FILTER: Final = re.compile(r"([A-Za-z0-9_]+)(?:\[([a-z]+)\])?")
_NO_FILTERS: Final = frozenset({"limit", "page", "sort", "search", "fields"})


@dataclass(slots=True)
class Query:
    """Which leads a list is to show, and how. `filters` are in the words of the house's own filter."""

    filters: dict[str, object] = field(default_factory=lambda: {"archived": "all"})
    comparisons: list[Comparison] = field(default_factory=list)
    order: tuple[str, ...] = ("-created_at", "-id")
    page: int = 1
    limit: int = USUAL_LIMIT
    fields: frozenset[str] | None = None


def read_query(params: Mapping[str, str]) -> Query:
    """Blank parameters say nothing. A poller that asks for 500 gets 100."""
    said = {name: text for name, text in params.items() if text.strip()}
    problems, query = Problems(), Query()
    query.page = _positive(said, "page", 1, problems)
    query.limit = min(MOST, _positive(said, "limit", USUAL_LIMIT, problems))
    query.filters["search"] = said.get("search")
    if "sort" in said:
        query.order = problems.attempt("sort", said["sort"], partial(_order, said["sort"])) or query.order
    if "fields" in said:
        query.fields = frozenset(name.strip() for name in said["fields"].split(","))
    for name, text in said.items():
        if name not in _NO_FILTERS:
            problems.attempt(name, text, partial(_add_filter, query, name, text))
    if problems.found:
        raise Malformed(problems.found)
    return query


def _positive(said: Mapping[str, str], name: str, usual: int, problems: Problems) -> int:
    text = said.get(name, usual)
    return problems.attempt(name, text, partial(values.clean_integer, text, 1)) or usual


def _order(text: str) -> tuple[str, ...]:
    """`field:desc,field:asc`; leads that are equal in all of them stand in the order of their ids."""
    keys: list[str] = []
    for part in text.split(","):
        name, _colon, direction = part.strip().partition(":")
        if name not in SORTED or direction not in ("", "asc", "desc"):
            message = _("Sort by %s, each with :asc or :desc.") % ", ".join(SORTED)
            raise ValidationError(message, code="invalid_choice")
        keys.append(("-" if direction == "desc" else "") + SORTED[name])
    return (*keys, "-id" if keys[0].startswith("-") else "id")


def _add_filter(query: Query, name: str, text: str) -> None:
    match = _FILTER.fullmatch(name)
    known, operator = (match[1], match[2] or "") if match else ("", "")
    if operator == EXISTS and (known in DATES or known in FILTERED_CLICK_IDS):
        column = DATES.get(known, f"click_ids.{known}")
        query.comparisons.append(Comparison(column, "exists", values.clean_boolean(text, words=True)))
    elif operator in OPERATORS and known in DATES:
        query.comparisons += _date(DATES[known], OPERATORS[operator], text)
    elif operator in OPERATORS and known == "value":
        query.comparisons.append(Comparison("value", OPERATORS[operator], _number(text)))
    elif not operator and known in _EQUAL:
        _EQUAL[known](query, known, text)
    else:
        message = _("There is no such filter; look up the fields and their operators.")
        raise ValidationError(message, code="unknown_filter")


def _number(text: str) -> Decimal:
    return values.clean_number(text, -_MOST_MONEY, _MOST_MONEY)


def _date(column: str, operator: Operator, text: str) -> list[Comparison]:
    """A moment; one without a zone is in UTC. A day alone is the whole day, from its beginning to its end."""
    try:
        day = values.clean_moment(datetime.combine(values.clean_date(text), datetime.min.time(), UTC))
    except ValidationError:
        return [Comparison(column, operator, values.clean_moment(text, UTC))]
    next_day = day + _DAY
    if operator == "is":
        return [Comparison(column, "at_least", day), Comparison(column, "below", next_day)]
    if operator == "above":
        return [Comparison(column, "at_least", next_day)]
    if operator == "at_most":
        return [Comparison(column, "below", next_day)]
    return [Comparison(column, operator, day)]


def _by_status(query: Query, _name: str, text: str) -> None:
    stages = [stage for stage, word in STATUS_OF.items() if word == text]
    if not stages:
        words = ", ".join(dict.fromkeys(STATUS_OF.values()))
        raise ValidationError(_("Status must be one of: %s.") % words, code="invalid_choice")
    query.filters["stage"] = stages


def _by_source(query: Query, _name: str, text: str) -> None:
    query.filters["source"] = [text]


def _by_website(query: Query, _name: str, text: str) -> None:
    query.comparisons.append(Comparison("website", "is", text.strip()))


def _by_label(query: Query, _name: str, _text: str) -> None:
    query.comparisons.append(Comparison("", "is", None))


def _by_click_id(query: Query, name: str, text: str) -> None:
    query.comparisons.append(Comparison(f"click_ids.{name}", "is", text.strip()))


def _by_campaign(query: Query, name: str, text: str) -> None:
    query.filters[f"metadata.{name}"] = text


_EQUAL: Final[Mapping[str, Callable[[Query, str, str], None]]] = {
    "status": _by_status,
    "source": _by_source,
    "website": _by_website,
    "labelId": _by_label,
    **dict.fromkeys(FILTERED_CLICK_IDS, _by_click_id),
    **dict.fromkeys(UTM, _by_campaign),
}


def show_page(page: NumberedPage, query: Query, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The chosen fields, always with the id, by which a poller tells leads apart."""
    leads = [show_lead(row.lead, catalogue) for row in page.rows]
    if query.fields is None:
        return leads
    wanted = query.fields | {"id"}
    return [{name: value for name, value in lead.items() if name in wanted} for lead in leads]


def show_pagination(page: NumberedPage) -> dict[str, Any]:
    return {
        "limit": page.limit,
        "page": page.page,
        "totalPages": page.pages,
        "total": page.total,
        "hasMore": page.page < page.pages,
    }
