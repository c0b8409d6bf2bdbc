"""A file of refused rows that comes back: it is read as the import was that refused them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext as _

from checklists.definitions import load_definitions
from leadhub.workspaces.models import Workspace
from leads.errors import Invalid
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.layout import Layout
from leads.imports.mapping import ColumnMap, read_mapping
from leads.models import ImportBatch

_LOOKED_AT: Final = 200


def mapping_of_refused(workspace: Workspace, layout: Layout) -> tuple[ColumnMap, str] | None:
    """The mapping, and in words where it is from; none of another file, or where the import is not known.

    A few rows that were refused are a bad sample: of an email column without emails, none would be guessed.
    """
    if not set(ERROR_COLUMNS) <= set(layout.header):
        return None
    names = set(layout.header) - set(ERROR_COLUMNS)
    if not names:
        return None
    batches = ImportBatch.objects.filter(workspace=workspace, refused__gt=0).order_by("-created_at")
    for batch in batches.only("name", "mapping", "options", "created_at")[:_LOOKED_AT]:
        told = batch.options.get("about", {})
        is_json = told.get("kind") in {"json", "jsonl"}
        if is_json != layout.is_json or not _is_from(names, told.get("header", ()), is_json=is_json):
            continue
        try:
            mapping = read_mapping(batch.mapping, load_definitions(workspace))
        except Invalid:
            continue  # the checklist is another one by now
        words = _("Read like %(file)s, imported on %(day)s, whose refused rows these are.")
        return mapping, words % {"file": batch.name, "day": f"{batch.created_at:%Y-%m-%d}"}
    return None


def _is_from(names: set[str], header: Collection[str], *, is_json: bool) -> bool:
    """A table has all of its columns; the objects of a few rows need not have all keys."""
    return names <= set(header) if is_json else names == set(header) - set(ERROR_COLUMNS)
