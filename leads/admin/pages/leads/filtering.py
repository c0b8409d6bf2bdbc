"""The sheets by which the list is filtered and its columns are chosen; both lead to another address of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from checklists.definitions import ItemDef, load_definitions
from checklists.rules import FILE_TYPES
from leads.admin.desk import Desk
from leads.admin.pages.leads import columns as shapes
from leads.admin.pages.leads.address import Address, read_address
from leads.admin.pages.leads.chips import ARCHIVE, LABELS
from leads.admin.pages.leads.sheet import sheet
from leads.models import AssigneeType, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.json_filters import ANSWER, METADATA
from leads.queries.workspace import members_in, tags_in

# A longer list of tags is found faster by the search box of the address.
_MOST_OPTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Field:
    """`options` make it a choice; `kind` is that of the input, and `blank` what it means to choose none."""

    name: str
    label: str
    value: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    blank: str = ""


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    address = read_address(request, desk)
    groups = _groups(desk, address)
    offered = {field.name for _heading, fields in groups for field in fields}
    context = {
        "title": _("Filter the leads"),
        "address": address,
        "groups": groups,
        # What the sheet does not offer stays as it is.
        "kept": [*address.shape, *_rest(address, offered)],
        "clear": address.link(dict.fromkeys(address.filters)),
        "broad": True,
    }
    return sheet(request, "leads/_filters.html", context)


def show_columns(request: HttpRequest, desk: Desk) -> HttpResponse:
    address = read_address(request, desk)
    if "chosen" in request.GET:
        wanted = [code for code in request.GET.getlist("column") if code]
        for name in ("chosen", "column", "move"):
            address.query.pop(name, None)
        if "move" not in request.GET:
            return redirect(address.link({"columns": ",".join(wanted) or None}))
        address.query["columns"] = ",".join(_moved(wanted, request.GET["move"]))
    columns, _unknown = shapes.chosen(desk.workspace, address.columns)
    context = {
        "title": _("Choose columns"),
        "address": address,
        "groups": _others(desk, columns),
        "shown": columns,
        "moved": request.GET.get("move", ""),
        "kept": [*(pair for pair in address.shape if pair[0] != "columns"), *_rest(address, set())],
        "most": shapes.MOST,
        "may_name": desk.looks_after_all,
        "usual": address.link({"columns": None}),
    }
    return sheet(request, "leads/_columns.html", context)


def _moved(codes: list[str], move: str) -> list[str]:
    """The codes with one of them, such as in `came up`, a place further up or down."""
    code, _between, way = move.rpartition(" ")
    if code not in codes:
        return codes
    place = codes.index(code)
    rest = [one for one in codes if one != code]
    to = max(0, place - 1 if way == "up" else place + 1)
    return [*rest[:to], code, *rest[to:]]


def _others(desk: Desk, shown: list[shapes.Column]) -> list[tuple[Any, list[shapes.Column]]]:
    """The columns that could be shown besides, by their headings."""
    codes = {column.code for column in shown}
    groups = [
        (heading, [column for column in columns if column.code not in codes])
        for heading, columns in shapes.choices(desk.workspace)
    ]
    return [group for group in groups if group[1]]


def _rest(address: Address, offered: set[str]) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name in address.filters
        if name not in offered
        for value in address.filters.getlist(name)
    ]


def _groups(desk: Desk, address: Address) -> list[tuple[str, list[Field]]]:
    workspace = desk.workspace
    definitions = load_definitions(workspace)
    asked = [_asked(item, address) for item in definitions.items if item.field_type not in FILE_TYPES]
    named = [
        Field(f"{METADATA}{key}", key, address.filters.get(f"{METADATA}{key}", ""))
        for key in workspace.metadata_columns
    ]
    groups = [
        (_("Who works it, and how far it is"), _standing(desk, address)),
        (
            _("When"),
            [
                _day(address, name)
                for name in LABELS
                if name.endswith(("_from", "_to")) and "value" not in name
            ],
        ),
        (_("What is known"), _facts(address)),
        (_("Checklist"), asked),
        (_("Metadata"), named),
    ]
    return [group for group in groups if group[1]]


def _standing(desk: Desk, address: Address) -> list[Field]:
    members = [("me", _("me")), ("none", _("nobody"))]
    members += [
        (str(one.user_id), str(one.user)) for one in members_in(desk.workspace) if one.user_id != desk.user.pk
    ]
    dispositions = load_catalogue(desk.workspace).dispositions.values()
    finer = [(row.outcome, row.label) for row in dispositions if not row.archived_at and not row.is_default]
    tags = [(tag.name, tag.name) for tag in tags_in(desk.workspace)[:_MOST_OPTIONS]]
    yes_no = [("yes", _("yes")), ("no", _("no"))]
    fields = [
        _several(address, "stage", [(value, str(label)) for value, label in Stage.choices]),
        _several(address, "disposition", finer),
        _several(address, "assignee", members),
        _several(address, "tag", tags),
        _one(address, "untagged", yes_no),
        _one(address, "assignee_type", [(value, str(label)) for value, label in AssigneeType.choices]),
        _one(address, "has_next_action", yes_no),
        _archived(address),
    ]
    return [field for field in fields if field.options]


def _facts(address: Address) -> list[Field]:
    names = ("source", "value_from", "value_to", "currency", "email", "phone", "external_id")
    return [_text(address, name) for name in names]


def _text(address: Address, name: str) -> Field:
    kind = {"email": "email", "phone": "tel"}.get(name, "text")
    return Field(name, str(LABELS[name]), address.filters.get(name, ""), kind)


def _day(address: Address, name: str) -> Field:
    return Field(name, str(LABELS[name]), address.filters.get(name, ""), "day")


def _several(address: Address, name: str, options: list[tuple[str, str]]) -> Field:
    given = [
        part
        for text in address.filters.getlist(name)
        for part in (text.split(",") if name != "tag" else [text])
    ]
    known = {value.casefold(): value for value, _label in options}
    chosen = tuple(known.get(part.casefold(), part) for part in given)
    return Field(name, str(LABELS[name]), "", "several", tuple(options), chosen)


def _one(address: Address, name: str, options: list[tuple[str, str]]) -> Field:
    chosen = address.filters.get(name, "")
    return Field(name, str(LABELS[name]), chosen, "one", tuple(options), (chosen,))


def _archived(address: Address) -> Field:
    """Nothing chosen is not "any" here: the list leaves the archived ones out."""
    usual, *others = [(value, str(label)) for value, label in ARCHIVE.items()]
    return replace(_one(address, "archived", others), blank=usual[1])


def _asked(item: ItemDef, address: Address) -> Field:
    name = f"{ANSWER}{item.code}"
    value = address.filters.get(name, "")
    options = _options_of(item)
    return Field(name, item.label, value, "one" if options else "text", options, (value,))


def _options_of(item: ItemDef) -> tuple[tuple[str, str], ...]:
    if item.field_type == "BOOLEAN":
        return (("true", _("yes")), ("false", _("no")))
    options: Any = item.rules.get("options") or ()
    return tuple((str(option), str(option)) for option in options)
