"""New rows that are alike but for their key: a copy of one costs far less than one made anew."""

from __future__ import annotations

from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


class Blank(Generic[M]):
    def __init__(self, row: M) -> None:
        key = row._meta.pk
        assert key is not None
        self._kind = type(row)
        self._key = key.attname
        self._columns = {name: value for name, value in vars(row).items() if name != "_state"}
        self._related: dict[str, Any] = row._state.fields_cache

    def copy(self, key: UUID) -> M:
        row = self._kind.__new__(self._kind)
        columns = vars(row)
        columns |= self._columns
        columns["_state"] = state = ModelState()
        state.fields_cache = self._related.copy()
        columns[self._key] = key
        return row
