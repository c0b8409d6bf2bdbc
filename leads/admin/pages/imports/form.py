"""The form of an import: what each column becomes, and the terms that hold for all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from checklists.definitions import load_definitions
from leadhub.workspaces.models import Membership
from leads.admin.desk import Desk
from leads.imports.asked import read_terms
from leads.imports.books import about, mapping_of
from leads.imports.cells import DAY_STYLES, NUMBER_STYLES
from leads.imports.guess import slug_of
from leads.imports.layout import lay_out
from leads.imports.mapping import ColumnMap, Reading
from leads.imports.options import Options
from leads.imports.source import Unreadable
from leads.imports.starting import kept_file
from leads.imports.targets import FIXED, find_target
from leads.models import ImportBatch
from leads.queries.catalogue import load_catalogue

_SHOWN = 3
_HIDDEN = frozenset({"id", "created_at", "updated_at", "archive.reason", "archive.note", "archived"})
_FIRST = (
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
    """One column: what it is called, what is in it, what it becomes, and how that is written."""

    at: int
    name: str
    samples: list[str]
    path: str
    style: str
    styles: list[str] = field(default_factory=list)
    slug: str = ""
    further: str = ""


def columns_of(desk: Desk, batch: ImportBatch) -> list[Column]:
    mapping = mapping_of(batch.mapping, desk.workspace)
    samples = _samples(batch, mapping)
    found = []
    for at, name in enumerate(about(batch).header):
        readings = mapping.columns.get(name, ())
        reading = readings[0] if readings else None
        style = (reading.date or reading.number or reading.order) if reading else ""
        column = Column(at, name, samples.get(name, []), reading.target.path if reading else "", style)
        column.slug = f"metadata.{slug_of(name) or f'column_{at + 1}'}"
        column.further = column.path if column.path and column.path not in FIXED else ""
        column.styles = list(dict.fromkeys(filter(None, [style, *_styles(reading)])))
        found.append(column)
    return found


def _styles(reading: Reading | None) -> list[str]:
    if reading is None:
        return []
    if reading.target.reads in {"day", "moment"}:
        return list(DAY_STYLES)
    if reading.target.path == "name":
        return ["first last", "last first"]
    return list(NUMBER_STYLES) if reading.target.reads == "number" or reading.target.path == "value" else []


def _samples(batch: ImportBatch, mapping: ColumnMap) -> dict[str, list[str]]:
    try:
        with kept_file(batch) as source:
            layout = lay_out(source, header=mapping.header, delimiter=mapping.delimiter, sheet=mapping.sheet)
    except Unreadable:
        return {}
    found: dict[str, list[str]] = {}
    for at, name in enumerate(layout.header):
        cells = dict.fromkeys(row[at].strip()[:80] for row in layout.samples if row[at].strip())
        found[name] = list(cells)[:_SHOWN]
    return found


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


def read_form(desk: Desk, batch: ImportBatch, form: Mapping[str, Any]) -> tuple[ColumnMap, Options]:
    """What the form says. What of a mapping it does not show, such as translated words, stays as it is."""
    before = mapping_of(batch.mapping, desk.workspace)
    columns = {}
    for at, name in enumerate(about(batch).header):
        columns[name] = _readings(desk, before.columns.get(name, ()), str(form.get(f"to-{at}", "")), form, at)
    constants = {key: value for key, value in before.constants.items() if key != "source"}
    source = str(form.get("source", "")).strip()[:50]
    if source:
        constants["source"] = source
    mapping = replace(before, columns=columns if not before.dialect else {}, constants=constants)
    return mapping, read_terms(desk.workspace, {name: str(value) for name, value in form.items()})


def _readings(
    desk: Desk, before: tuple[Reading, ...], path: str, form: Mapping[str, Any], at: int
) -> tuple[Reading, ...]:
    target = find_target(path, load_definitions(desk.workspace)) if path else None
    if target is None:
        return ()
    style = str(form.get(f"style-{at}", ""))
    kept = before[0] if before and before[0].target.path == path else Reading(target)
    if target.reads in {"day", "moment"} and style:
        kept = replace(kept, date=style)
    elif style in NUMBER_STYLES:
        kept = replace(kept, number=style)
    elif target.path == "name":
        kept = replace(kept, order=style if style == "last first" else "")
    return (kept, *before[1:]) if before and before[0].target.path == path else (kept,)


def terms_context(desk: Desk, batch: ImportBatch) -> dict[str, Any]:
    """What the form of the terms offers, and what is chosen."""
    people = Membership.objects.filter(workspace=desk.workspace, left_at=None).select_related("user")
    live = [row for row in load_catalogue(desk.workspace).dispositions.values() if row.archived_at is None]
    options = Options.of(batch)
    mapping = mapping_of(batch.mapping, desk.workspace)
    return {
        "people": [row.user for row in people.order_by("user__email")],
        "outcomes": live,
        "terms": options,
        "tags": "; ".join(options.tags),
        "match": ",".join(options.match),
        "source": mapping.constants.get("source", ""),
        "dialect": mapping.dialect,
        "matches": [
            ("external_id,email,phone", _("External id, then email, then phone")),
            ("email,phone", _("Email, then phone")),
            ("external_id", _("External id alone")),
            ("email", _("Email alone")),
            ("phone", _("Phone alone")),
        ],
        "on_matches": [
            ("skip", _("Leave it as it is")),
            ("fill", _("Fill in what it lacks")),
            ("overwrite", _("Overwrite it with the row")),
            ("create", _("Create a second lead")),
        ],
    }
