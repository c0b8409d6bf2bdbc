"""PollyBot's list: which leads it is asked for, and a page of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from leads import values
from leads.errors import Malformed
from leads.queries.catalogue import Catalogue
from leads.queries.lists import NumberedPage
from leads.validation.problems import Problems
from leads.voices.pollybot.lead import show_lead
from leads.voices.pollybot.words import STAGE_OF, STATUS_OF, refused_status

USUAL_LIMIT: Final = 10
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Query:
    """Which leads a list is to show, in the words of the house's filter, and which page of them."""

    filters: Mapping[str, object]
    page: int
    limit: int


def read_query(params: Mapping[str, str]) -> Query:
    """Blank parameters say nothing, unknown ones neither. A poller that asks for 500 gets 100."""
    said = {name: text for name, text in params.items() if text.strip()}
    problems = Problems()
    filters: dict[str, object] = {"archived": "all", "search": said.get("search")}
    if "source" in said:
        filters["source"] = [said["source"]]
    status = said.get("status")
    if status in STAGE_OF:
        filters["stage"] = [stage for stage, word in STATUS_OF.items() if word == status]
    elif status is not None:
        problems.found.append(refused_status(status))
    page, limit = (
        problems.attempt(name, said.get(name), partial(values.clean_integer, said.get(name, default), 1))
        for name, default in (("page", 1), ("limit", USUAL_LIMIT))
    )
    if page is None or limit is None or problems.found:
        raise Malformed(problems.found)
    return Query(filters, page, min(limit, MOST))


def show_page(page: NumberedPage, catalogue: Catalogue) -> dict[str, Any]:
    pagination = {
        "page": page.page,
        "limit": page.limit,
        "total": page.total,
        "totalPages": page.pages,
        "hasNext": page.page < page.pages,
        "hasPrev": page.page > 1,
    }
    leads = [show_lead(row.lead, catalogue, whole=False) for row in page.rows]
    return {"success": True, "data": {"leads": leads, "pagination": pagination}}
