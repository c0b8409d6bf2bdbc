"""The rules of what a workspace sets for itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from leads.validation.problems import Problems
from leads.values import clean_line

MOST_METADATA_COLUMNS: Final = 20
_LONGEST_KEY: Final = 255


def clean_metadata_columns(raw: Iterable[object]) -> list[str]:
    """Keys of the free metadata, each once, in the order they were named."""
    problems = Problems()
    given = [key for key in raw if key not in (None, "")]
    keys = [problems.attempt("keys", key, partial(clean_line, key, _LONGEST_KEY)) for key in given]
    found = list(dict.fromkeys(key for key in keys if key))
    if len(found) > MOST_METADATA_COLUMNS:
        message = _("Name at most %d keys; take some out.") % MOST_METADATA_COLUMNS
        problems.add("keys", "too_many", message, expected=MOST_METADATA_COLUMNS)
    problems.settle()
    return found
