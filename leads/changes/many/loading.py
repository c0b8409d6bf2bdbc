"""Reads and locks the leads of a batch. Numbers stay text: parsing each takes longer than reading the row."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, models
from django.db.models.base import ModelState

from leadhub.workspaces.models import Workspace
from leads.models import Lead

_FIELDS = tuple(Lead._meta.concrete_fields)
_NAMES = tuple(field.attname for field in _FIELDS)
# Bound at once; SQLite takes no more in one statement.
_AT_ONCE = 10_000


def lock_leads(workspace: Workspace, ids: Collection[UUID]) -> list[Lead]:
    """Those that are still there; in the order of their ids, so that two writers cannot deadlock."""
    found: list[Lead] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        found += _read(workspace, ordered[start : start + _AT_ONCE])
    return found


def _read(workspace: Workspace, ids: list[UUID]) -> list[Lead]:
    sql, converters = _select(connection.vendor)
    native = connection.features.has_native_uuid_field
    keys = [workspace.pk, *ids] if native else [key.hex for key in (workspace.pk, *ids)]
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ({', '.join(['%s'] * len(ids))}) ORDER BY id {lock}", keys)
        rows = cursor.fetchall()
    return [_lead(list(row), converters) for row in rows]


def _lead(cells: list[Any], converters: list[tuple[int, Any, Any]]) -> Lead:
    for place, steps, expression in converters:
        for step in steps:
            cells[place] = step(cells[place], expression, connection)
    lead = Lead.__new__(Lead)
    columns = vars(lead)
    columns["_state"] = state = ModelState()
    state.adding, state.db = False, connection.alias
    columns |= zip(_NAMES, cells, strict=True)
    return lead


@cache
def _select(vendor: str) -> tuple[str, list[tuple[int, Any, Any]]]:
    quote = connection.ops.quote_name
    converters: list[tuple[int, Any, Any]] = []
    for place, field in enumerate(_FIELDS):
        expression = field.get_col(Lead._meta.db_table)
        if isinstance(field, models.JSONField):
            converters.append((place, [_from_json], expression))
        elif steps := connection.ops.get_db_converters(expression):
            converters.append((place, steps, expression))
    columns = ", ".join(quote(str(field.column)) for field in _FIELDS)
    # Table and column names only; no value ever gets into this text.
    sql = f"SELECT {columns} FROM {quote(Lead._meta.db_table)} WHERE workspace_id = %s AND id IN"  # noqa: S608
    return sql, converters


def _from_json(value: Any, _expression: Any, _connection: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value
