"""The columns of a file that is to be imported: what is in each, what it becomes, and how that is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from checklists.definitions import load_definitions
from leads.admin.desk import Desk
from leads.imports.books import about, mapping_of
from leads.imports.cells import DAY_STYLES, NUMBER_STYLES, is_date_style
from leads.imports.guess import DATED, dated, guess_reading, notes_on, slug_of
from leads.imports.layout import Layout, lay_out
from leads.imports.mapping import ORDERS, ColumnMap, Reading
from leads.imports.source import Unreadable
from leads.imports.starting import glanced_at
from leads.imports.targets import FIXED, Target, find_target
from leads.models import ImportBatch

_SHOWN: Final = 3
_HIDDEN: Final = frozenset({"id", "created_at", "updated_at", "archive.reason", "archive.note", "archived"})
_FIRST: Final = (
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "business_name",
    "external_id",
    "source",
    "note",
    "tags",
)


@dataclass(slots=True)
class Column:
    """`kind` is how its cells are asked about: `date`, `number` or `order`; `words` say what it becomes."""

    at: int
    name: str
    samples: list[str]
    path: str = ""
    kind: str = ""
    style: str = ""
    styles: list[str] = field(default_factory=list)
    slug: str = ""
    words: str = ""


def layout_of(batch: ImportBatch) -> Layout | None:
    """The file as it is laid out; none of one that is kept no longer."""
    told = mapping_of(batch.mapping, batch.workspace)
    try:
        with glanced_at(batch) as source:
            return lay_out(source, header=told.header, delimiter=told.delimiter, sheet=told.sheet)
    except Unreadable:
        return None


def columns_of(desk: Desk, batch: ImportBatch) -> list[Column]:
    mapping = mapping_of(batch.mapping, desk.workspace)
    if mapping.dialect:
        return []
    layout = layout_of(batch)
    offered = {path: words for _label, fields in choices_of(desk) for path, words in fields}
    found = []
    for at, name in enumerate(about(batch).header):
        reading = (*mapping.columns.get(name, ()), None)[0]
        column = column_of(at, name, reading, layout)
        column.words = "" if column.path == column.slug else offered.get(column.path, column.path)
        found.append(column)
    return found


def column_of(at: int, name: str, reading: Reading | None, layout: Layout | None) -> Column:
    cells = layout.filled(at) if layout else []
    samples = list(dict.fromkeys(cell[:80] for cell in cells))[:_SHOWN]
    column = Column(at, name, samples, slug=f"metadata.{slug_of(name)}")
    if reading is not None:
        column.path = reading.target.path
        column.kind = _kind_of(reading.target, cells)
        column.style = getattr(reading, column.kind) if column.kind else ""
        column.styles = list(dict.fromkeys(filter(None, [column.style, *_STYLES.get(column.kind, ())])))
    return column


_STYLES: Final = {"date": DAY_STYLES, "number": tuple(NUMBER_STYLES), "order": ORDERS}


def _kind_of(target: Target, cells: Sequence[str]) -> str:
    if target.reads in DATED and (target.reads != "opt" or dated(target, cells)):
        return "date"
    if target.path == "name":
        return "order"
    return "number" if target.reads == "number" or target.path == "value" else ""


def choices_of(desk: Desk) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may become, in groups, the likeliest first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    groups[_("Most used")] = [(path, words_of(path)) for path in _FIRST]
    names = {
        "": _("Lead"),
        "address": _("Address"),
        "profile": _("Profile"),
        "disposition": _("Where it stands"),
        "contact_points": _("Further contacts"),
        "opt_out": _("Opted out"),
        "opt_in": _("Agreed"),
        "override": _("Lead"),
    }
    for path, target in FIXED.items():
        if path not in _HIDDEN and path not in _FIRST and target.section in names:
            groups.setdefault(names[target.section], []).append((path, words_of(path)))
    items = load_definitions(desk.workspace).items
    answers = [(f"answers.{item.code}", item.label) for item in items if not item.is_file]
    if answers:
        groups[_("Checklist")] = answers
    return list(groups.items())


def words_of(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ").capitalize()


def read_columns(
    desk: Desk, batch: ImportBatch, form: Mapping[str, Any]
) -> tuple[dict[str, tuple[Reading, ...]], Layout | None]:
    """What the form says of the columns."""
    before = mapping_of(batch.mapping, desk.workspace)
    if before.dialect:
        return {}, None
    layout = layout_of(batch)
    header = about(batch).header
    return {
        name: read_column(desk, before.columns.get(name, ()), at, form, layout)
        for at, name in enumerate(header)
    }, layout


def read_column(
    desk: Desk, before: tuple[Reading, ...], at: int, form: Mapping[str, Any], layout: Layout | None
) -> tuple[Reading, ...]:
    """What no form shows of a mapping, such as translated words, stays while the column becomes the same.
    How its cells are written is as the form says; where that was not asked yet, it is guessed."""
    path = str(form.get(f"to-{at}", ""))
    target = find_target(path, load_definitions(desk.workspace)) if path else None
    if target is None:
        return ()
    cells = layout.filled(at) if layout else []
    is_same = bool(before) and before[0].target.path == path
    reading = before[0] if is_same else guess_reading(target, cells, _region(desk, form))
    kind = _kind_of(target, cells)
    style = form.get(f"{kind}-{at}")
    if style is not None and (not style or _is_style(kind, str(style))):
        styles: dict[str, Any] = {kind: str(style)}
        reading = replace(reading, **styles)
    return (reading, *before[1:]) if is_same else (reading,)


def _is_style(kind: str, style: str) -> bool:
    return is_date_style(style) if kind == "date" else style in _STYLES[kind]


def _region(desk: Desk, form: Mapping[str, Any]) -> str:
    return str(form.get("region", "")).strip().upper() or desk.workspace.region


def notes_of(desk: Desk, columns: Mapping[str, tuple[Reading, ...]], layout: Layout | None) -> list[str]:
    """What is still to be looked at, now that somebody has decided about the columns."""
    definitions = load_definitions(desk.workspace)
    return notes_on(ColumnMap(columns=columns), layout, definitions, desk.workspace.region) if layout else []
