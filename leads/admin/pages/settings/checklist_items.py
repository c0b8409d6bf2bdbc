"""The form of one item: what is asked, how it is judged, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.drafts import find_item, put_item
from checklists.rules import ADDRESS_PARTS, FieldType
from checklists.ruling import ID_TYPES, RULES
from checklists.specs import TEXTS, ItemSpec, code_from_label
from checklists.words import PART_NAMES, say
from leadhub.workspaces.ids import new_id, parse_id
from leads.admin.desk import Desk
from leads.admin.pages.render import go
from leads.admin.pages.settings import checklist_conditions as conditions
from leads.admin.pages.settings.checklist import HERE, cleaned_part
from leads.admin.pages.settings.checklist_draft import Draft, keep_draft, load_draft
from leads.admin.pages.settings.place import settings_page
from leads.admin.sheet import Field, Sheet

# Of each rule: what it is called, its kind of control, and its help.
_RULES: Final[Mapping[str, tuple[str | Promise, str, str | Promise]]] = {
    "pattern": (
        gettext_lazy("Pattern"),
        "text",
        gettext_lazy("A regular expression that the whole answer matches."),
    ),
    "pattern_hint": (
        gettext_lazy("What is said when it does not match"),
        "text",
        gettext_lazy("Say how it is to be written."),
    ),
    "min_length": (gettext_lazy("Least characters"), "number", ""),
    "max_length": (gettext_lazy("Most characters"), "number", ""),
    "min": (gettext_lazy("From"), "text", ""),
    "max": (gettext_lazy("Up to"), "text", ""),
    "whole": (gettext_lazy("Whole numbers only"), "check", ""),
    "required_parts": (gettext_lazy("Parts that must be given"), "checks", ""),
    "past": (gettext_lazy("Not in the future"), "check", ""),
    "future": (gettext_lazy("Not in the past"), "check", ""),
    "options": (gettext_lazy("Options"), "lines", gettext_lazy("One in each line.")),
    "multiple": (gettext_lazy("Several may be chosen"), "check", ""),
    "checks": (
        gettext_lazy("What the document must show"),
        "lines",
        gettext_lazy("One sentence in each line; who reviews it goes by them."),
    ),
    "type": (gettext_lazy("Which document"), "select", ""),
    "months": (gettext_lazy("How many months"), "number", ""),
    "years": (gettext_lazy("How many years"), "number", ""),
    "grace_period_days": (gettext_lazy("Days that the newest may be old"), "number", ""),
    "is_personal": (gettext_lazy("Personal, not of the business"), "check", ""),
}


def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The type comes first, because the rest of the form follows from it."""
    draft = load_draft(request, desk)
    groups = [group for group in draft.checklist.groups if not group.archived]
    wanted = parse_id(request.GET.get("group"))
    home = next((group for group in groups if group.id == wanted), groups[0] if groups else None)
    if home is None:
        return go(request, "admin:checklist_group_new")
    if request.GET.get("type") not in FieldType.values:
        context = {"title": _("New item"), "types": FieldType.choices, "home": home}
        return settings_page(request, "checklist_type", HERE, context)
    assert home.id is not None
    item = ItemSpec(code="", label="", field_type=request.GET["type"], id=new_id())
    return _edit(request, draft, item, home.id)


def edit(request: HttpRequest, desk: Desk, key: UUID) -> HttpResponse:
    draft = load_draft(request, desk)
    found = find_item(draft.checklist, key)
    if found is None:
        raise Http404
    group, item = found
    assert group.id is not None
    return _edit(request, draft, item, group.id)


def _edit(request: HttpRequest, draft: Draft, item: ItemSpec, home: UUID) -> HttpResponse:
    chosen = request.POST.get("field_type", "")
    if chosen in FieldType.values and chosen != item.field_type:
        # Rules of another type would mean nothing; what both types know stays.
        kept = {name: value for name, value in item.rules.items() if name in RULES[FieldType(chosen)]}
        item = replace(item, field_type=chosen, rules=kept)
    sheet = Sheet(_fields(draft, item, home))
    asked = conditions.show(item.conditions)
    if request.method == "POST":
        if "change_type" in request.POST:
            sheet.submit(request, lambda values: values)
        elif sheet.submit(request, lambda values: _keep(request, draft, item, values)) is not None:
            return go(request, "admin:checklist")
        asked = conditions.show(conditions.read(request.POST, item.conditions))
    context = {
        "title": item.label or _("New item"),
        "item": item,
        "asked": asked,
        "askable": draft.askable(but=item.id),
        "nested_words": say(asked.nested, draft.labels) if asked.nested else "",
    }
    return settings_page(request, "checklist_part", HERE, context, sheet)


def _keep(request: HttpRequest, draft: Draft, item: ItemSpec, values: dict[str, Any]) -> ItemSpec:
    taken = {one.code for one in draft.checklist.items if one.id != item.id}
    code = values["code"] or code_from_label(values["label"], taken).lower()
    rules = {name: values[f"rule_{name}"] for name in RULES[FieldType(item.field_type)]}
    wanted = replace(
        item,
        code=code,
        label=values["label"],
        is_required=values["is_required"],
        rules={name: value for name, value in rules.items() if value not in ("", [], False)},
        conditions=conditions.read(request.POST, item.conditions),
        **{name: values[name] for name in TEXTS},
    )
    home = parse_id(values["group"])
    groups = {group.id for group in draft.checklist.groups}
    if home is None or home not in groups or wanted.id is None:
        raise Http404
    keep_draft(request, draft, cleaned_part(put_item(draft.checklist, wanted, home), wanted.id))
    return wanted


def _fields(draft: Draft, item: ItemSpec, home: UUID) -> list[Field]:
    groups = [(str(group.id), group.name) for group in draft.checklist.groups if not group.archived]
    return [
        Field("label", _("What is asked"), value=item.label, required=True),
        Field("is_required", _("Required"), "check", item.is_required),
        Field("field_type", _("Type of the answer"), "select", item.field_type, choices=FieldType.choices),
        *(_rule(name, item) for name in RULES[FieldType(item.field_type)]),
        Field("help_text", _("Help"), "area", item.help_text,
              _("Stands under the field, for staff."), optional=True),
        Field("agent_instructions", _("Instructions for the agent"), "area", item.agent_instructions,
              _("For whoever asks, a person or the AI."), optional=True),
        Field("client_instructions", _("Instructions for the lead"), "area", item.client_instructions,
              _("Stand on the page where a lead uploads it."), optional=True),
        Field("group", _("Group"), "select", str(home), choices=groups),
        Field("code", _("Name for integrations"), value=item.code, optional=True,
              help=_("Letters, digits, - and _. Left empty, it is made from the question.")),
    ]  # fmt: skip


def _rule(name: str, item: ItemSpec) -> Field:
    label, kind, help_text = _RULES[name]
    choices: list[tuple[Any, Any]] = []
    if name == "required_parts":
        choices = [(part, PART_NAMES[part]) for part in ADDRESS_PARTS]
    if name == "type":
        choices = [("", _("Either")), *((word, _ID_TYPES[word]) for word in ID_TYPES)]
    if kind == "text" and name in {"min", "max"} and item.field_type == FieldType.DATE:
        kind = "date"
    empty: object = [] if kind in {"checks", "lines"} else ""
    value = item.rules.get(name, empty)
    optional = kind != "check" and name != "options"
    return Field(f"rule_{name}", label, kind, value, help_text, choices=choices, optional=optional)


_ID_TYPES: Final = {
    "DRIVERS_LICENSE": gettext_lazy("Driver’s license"),
    "PASSPORT": gettext_lazy("Passport"),
}
