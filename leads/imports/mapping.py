"""How the columns of a file are read: written as YAML, checked as a whole, kept per source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from checklists.definitions import Definitions
from leads.errors import Invalid, Problem
from leads.imports.cells import NUMBER_STYLES, is_date_style
from leads.imports.delimited import DELIMITERS, ERROR_COLUMNS
from leads.imports.targets import IGNORE, Target, find_target, nearest_targets
from leads.validation.problems import Problems
from leads.values import nearest_of

DIALECTS: Final = ("hub", "omniai", "octanist", "pollybot", "leadping")
ORDERS: Final = ("first last", "last first")
_KEYS: Final = ("columns", "constants", "dialect", "header", "delimiter", "sheet", "empty")
_COLUMN_KEYS: Final = ("to", "date", "number", "order", "values", "split")
_LONGEST: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """What one column becomes: `values` translates its words, the others say how it is written."""

    target: Target
    date: str = ""
    number: str = ""
    order: str = ""
    split: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> Any:
        styles = {name: getattr(self, name) for name in ("date", "number", "order", "split")}
        told: dict[str, Any] = {name: value for name, value in styles.items() if value}
        if self.values:
            told["values"] = dict(self.values)
        return {"to": self.target.path, **told} if told else self.target.path


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """`columns` by name, in any order; one that becomes nothing is ignored on purpose."""

    columns: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)
    dialect: str = ""
    header: int = 0
    delimiter: str = ""
    sheet: str = ""
    empty: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        columns = {
            name: IGNORE
            if not readings
            else readings[0].as_json()
            if len(readings) == 1
            else [reading.as_json() for reading in readings]
            for name, readings in self.columns.items()
        }
        told: dict[str, Any] = {"dialect": self.dialect, "sheet": self.sheet, "delimiter": self.delimiter}
        told |= {"header": self.header, "empty": list(self.empty)}
        told = {name: value for name, value in told.items() if value}
        if not self.dialect:
            told["columns"] = columns
        return {**told, "constants": dict(self.constants)} if self.constants else told

    def with_constants(self, constants: Mapping[str, object]) -> ColumnMap:
        """What is said beside a mapping wins over what it says itself."""
        return replace(self, constants={**self.constants, **constants})


def write_yaml(mapping: ColumnMap, notes: Sequence[str] = ()) -> str:
    """As it can be edited and fed back; the notes stand above it."""
    lines = [f"# {note}\n" for note in notes]
    return "".join(lines) + yaml.safe_dump(mapping.as_json(), allow_unicode=True, sort_keys=False, width=100)


def read_yaml(text: str, definitions: Definitions) -> ColumnMap:
    if len(text) > _LONGEST:
        raise Invalid([Problem("mapping", "too_long", _("A mapping is a page of YAML, not a book."))])
    try:
        raw = yaml.load(text, Loader=_Plain)  # noqa: S506 (a SafeLoader without aliases)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        at = _(" (line %d)") % (mark.line + 1) if mark else ""
        message = _("The mapping is not valid YAML%s.") % at
        raise Invalid([Problem("mapping", "invalid_yaml", message)]) from None
    return read_mapping(raw, definitions)


class _Plain(yaml.SafeLoader):
    """No aliases, by which a page could unfold into a library; and each column once."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def read_mapping(raw: object, definitions: Definitions) -> ColumnMap:
    """Whole, or refused with everything that is wrong with it."""
    problems = Problems()
    if not isinstance(raw, Mapping):
        words = _("A mapping has a list of columns, each with what it becomes: columns: {Email: email}.")
        raise Invalid([Problem("mapping", "invalid_type", words)])
    _judge_names(raw, _KEYS, "", problems)
    if not raw.get("columns") and not raw.get("dialect"):
        problems.add(
            "columns", "required", _("Say what the columns become, or which dialect the file speaks.")
        )
    found = ColumnMap(
        columns=_columns(raw.get("columns") or {}, definitions, problems),
        constants=_constants(raw.get("constants") or {}, definitions, problems),
        dialect=_one_of(raw.get("dialect"), DIALECTS, "dialect", problems),
        header=_line(raw.get("header"), problems),
        delimiter=_one_of(raw.get("delimiter"), tuple(DELIMITERS), "delimiter", problems),
        sheet=str(raw.get("sheet") or ""),
        empty=tuple(str(word) for word in _list(raw.get("empty"))),
    )
    problems.settle()
    return found


def judge_header(mapping: ColumnMap, header: Sequence[str]) -> list[str]:
    """A column that the file has not is a mistake; one that the mapping has not is told as left out."""
    problems = Problems()
    for name in mapping.columns:
        if name not in header and mapping.columns[name]:
            near = nearest_of(name, list(header))
            words = _("The file has no column “%s”.") % name
            words += " " + _("The nearest is “%s”.") % near if near else ""
            problems.add(f"columns.{name}", "unknown_column", words, name, near or None)
    problems.settle()
    return [name for name in header if name not in mapping.columns and name not in ERROR_COLUMNS]


def _columns(raw: object, definitions: Definitions, problems: Problems) -> dict[str, tuple[Reading, ...]]:
    if not isinstance(raw, Mapping):
        problems.add(
            "columns", "invalid_type", _("Write one line per column: its name, and what it becomes.")
        )
        return {}
    found: dict[str, tuple[Reading, ...]] = {}
    for name, wanted in raw.items():
        path = f"columns.{name}"
        readings = [] if wanted in (None, IGNORE) else _list(wanted)
        read = [_reading(one, path, definitions, problems) for one in readings]
        found[str(name)] = tuple(one for one in read if one is not None)
    return found


def _reading(raw: object, path: str, definitions: Definitions, problems: Problems) -> Reading | None:
    sheet: Mapping[Any, Any] = raw if isinstance(raw, Mapping) else {"to": raw}
    _judge_names(sheet, _COLUMN_KEYS, f"{path}.", problems)
    target = _target(sheet.get("to"), path, definitions, problems)
    date, number = str(sheet.get("date") or ""), str(sheet.get("number") or "")
    if date and not is_date_style(date):
        words = _("Write the format of a date with YYYY, MM and DD, such as DD/MM/YYYY.")
        problems.add(f"{path}.date", "invalid_date_format", words, date)
    values = sheet.get("values") or {}
    if not isinstance(values, Mapping):
        problems.add(f"{path}.values", "invalid_type", _("Write each word with what it stands for."))
        values = {}
    number = _one_of(number, tuple(NUMBER_STYLES), f"{path}.number", problems)
    order = _one_of(sheet.get("order"), ORDERS, f"{path}.order", problems)
    if target is None:
        return None
    words_of = {_word(key): _plain_value(value) for key, value in values.items() if value is not None}
    words_of |= {_word(key): "" for key, value in values.items() if value is None}
    return Reading(target, date, number, order, str(sheet.get("split") or ""), words_of)


def _word(key: object) -> str:
    """YAML reads yes, no and 1 as something else than the word in the cell."""
    return {True: "yes", False: "no"}[key] if isinstance(key, bool) else str(key)


def _target(raw: object, path: str, definitions: Definitions, problems: Problems) -> Target | None:
    if not isinstance(raw, str) or not raw.strip():
        problems.add(path, "required", _("Say which field the column becomes, or “ignore”."))
        return None
    target = find_target(raw.strip(), definitions)
    if target is None:
        near = nearest_targets(raw.strip(), definitions)
        words = _("A lead has no field “%s”.") % raw
        words += " " + _("The nearest are: %s.") % ", ".join(near) if near else ""
        problems.add(path, "unknown_field", words, raw, near or None)
    return target


def _constants(raw: object, definitions: Definitions, problems: Problems) -> dict[str, object]:
    if not isinstance(raw, Mapping):
        problems.add("constants", "invalid_type", _("Write one line per field: its name, and its value."))
        return {}
    for name in raw:
        _target(name, f"constants.{name}", definitions, problems)
    return {str(name): _plain_value(value) for name, value in raw.items()}


def _plain_value(value: object) -> object:
    """YAML makes days and numbers of what looks like them; each field reads them from text."""
    if isinstance(value, list):
        return [_plain_value(one) for one in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, Mapping) else str(value)


def _judge_names(raw: Mapping[Any, Any], known: Sequence[str], prefix: str, problems: Problems) -> None:
    for name in raw:
        if name not in known:
            near = nearest_of(str(name), known)
            words = _("A mapping has no “%s” here.") % name
            words += " " + _("The nearest is “%s”.") % near if near else ""
            problems.add(f"{prefix}{name}", "unknown_field", words, None, near or None)


def _one_of(raw: object, known: Sequence[str], path: str, problems: Problems) -> str:
    word = "" if raw is None else str(raw)
    if word and word not in known:
        problems.add(path, "invalid_choice", _("Use one of: %s.") % ", ".join(map(repr, known)), word)
        return ""
    return word


def _line(raw: object, problems: Problems) -> int:
    if raw is None:
        return 0
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        problems.add("header", "invalid_number", _("Say in which line the names of the columns stand."), raw)
        return 0
    return raw


def _list(raw: object) -> Iterable[Any]:
    return raw if isinstance(raw, list) else [] if raw is None else [raw]
