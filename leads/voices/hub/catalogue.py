"""A workspace's catalogue in the native API: tags, dispositions, call outcomes, members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, Role
from leads.models import CallOutcome, Disposition, Stage, Tag
from leads.values import LIMITS, clean_boolean, clean_choice, clean_colour, clean_integer, clean_line
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import FLAG, ID, MOMENT, TEXT, WHOLE, Schema, maybe, one_of, several, thing
from leads.voices.hub.sheet import Sheet, clean_words, sheet_of

_SLUG: Final = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_LABEL: Final = 100
_HIGHEST_ORDER: Final = 32_767
_SLUG_SCHEMA: Final[Schema] = {"type": "string", "pattern": f"^{_SLUG.pattern}$", "maxLength": 64}

# Tags.

TAG: Final = thing(
    "Tag",
    {
        "id": ID,
        "name": TEXT,
        "colour": maybe(TEXT),
        "description": maybe(TEXT),
        "archived": FLAG,
        "merged_into": {**maybe(ID), "description": "What its name means now, wherever it is written."},
        "created_at": MOMENT,
        "updated_at": maybe(MOMENT),
    },
)
TAG_SENT: Final[Schema] = {
    "title": "TagChange",
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": LIMITS.tag},
        "colour": maybe({"type": "string", "examples": ["#2e7d32"]}),
        "description": maybe({"type": "string", "maxLength": LIMITS.line}),
        "archived": FLAG,
    },
    "examples": [{"name": "VIP", "colour": "#2e7d32"}],
}


def show_tag(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.pk),
        "name": tag.name,
        "colour": tag.colour or None,
        "description": tag.description or None,
        "archived": tag.archived_at is not None,
        "merged_into": str(tag.merged_into_id) if tag.merged_into_id else None,
        "created_at": show_moment(tag.created_at),
        "updated_at": show_moment(tag.updated_at),
    }


def read_tag(body: Mapping[str, object], tag: Tag | None) -> dict[str, object]:
    sheet = _sheet(body, tuple(TAG_SENT["properties"]), None if tag is None else show_tag(tag))
    if tag is None:
        sheet.require("name")
    columns = {name: sheet.sent[name] for name in ("name",) if name in sheet.sent}
    columns |= {name: sheet.clean(name, clean_colour, "") for name in ("colour",) if name in sheet.sent}
    columns |= {name: sheet.clean(name, clean_line, "") for name in ("description",) if name in sheet.sent}
    columns |= _archived(sheet)
    sheet.problems.settle()
    return columns


# Dispositions.

DISPOSITION: Final = thing(
    "Disposition",
    {
        "id": ID,
        "outcome": TEXT,
        "label": TEXT,
        "stage": one_of(Stage.values),
        "is_default": FLAG,
        "needs_reason": FLAG,
        "required_items": several(TEXT),
        "order": WHOLE,
        "archived": FLAG,
    },
)
DISPOSITION_SENT: Final[Schema] = {
    "title": "DispositionChange",
    "description": "A default disposition of a stage carries no reason and no items.",
    "type": "object",
    "properties": {
        "outcome": _SLUG_SCHEMA,
        "label": {"type": "string", "maxLength": _LABEL},
        "stage": one_of(Stage.values),
        "is_default": FLAG,
        "needs_reason": FLAG,
        "required_items": several(TEXT),
        "order": WHOLE,
        "archived": FLAG,
    },
    "examples": [{"outcome": "sold", "label": "Sold", "stage": "won", "required_items": ["tax_id"]}],
}


def show_disposition_row(row: Disposition) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "outcome": row.outcome,
        "label": row.label,
        "stage": str(row.stage),
        "is_default": row.is_default,
        "needs_reason": row.needs_reason,
        "required_items": list(row.required_items),
        "order": row.order,
        "archived": row.archived_at is not None,
    }


def read_disposition_row(
    body: Mapping[str, object], row: Disposition | None, codes: list[str], *, strict: bool = False
) -> dict[str, object]:
    """`codes` are the items that the checklist has. In a `strict` workspace rules bind every door, and so a
    default may ask for items."""
    sheet = _sheet(
        body, tuple(DISPOSITION_SENT["properties"]), None if row is None else show_disposition_row(row)
    )
    if row is None:
        sheet.require("outcome", "label", "stage")
    rules = {
        "outcome": clean_slug,
        "label": _clean_label,
        "stage": lambda raw: clean_choice(raw, Stage.values),
        "is_default": clean_boolean,
        "needs_reason": clean_boolean,
        "required_items": lambda raw: _clean_codes(raw, codes),
        "order": _clean_order,
    }
    columns = _columns(sheet, rules)
    _keep_defaults_free(sheet, row, columns, strict)
    sheet.problems.settle()
    return columns


def _keep_defaults_free(
    sheet: Sheet, row: Disposition | None, columns: Mapping[str, object], strict: bool
) -> None:
    """A dialect's bare status word must always find the default of its stage, and no rule there."""
    is_default = columns.get("is_default", row.is_default if row else False)
    if not is_default:
        return
    if columns.get("archived_at"):
        sheet.problems.add(
            "archived", "default_has_rule", _("Make another one the default of its stage first.")
        )
    if not strict and columns.get("required_items", row.required_items if row else []):
        words = _("The default of a stage asks for items only where stage rules bind every integration.")
        sheet.problems.add("required_items", "default_has_rule", words)


# Call outcomes.

CALL_OUTCOME: Final = thing(
    "CallOutcome",
    {
        "id": ID,
        "outcome": TEXT,
        "label": TEXT,
        "reaches": FLAG,
        "marks_bad": FLAG,
        "order": WHOLE,
        "archived": FLAG,
    },
)
CALL_OUTCOME_SENT: Final[Schema] = {
    "title": "CallOutcomeChange",
    "type": "object",
    "properties": {
        "outcome": {**_SLUG_SCHEMA, "maxLength": 32},
        "label": {"type": "string", "maxLength": _LABEL},
        "reaches": {**FLAG, "description": "Somebody was reached."},
        "marks_bad": {**FLAG, "description": "The number does not work."},
        "order": WHOLE,
        "archived": FLAG,
    },
    "examples": [{"outcome": "gatekeeper", "label": "Gatekeeper", "reaches": True}],
}


def show_call_outcome(row: CallOutcome) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "outcome": row.slug,
        "label": row.label,
        "reaches": row.reaches,
        "marks_bad": row.marks_bad,
        "order": row.order,
        "archived": row.archived_at is not None,
    }


def read_call_outcome(body: Mapping[str, object], row: CallOutcome | None) -> dict[str, object]:
    sheet = _sheet(
        body, tuple(CALL_OUTCOME_SENT["properties"]), None if row is None else show_call_outcome(row)
    )
    if row is None:
        sheet.require("outcome", "label")
    rules = {
        "outcome": lambda raw: clean_slug(raw, 32),
        "label": _clean_label,
        "reaches": clean_boolean,
        "marks_bad": clean_boolean,
        "order": _clean_order,
    }
    columns = _columns(sheet, rules)
    if "outcome" in columns:
        columns["slug"] = columns.pop("outcome")
    sheet.problems.settle()
    return columns


# Members.

MEMBER: Final = thing("Member", {"id": ID, "name": TEXT, "role": one_of(Role.values)})


def show_member(row: Membership) -> dict[str, Any]:
    return {"id": str(row.user_id), "name": str(row.user), "role": str(row.role)}


# What the readers share.


def _sheet(body: Mapping[str, object], names: tuple[str, ...], shown: Mapping[str, object] | None) -> Sheet:
    sheet = sheet_of({}, *names)
    return Sheet(body, names, sheet.problems, "", shown)


def _columns(sheet: Sheet, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Null is no value for any of these, since each of them is always shown."""
    sheet.require(*(name for name in rules if name in sheet.sent and sheet.sent[name] is None))
    columns = {name: sheet.clean(name, rule, None) for name, rule in rules.items() if name in sheet.sent}
    return {**columns, **_archived(sheet)}


def _archived(sheet: Sheet) -> dict[str, object]:
    if "archived" not in sheet.sent:
        return {}
    return {"archived_at": now() if sheet.clean("archived", clean_boolean, False) else None}


def clean_slug(raw: object, longest: int = 64) -> str:
    slug = clean_line(raw, longest)
    if not _SLUG.fullmatch(slug):
        words = _("Write small letters and digits, joined by underscores or hyphens.")
        raise ValidationError(words, code="invalid_code")
    return slug


def _clean_label(raw: object) -> str:
    label = clean_line(raw, _LABEL)
    if not label:
        raise ValidationError(_("Send a value here."), code="required")
    return label


def _clean_order(raw: object) -> int:
    return clean_integer(raw, 0, _HIGHEST_ORDER)


def _clean_codes(raw: object, known: list[str]) -> list[str]:
    found = clean_words(raw)
    for code in found:
        if code not in known:
            raise ValidationError(
                _("The checklist has no item with the code %s.") % code[:64], code="unknown_code"
            )
    return found
