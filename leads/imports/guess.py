"""A mapping guessed from the names of the columns and a look at what is in them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.definitions import Definitions
from leadhub.workspaces.ids import parse_id
from leads.imports.cells import date_reader, is_since
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.layout import Layout
from leads.imports.mapping import ColumnMap, Reading
from leads.imports.synonyms import SYNONYMS, key_of_name
from leads.imports.targets import FIXED, Target, find_target

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_SIGNS: Final = re.compile(r"[\W_]+")
_ASIDE: Final = re.compile(r"\([^)]*\)")
_EITHER: Final = re.compile(r"[/|]")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DAY: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?:[T ].*)?", re.ASCII)
_EITHER_WAY: Final = re.compile("(DD([/-])MM|MM([/-])DD)[/-]Y+")
_TURNED: Final = str.maketrans("DM", "MD")
DATED: Final = frozenset({"day", "moment", "opt"})
_GROUPED: Final = (
    (
        "1,234.56",
        re.compile(r"\D{0,4}\d{1,3}(,\d{3})+\.\d+\D{0,4}|\D{0,4}\d{1,3}(,\d{3}){2,}\D{0,4}", re.ASCII),
    ),
    (
        "1.234,56",
        re.compile(r"\D{0,4}\d{1,3}(\.\d{3})+,\d+\D{0,4}|\D{0,4}\d{1,3}(\.\d{3}){2,}\D{0,4}", re.ASCII),
    ),
)
_FURTHER: Final = {"email": "contact_points.email", "phone": "contact_points.phone"}
_SHARE: Final = 0.6
_MAY_HOLD_EMAILS: Final = {"assignee", "external_id", "note"}
_UNDECLARED: Final = {"opt_in", "override", "disposition"}


def guess(layout: Layout, definitions: Definitions, region: str) -> tuple[ColumnMap, list[str]]:
    """The mapping, and what whoever reads it should know of how sure it is."""
    mapping = _guessed(layout, definitions, region)
    return mapping, _notes(mapping, layout, mapping)


def notes_on(mapping: ColumnMap, layout: Layout, definitions: Definitions, region: str) -> list[str]:
    """The same of a mapping that somebody has changed: what was decided by hand is no longer told of."""
    return _notes(mapping, layout, _guessed(layout, definitions, region))


def _guessed(layout: Layout, definitions: Definitions, region: str) -> ColumnMap:
    known = _synonyms(definitions)
    columns: dict[str, tuple[Reading, ...]] = {}
    exact = [_exact(name, layout.filled(at), definitions) for at, name in enumerate(layout.header)]
    taken = {target.path for target in exact if target is not None}
    for at, name in enumerate(layout.header):
        samples = layout.filled(at)
        target = _target(name, samples, known, definitions, taken)
        if target is None:
            columns[name] = ()
            continue
        taken.add(target.path)
        columns[name] = (guess_reading(target, samples, region),)
    _settle_names(columns, taken)
    return ColumnMap(columns=columns, sheet="")


def _notes(mapping: ColumnMap, layout: Layout, guessed: ColumnMap) -> list[str]:
    notes: list[str] = []
    for at, name in enumerate(layout.header):
        for reading in mapping.columns.get(name, ()):
            if reading.date:
                notes += _doubts(name, dated(reading.target, layout.filled(at)), reading.date)
    kept = [name for name in layout.header if _is_kept(mapping, name) and _is_kept(guessed, name)]
    if kept:
        words = _("Kept as metadata, because no field has such a name: %s.")
        notes.append(words % ", ".join(kept))
    return notes


def slug_of(name: str) -> str:
    """A key for the metadata; of a name in another script, in that script."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return (_OTHER.sub("_", plain).strip("_") or _SIGNS.sub("_", name.casefold()).strip("_") or "column")[:60]


def _is_kept(mapping: ColumnMap, name: str) -> bool:
    readings = mapping.columns.get(name, ())
    is_kept = bool(readings) and readings[0].target.path.startswith(f"metadata.{slug_of(name)}")
    return is_kept and not name.startswith("metadata.")


def _synonyms(definitions: Definitions) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in definitions.items:
        found |= {
            key_of_name(item.label): f"answers.{item.code}",
            key_of_name(item.code): f"answers.{item.code}",
        }
    for path in FIXED:
        section, _dot, last = path.rpartition(".")
        if section.split(".")[0] not in {"opt_in", "opt_out", "contact_points", "archive", *_UNDECLARED}:
            found.setdefault(key_of_name(last), path)
    for path, words in SYNONYMS.items():
        found |= dict.fromkeys(map(key_of_name, words), path)
    return found


def _target(
    name: str, samples: Sequence[str], known: dict[str, str], definitions: Definitions, taken: set[str]
) -> Target | None:
    """None for what says why a row was refused, and for nothing else: what is left out is lost, also of a
    column that begins empty."""
    if name in ERROR_COLUMNS:
        return None
    exact = _exact(name, samples, definitions)
    if exact is not None:
        return exact
    path = _path_of(name, known)
    path = _path_by_samples(path, samples) if samples else path
    if path in taken:
        path = _FURTHER.get(path, path)
    if not path or (path in taken and path not in {*_FURTHER.values(), "note", "tags"}):
        return Target(_free(f"metadata.{slug_of(name)}", taken))
    return find_target(path, definitions)


def _exact(name: str, samples: Sequence[str], definitions: Definitions) -> Target | None:
    """As an export names it."""
    return find_target(name, definitions) if name != "id" or _are_ids(samples) else None


def _path_of(name: str, known: dict[str, str]) -> str:
    """Also of “person.email”, “Created (EDT)” and “State/Province”."""
    parts = [name, name.rpartition(".")[2], _ASIDE.sub("", name), *_EITHER.split(name)]
    return next((path for part in parts if (path := known.get(key_of_name(part)))), "")


def _free(path: str, taken: set[str]) -> str:
    again = 1
    found = path
    while found in taken:
        again += 1
        found = f"{path}_{again}"
    return found


def _path_by_samples(path: str, samples: Sequence[str]) -> str:
    """What is in a column has a say: no email column without emails, and no column of emails without name."""
    emails = sum(1 for cell in samples if _EMAIL.fullmatch(cell)) / len(samples)
    if path == "email" or (path not in _MAY_HOLD_EMAILS and emails >= _SHARE):
        return "email" if emails >= 0.3 else ""
    digits = sum(1 for cell in samples if sum(map(str.isdigit, cell)) >= 6) / len(samples)
    if path == "phone" and digits < 0.3:
        return ""
    if path == "disposition.outcome" and len(set(samples)) > 40:
        return ""
    if path == "assignee" and emails < _SHARE:
        return ""
    return path


def _are_ids(samples: Sequence[str]) -> bool:
    return bool(samples) and all(parse_id(cell) is not None for cell in samples)


def guess_reading(target: Target, samples: Sequence[str], region: str) -> Reading:
    """How the cells of a column are written that becomes this."""
    if target.reads in DATED:
        return Reading(target, date=_date_style(dated(target, samples), region))
    if target.reads == "number" or target.path == "value":
        return Reading(target, number=_number_style(samples))
    if target.path == "name" and samples and sum("," in cell for cell in samples) > len(samples) * _SHARE:
        return Reading(target, order="last first")
    return Reading(target)


def dated(target: Target, samples: Sequence[str]) -> Sequence[str]:
    """The cells that are to be dates. Consent is a yes or a no, or since when."""
    if target.reads != "opt":
        return samples
    return [cell for cell in samples if is_since(cell)]


def _number_style(samples: Sequence[str]) -> str:
    """As most of those are written whose separators say it; "" where none does."""
    counts = {style: sum(map(bool, map(found.fullmatch, samples))) for style, found in _GROUPED}
    return max(counts, key=counts.__getitem__) if any(counts.values()) else ""


def _date_style(samples: Sequence[str], region: str) -> str:
    """What most cells fit; where day and month are not told apart, the way of the workspace's country."""
    found = _days(samples)
    if not found:
        return ""
    (sign, digits), _count = Counter((match[2], len(match[4])) for match in found).most_common(1)[0]
    year = "YY" if digits == 2 else "YYYY"
    day_first, month_first = (sign.join((*order, year)) for order in (("DD", "MM"), ("MM", "DD")))
    lead = len(_unfit(day_first, samples)) - len(_unfit(month_first, samples))
    is_american = lead > 0 or (lead == 0 and sign != "." and region in {"US", "PR", "PH"})
    return month_first if is_american else day_first


def _days(samples: Sequence[str]) -> list[re.Match[str]]:
    """Those that do not begin with their year, which say for themselves what comes next."""
    return [match for cell in samples if (match := _DAY.fullmatch(cell)) and len(match[1]) <= 2]


def _doubts(name: str, samples: Sequence[str], style: str) -> list[str]:
    """What is not sure is said."""
    notes, unfit = [], _unfit(style, samples)
    is_either_way = bool(_EITHER_WAY.fullmatch(style)) and _unfit(style.translate(_TURNED), samples) == unfit
    if is_either_way and _days(samples):
        words = _("“%(column)s”: no date tells day and month apart; it is read as %(style)s. Check that.")
        notes.append(words % {"column": name, "style": style[:5]})
    if unfit:
        words = _(
            "“%(column)s” is read as %(style)s; of the %(all)d values looked at, %(count)d are no such "
            "dates, “%(cell)s” for one. Check that."
        )
        told = {"column": name, "style": style, "count": len(unfit), "cell": unfit[0][:40]}
        notes.append(words % {**told, "all": len(samples)})
    return notes


def _unfit(style: str, samples: Sequence[str]) -> list[str]:
    """The cells that an import would refuse, were the column read so."""
    read, found = date_reader(style), []
    for cell in samples:
        try:
            read(cell)
        except ValidationError:
            found.append(cell)
    return found


def _settle_names(columns: dict[str, tuple[Reading, ...]], taken: set[str]) -> None:
    """Where first and last name stand in columns of their own, one that holds both says nothing more."""
    if {"name", "first_name", "last_name"} <= taken:
        for name, readings in columns.items():
            if readings and readings[0].target.path == "name":
                columns[name] = ()
