"""Searching leads by words: each must occur in the name, business, emails, phones or external id.

PostgreSQL keeps a trigram index of the search text; on SQLite a full-text table of trigrams stands beside it,
and where SQLite was built without one, every lead is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.models import Lead
from leads.values import clean_line, phone_key, search_key

LONGEST: Final = 200
# Up to so many hits are collected first and sorted then. A search that hits more is common enough to be met
# soon by walking the list in its order. The planner does not decide it: its estimates for text are poor.
FEW: Final = 1000
_THREE: Final = re.compile(r"[^\W_]{3}")
_PHONE: Final = re.compile(r"[+(]?[0-9][0-9 ()./+-]*")
_NO_DIGITS: Final = re.compile(r"[^0-9]")
_FEWEST_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Each group must be met by one of its words; or else a form of the whole text, if it is a number."""

    groups: tuple[tuple[str, ...], ...]
    phone: tuple[str, ...] = ()

    @property
    def is_indexed(self) -> bool:
        return any(_has_trigrams(group) for group in self.groups)


def search_leads(rows: QuerySet[Lead], workspace: Workspace, wanted: Wanted) -> QuerySet[Lead]:
    """Those of the leads that have the words. The index is asked once, for page and count together."""
    if not wanted.groups:
        return rows
    condition = _condition(wanted)
    if not wanted.is_indexed:
        return rows.filter(condition)
    found = list(hits(workspace, wanted).values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(condition) if len(found) > FEW else rows.filter(pk__in=found)


def hits(workspace: Workspace, wanted: Wanted) -> QuerySet[Lead]:
    """Every lead of the workspace with these words, deleted ones too, in no order."""
    rows = Lead.objects.filter(_condition(wanted), workspace=workspace).order_by()
    name = str(connection.settings_dict["NAME"])
    if wanted.is_indexed and connection.vendor == "sqlite" and _has_full_text(name):
        rows = rows.filter(pk__in=_full_text(wanted))
    return rows


def read_search(raw: object, region: str) -> Wanted:
    """What somebody looks for. A phone number is found in any format, with or without its country."""
    text = search_key(_line(raw))
    words = sorted(set(text.split()), key=len, reverse=True)
    kept: list[str] = []
    for word in words:
        if not any(word in longer for longer in kept):
            kept.append(word)
    groups = tuple(_forms(word) for word in kept)
    forms = _phone_forms(text, region) if " " in text or len(kept) == 1 else ()
    if len(groups) == 1:
        # Whatever holds the longer form holds the word too, and each form costs a walk through the index.
        forms = tuple(form for form in forms if not any(word in form for word in groups[0]))
    return Wanted(groups, forms)


def _line(raw: object) -> str:
    try:
        return clean_line(raw, LONGEST)
    except ValidationError as refusal:
        if refusal.code != "too_long":
            raise
        raise ValidationError(_("Search with at most %d characters.") % LONGEST, code="too_long") from None


def _forms(word: str) -> tuple[str, ...]:
    """A word as it stands; one that is written like a phone number also by its digits alone."""
    digits = _NO_DIGITS.sub("", word) if _PHONE.fullmatch(word) else word
    return (word,) if digits == word else (word, digits)


def _phone_forms(text: str, region: str) -> tuple[str, ...]:
    """The key of a whole number, and its digits without the zeros that are dialled within a country."""
    if not _PHONE.fullmatch(text):
        return ()
    digits = _NO_DIGITS.sub("", text).lstrip("0")
    if len(digits) < _FEWEST_DIGITS:
        return ()
    return tuple(dict.fromkeys(form for form in (phone_key(text, region), digits) if form))


def _condition(wanted: Wanted) -> Q:
    every = Q()
    for group in wanted.groups:
        every &= _any(group)
    return every | _any(wanted.phone) if wanted.phone else every


def _any(words: tuple[str, ...]) -> Q:
    either = Q()
    for word in words:
        either |= _has(word)
    return either


def _has(word: str) -> Q:
    """For a word that the index does not know, PostgreSQL would read the whole of it, so it is not asked."""
    if _is_known(word):
        return Q(search_text__contains=word)
    return Q(GreaterThan(StrIndex(F("search_text"), Value(word)), 0))


def _has_trigrams(words: tuple[str, ...]) -> bool:
    return all(map(_is_known, words))


def _is_known(word: str) -> bool:
    """SQLite knows any three characters, PostgreSQL three letters or digits in a row."""
    return len(word) >= 3 if connection.vendor == "sqlite" else _THREE.search(word) is not None


def _full_text(wanted: Wanted) -> RawSQL:
    """The ids that the full-text table knows; short words are left to the condition, which is checked too."""
    groups = [_matching(group) for group in wanted.groups if _has_trigrams(group)]
    expression = " AND ".join(groups)
    if wanted.phone:
        expression = f"({expression}) OR {_matching(wanted.phone)}"
    # Our own words; what the user typed is a parameter.
    return RawSQL(  # noqa: S611
        "SELECT lead_id FROM leads_searched WHERE id IN"
        " (SELECT rowid FROM leads_search WHERE leads_search MATCH %s)",
        [expression],
    )


def _matching(words: tuple[str, ...]) -> str:
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return "(" + " OR ".join(quoted) + ")"


@cache
def _has_full_text(database: str) -> bool:
    """Whether this SQLite file has the full-text table and all that keeps it; looked up once per process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'leads\\_search\\_%' ESCAPE '\\'"
            " AND type = 'trigger'"
        )
        return bool(cursor.fetchone()[0] == 3)
