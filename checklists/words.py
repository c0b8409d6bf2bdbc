"""Conditions, and the parts of an answer, as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

OPS: Final[Mapping[str, str | Promise]] = {
    "equals": gettext_lazy("is"),
    "not_equals": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "contains": gettext_lazy("contains"),
    "gt": gettext_lazy("is more than"),
    "lt": gettext_lazy("is less than"),
    "is_set": gettext_lazy("is answered"),
    "is_not_set": gettext_lazy("is not answered"),
}
FACTS: Final[Mapping[str, str | Promise]] = {
    "lead.stage": gettext_lazy("The lead’s stage"),
    "lead.source": gettext_lazy("The lead’s source"),
    "lead.assignee_type": gettext_lazy("Who handles the lead"),
    "lead.state": gettext_lazy("The lead’s state"),
    "lead.country": gettext_lazy("The lead’s country"),
    "lead.value": gettext_lazy("The lead’s value"),
}
# The parts of an address.
PART_NAMES: Final[Mapping[str, str | Promise]] = {
    "street": gettext_lazy("Street"),
    "city": gettext_lazy("City"),
    "state": gettext_lazy("State"),
    "postalCode": gettext_lazy("Postal code"),
    "country": gettext_lazy("Country"),
}


def say(conditions: Any, labels: Mapping[str, str]) -> str:
    """ "Entity type is LLC and (State is one of CA, NY or …)"; `labels` by code, facts need none."""
    if not isinstance(conditions, Mapping):
        return ""
    if "rules" not in conditions:
        return _rule(conditions, labels)
    glue = _(" and ") if conditions.get("operator", "AND") == "AND" else _(" or ")
    parts = [say(part, labels) for part in conditions["rules"]]
    nested = [isinstance(part, Mapping) and "rules" in part for part in conditions["rules"]]
    return glue.join(f"({part})" if inner else part for part, inner in zip(parts, nested, strict=True))


def _rule(rule: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    code, op = str(rule.get("code", "")), str(rule.get("op", ""))
    name, verb = str(FACTS.get(code) or labels.get(code) or code), str(OPS.get(op, op))
    if op in {"is_set", "is_not_set"}:
        return f"{name} {verb}"
    return f"{name} {verb} {_shown(rule.get('value'))}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)
