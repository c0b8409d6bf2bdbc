"""Checklist items that an integrator adds to one lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.models import CODE_LENGTH, LABEL_LENGTH, TEXT_LENGTH, Item
from checklists.rules import FieldType
from checklists.specs import ItemSpec
from leads.errors import Malformed, Problem
from leads.models.answer import answer_id
from leads.values import format_moment
from leads.voices.omniai.checklist import RULE_NAMES
from leads.voices.shape import Null, Part, Shape

# The types that their list has; addresses and the like come with a workspace's own definitions only.
_TYPES: Final = (
    FieldType.BANK_STATEMENT,
    FieldType.DATE,
    FieldType.EIN,
    FieldType.EMAIL,
    FieldType.FILE,
    FieldType.ID,
    FieldType.NUMBER,
    FieldType.PHONE,
    FieldType.SELECT,
    FieldType.TAX_RETURN,
    FieldType.TEXT,
)
_RULE_OF: Final = {wire: rule for rule, wire in RULE_NAMES.items()}

ONE_OFF: Final = Shape(
    "OmniAIChecklistItemCreate",
    (
        Part(
            "label",
            means="label",
            required=True,
            null=Null.REFUSE,
            blank=Null.REFUSE,
            schema={"maxLength": LABEL_LENGTH},
        ),
        Part(
            "fieldType",
            means="field_type",
            required=True,
            null=Null.REFUSE,
            blank=Null.REFUSE,
            schema={"enum": [str(one) for one in _TYPES]},
        ),
        Part("config", means="rules", type="object", schema={"additionalProperties": True}),
        Part("isRequired", means="is_required", type="boolean"),
        Part("agentInstructions", means="agent_instructions", schema={"maxLength": TEXT_LENGTH}),
        Part("clientInstructions", means="client_instructions", schema={"maxLength": TEXT_LENGTH}),
        Part(
            "validationRules",
            means="rules.checks",
            type="array",
            schema={"items": {"type": "string"}},
            about="What a document must show, in sentences; for the file types only.",
        ),
        Part("code", means="code", schema={"maxLength": CODE_LENGTH}, about="Made from the label if absent."),
    ),
)


def read_one_off(body: Mapping[str, object]) -> ItemSpec:
    """The item that is wanted; only its type is judged here, because their list of types is shorter."""
    field_type = body.get("fieldType")
    if field_type not in _TYPES:
        words = _("Choose one of %s.") % ", ".join(_TYPES)
        raise Malformed([Problem("field_type", _fault_of(field_type), words, field_type, list(_TYPES))])
    required = body.get("isRequired")
    return ItemSpec(
        code=body.get("code") or "",  # type: ignore[arg-type]
        label=_text(body, "label"),
        field_type=str(field_type),
        is_required=True if required is None else required,  # type: ignore[arg-type]
        rules=_rules(body),
        agent_instructions=_text(body, "agentInstructions"),
        client_instructions=_text(body, "clientInstructions"),
    )


def _fault_of(field_type: object) -> str:
    if field_type in (None, ""):
        return "required"
    return "invalid_choice" if isinstance(field_type, str) else "invalid_type"


def _text(body: Mapping[str, object], name: str) -> Any:
    """As it came; whether it is a text at all is judged with everything else about the item."""
    value = body.get(name)
    return "" if value is None else value


def _rules(body: Mapping[str, object]) -> Any:
    config, checks = body.get("config"), body.get("validationRules")
    if config is not None and not isinstance(config, Mapping):
        return config
    rules = {_RULE_OF.get(name, name): value for name, value in (config or {}).items()}
    # An empty list asks for nothing.
    return {**rules, "checks": checks} if checks not in (None, []) else rules


def show_one_off(item: Item, lead_id: UUID) -> dict[str, Any]:
    """Flat, with the id by which the lead's own item is known everywhere else."""
    return {
        "success": True,
        "checklistItem": {
            "id": str(answer_id(lead_id, item.pk)),
            "leadId": str(lead_id),
            "code": item.code,
            "label": item.label,
            "fieldType": item.field_type,
            "isRequired": item.is_required,
            "status": "TODO",
            "agentInstructions": item.agent_instructions or None,
            "clientInstructions": item.client_instructions or None,
            "createdAt": format_moment(item.created_at),
        },
    }
