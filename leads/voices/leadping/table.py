"""Leadping's list: a POST whose body filters, sorts and pages, and whose query picks by tags and archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads import values
from leads.models import Stage
from leads.queries.catalogue import Catalogue
from leads.queries.table import (
    IS_ARCHIVED,
    Column,
    MetadataNumber,
    Sorting,
    TablePage,
    TableQuestion,
    TableRow,
    Test,
    column,
)
from leads.validation.problems import Problems
from leads.values import LIMITS, format_moment
from leads.voices.attribution import read_known
from leads.voices.leadping.contact import phone_of
from leads.voices.leadping.dispositions import show_current
from leads.voices.leadping.lead import show_archive, show_override
from leads.voices.leadping.query import flag_of, value_of
from leads.voices.leadping.tags import show_tags
from leads.voices.leadping.words import Words
from leads.voices.shape import Null, Part, Shape

PAGE: Final = 25
LARGEST_PAGE: Final = 100
_MOST: Final = 20

# The columns of a row that can be compared and sorted by; the others are objects, or the same on every row.
COLUMNS: Final[Mapping[str, Column]] = {
    "id": column("id", "id"),
    "firstName": column("first_name", "text"),
    "lastName": column("last_name", "text"),
    "phone": column("phone_key", "text"),
    "email": column("email_key", "text"),
    "createdAt": column("created_at", "moment"),
    "updatedAt": column("updated_at", "moment"),
    "status": column("disposition__label", "text"),
    "enabled": column("enabled", "boolean"),
    "archivedAt": column("archived_at", "moment", nullable=True),
    "archivedByUserId": column("archived_by", "id", nullable=True),
    "archiveReason": column("archive_reason", "integer", nullable=True),
    "isArchived": IS_ARCHIVED,
    "price": Column(MetadataNumber("price"), "number", nullable=True),
    "businessId": column("workspace_id", "id"),
    "sourceName": column("source", "text"),
}
_SEARCHED: Final = ("firstName", "lastName", "phone", "email", "sourceName")
_BOUNDS: Final[Mapping[str, str]] = {
    "greaterThan": "gt",
    "greaterThanOrEqual": "gte",
    "lessThan": "lt",
    "lessThanOrEqual": "lte",
}
_TONE_OF: Final[Mapping[str, str]] = {
    Stage.QUALIFIED: "success",
    Stage.WON: "success",
    Stage.FOLLOW_UP: "warning",
    Stage.LOST: "danger",
    Stage.INVALID: "danger",
    Stage.DUPLICATE: "neutral",
}
TONES: Final = ("info", "success", "warning", "danger", "neutral", "muted")

_FIELD: Final[Mapping[str, Any]] = {"type": "string", "enum": list(COLUMNS)}
_ANY: Final[Mapping[str, Any]] = {"type": ["string", "number", "boolean", "null"]}


def _list(name: str, item: Mapping[str, Any]) -> Part:
    schema = {"items": item, "maxItems": _MOST}
    return Part(name, type="array", null=Null.LEAVE, blank=Null.VALUE, schema=schema)


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"field": _FIELD, **properties}, "required": ["field"]}


OPTIONS: Final = Shape(
    "RequestDataOptions",
    (
        Part("pageSize", type="integer", null=Null.LEAVE, blank=Null.VALUE, schema={"minimum": 1}),
        Part("continuationToken", null=Null.LEAVE, blank=Null.LEAVE, means="after"),
        _list("orderBy", _object(direction={"type": ["string", "null"], "enum": ["asc", "desc", None]})),
        Part("includeCount", type="boolean", null=Null.LEAVE, blank=Null.VALUE),
        Part("search", null=Null.LEAVE, blank=Null.LEAVE),
        _list("searchFields", {"type": "string", "enum": list(_SEARCHED)}),
        _list("filters", _object(value=_ANY)),
        _list("rangeFilters", _object(**dict.fromkeys(_BOUNDS, _ANY))),
    ),
)
OPTIONS_WORDS: Final = Words(OPTIONS)


def read_options(
    body: Mapping[str, object], query: Mapping[str, str], tag_ids: Sequence[str], workspace: Workspace
) -> tuple[TableQuestion, list[str]]:
    sent = OPTIONS.read(body)
    problems = Problems(sent.problems)
    own = sent.own
    size = own.get("pageSize", PAGE)
    limit = problems.attempt("pageSize", size, lambda: values.clean_integer(size, 1)) or PAGE
    counts = own.get("includeCount", False)
    filters = _query_filters(query, tag_ids, problems)
    search, named = own.get("search"), _items(own, "searchFields", problems)
    either = _search(search, named, problems)
    if search is not None and not either:
        filters["search"] = search
    tests = _filters(_items(own, "filters", problems), workspace, problems)
    tests += _ranges(_items(own, "rangeFilters", problems), workspace, problems)
    order = _order(_items(own, "orderBy", problems), problems)
    asked = TableQuestion(
        filters=filters,
        tests=tests,
        either=either,
        after=own.get("continuationToken"),
        limit=min(limit, LARGEST_PAGE),
        counts=problems.attempt("includeCount", counts, lambda: values.clean_boolean(counts)) is True,
        **({"order": order} if order else {}),
    )
    problems.settle()
    return asked, sent.ignored


def _items(own: Mapping[str, object], name: str, problems: Problems) -> list[object]:
    raw = own.get(name, [])
    if not isinstance(raw, list):
        problems.add(name, "invalid_type", _("Send a list here."), raw)
    elif len(raw) > _MOST:
        problems.add(name, "too_long", _("Send at most %d of these.") % _MOST)
    else:
        return raw
    return []


def _query_filters(query: Mapping[str, str], tag_ids: Sequence[str], problems: Problems) -> dict[str, object]:
    archived = value_of(query, "archiveFilter").lower() or "active"
    match_all = flag_of(query, "tagMatchAll", problems)
    ids = [tag_id for tag_id in tag_ids if tag_id.strip()]
    if len(ids) > _MOST:
        problems.add("tagIds", "too_long", _("Send at most %d of these.") % _MOST)
    found: dict[str, object] = {"archived": archived, "tag_all" if match_all else "tag": ids[:_MOST]}
    if flag_of(query, "untagged", problems):
        found["untagged"] = True
    return found


def _named(item: object, path: str, problems: Problems) -> tuple[Mapping[str, object], str]:
    """An object that names a column; "" when it does not."""
    if not isinstance(item, Mapping):
        problems.add(path, "invalid_type", _("Send an object here."), item)
        return {}, ""
    name = item.get("field")
    known = problems.attempt(f"{path}.field", name, lambda: values.clean_choice(name, list(COLUMNS)))
    return item, known or ""


def _filters(items: list[object], workspace: Workspace, problems: Problems) -> list[Test]:
    tests: list[Test] = []
    for number, raw in enumerate(items):
        path = f"filters[{number}]"
        item, name = _named(raw, path, problems)
        if not name:
            continue
        value = item.get("value")
        if value is None and COLUMNS[name].kind != "text":
            tests.append(Test(COLUMNS[name], "isnull", True))
        else:
            rule = partial(_value, name, "" if value is None else value, workspace)
            tests.append(Test(COLUMNS[name], "exact", problems.attempt(f"{path}.value", value, rule)))
    return tests


def _ranges(items: list[object], workspace: Workspace, problems: Problems) -> list[Test]:
    tests: list[Test] = []
    for number, raw in enumerate(items):
        path = f"rangeFilters[{number}]"
        item, name = _named(raw, path, problems)
        bounds = {key: item[key] for key in _BOUNDS if item.get(key) is not None}
        if name and not bounds:
            problems.add(path, "required", _("Send a bound, such as greaterThan."))
        for key, value in bounds.items() if name else ():
            limit = problems.attempt(f"{path}.{key}", value, partial(_value, name, value, workspace))
            tests.append(Test(COLUMNS[name], _BOUNDS[key], limit))
    return tests


def _order(items: list[object], problems: Problems) -> list[Sorting]:
    order: list[Sorting] = []
    for number, raw in enumerate(items):
        path = f"orderBy[{number}]"
        item, name = _named(raw, path, problems)
        raw_word = item.get("direction")
        word = "asc" if raw_word is None else raw_word
        word = word.lower() if isinstance(word, str) else word
        direction = problems.attempt(
            f"{path}.direction", raw_word, partial(values.clean_choice, word, ("asc", "desc"))
        )
        if name:
            order.append(Sorting(COLUMNS[name], direction == "desc"))
    return order


def _search(search: object, named: list[object], problems: Problems) -> list[Test]:
    """In the columns that are named; without names, wherever leads are searched."""
    names = [
        problems.attempt(f"searchFields[{number}]", name, partial(values.clean_choice, name, _SEARCHED))
        for number, name in enumerate(named)
    ]
    if search is None or not named:
        return []
    text = problems.attempt("search", search, partial(values.clean_line, search))
    return [Test(COLUMNS[name], "icontains", text) for name in names if name]


def _value(name: str, raw: object, workspace: Workspace) -> object:
    """A value as the column holds it; text stands for a number or a boolean, too."""
    match COLUMNS[name].kind:
        case "moment":
            return values.clean_moment(raw)
        case "number":
            return float(values.clean_number(raw))
        case "integer":
            return values.clean_integer(raw)
        case "boolean":
            return values.clean_boolean(raw, words=True)
        case "id":
            return _id(raw)
    text = values.clean_line(raw, LIMITS.url)
    if name == "email":
        return values.email_key(text)
    # What is no number has no key, and must not find the leads without one.
    return values.phone_key(text, workspace.region) or text if name == "phone" else text


def _id(raw: object) -> object:
    found = parse_id(raw)
    if found is None:
        raise ValidationError(_("Send an id here."), code="invalid_choice")
    return found


def show_page(page: TablePage, asked: TableQuestion, workspace: Workspace, catalogue: Catalogue) -> Any:
    return {
        "items": [show_row(row, workspace, catalogue) for row in page.rows],
        "pageSize": asked.limit,
        "totalCount": page.total,
        "continuationToken": page.next,
    }


def show_row(row: TableRow, workspace: Workspace, catalogue: Catalogue) -> dict[str, Any]:
    """A lead in one line: the phone is a text here, and there is always an `updatedAt`."""
    lead = row.lead
    return {
        "id": str(lead.pk),
        "firstName": lead.first_name or None,
        "lastName": lead.last_name or None,
        "phone": phone_of(lead),
        "email": lead.email or None,
        "createdAt": format_moment(lead.created_at),
        "updatedAt": format_moment(lead.updated_at),
        "status": lead.disposition.label,
        "statusTone": _TONE_OF.get(lead.disposition.stage, "info") if lead.is_enabled else "muted",
        "enabled": lead.enabled,
        "adminEnablementOverride": show_override(lead),
        **show_archive(lead),
        "currentDisposition": show_current(lead, catalogue),
        "price": read_known(lead.metadata, "price"),
        "businessId": str(lead.workspace_id),
        "businessName": workspace.name,
        "sourceId": None,
        "sourceName": lead.source or None,
        "tags": show_tags(row.tags),
    }
