"""What came of an import as people read it: columns and fields by their names, leads by theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from checklists.definitions import Definitions, load_definitions
from leadhub.workspaces.ids import parse_id
from leads.admin.naming import name_of
from leads.admin.pages.imports.columns import words_of
from leads.imports.books import about
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.layout import SURPLUS, flatten
from leads.imports.naming import ColumnNames
from leads.imports.report import first_refused
from leads.models import ImportBatch, ImportRow
from leads.queries.find import leads_in, live_leads

_SHOWN: Final = 20
_WORDINGS: Final = 5


def field_name(path: str, definitions: Definitions) -> str:
    head, _dot, rest = path.partition(".")
    if head == "answers" and rest:
        item = definitions.item(rest)
        return item.label if item else rest
    return name_of(f"/consent/{rest}") if head == "opt_out" else words_of(path) if path else ""


def causes_of(batch: ImportBatch) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What is shown at once, a few wordings of each kind, so that none hides another; and the others."""
    definitions, columns = load_definitions(batch.workspace), ColumnNames(batch)
    causes = [_named(cause, definitions, columns) for cause in batch.options.get("causes", [])]
    met = {cause["lead"] for cause in causes if cause.get("lead")}
    leads = {str(lead.pk): lead for lead in live_leads(batch.workspace).filter(pk__in=met)} if met else {}
    kinds: Counter[tuple[str, ...]] = Counter()
    shown: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for cause in causes:
        kind = tuple(str(cause.get(name)) for name in ("result", "field", "code"))
        shown[kinds[kind] >= _WORDINGS].append({**cause, "met": leads.get(cause.get("lead", ""))})
        kinds[kind] += 1
    return shown


def refused_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """The first refused rows: each with its reasons, and its cells in the order of the file."""
    definitions, columns = load_definitions(batch.workspace), ColumnNames(batch)
    place = {name: at for at, name in enumerate(about(batch).header)}
    return [
        {
            "line": row.line,
            "problems": [_named(problem, definitions, columns) for problem in row.problems],
            "cells": _cells(row, place),
        }
        for row in first_refused(batch, _SHOWN)
    ]


def _named(problem: Mapping[str, Any], definitions: Definitions, columns: ColumnNames) -> dict[str, Any]:
    """By the column of the file; what it is read as stands beside it, unless that is called the same."""
    field = str(problem.get("field", ""))
    name, column = field_name(field, definitions), columns.of(field)
    if column and _letters(column) != _letters(name):
        name = _("%(column)s, read as %(field)s") % {"column": column, "field": name}
    return {**problem, "name": name}


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _cells(row: ImportRow, place: Mapping[str, int]) -> list[tuple[str, str]]:
    told = {name: text for name, text in flatten(row.columns).items() if text and name not in ERROR_COLUMNS}
    names = sorted(told, key=lambda name: len(place) if name == SURPLUS else place.get(name, len(place)))
    return [(name or _("Beyond the last column"), told[name]) for name in names]


def has_leads_left(batch: ImportBatch) -> bool:
    """Whether a lead that the import made is still there."""
    return bool(batch.created) and live_leads(batch.workspace).filter(import_batch=batch).exists()


def undone_of(batch: ImportBatch, output: Mapping[str, Any]) -> dict[str, Any]:
    """What taking it back did, or would do; the leads that stay by their names."""
    ids = [parse_id(one["lead"]) for one in output.get("listed", [])]
    names = {str(lead.pk): str(lead) for lead in leads_in(batch.workspace, tests=None).filter(pk__in=ids)}
    definitions = load_definitions(batch.workspace)
    listed = [
        {
            **one,
            "name": names.get(one["lead"], one["lead"]),
            "paths": [name_of(path, definitions) for path in one["paths"]],
        }
        for one in output.get("listed", [])
    ]
    return {**output, "listed": listed, "more": output.get("stay", 0) - len(listed)}
