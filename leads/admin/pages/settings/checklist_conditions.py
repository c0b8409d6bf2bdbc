"""Conditions of one level, as rows of a form: of what, how compared, with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from checklists.conditions import SET_OPS
from checklists.words import OPS

# What is free for a further rule at the end of the form.
_SPARE: Final = 2
_MOST: Final = 20


@dataclass(slots=True)
class Row:
    number: int
    code: str = ""
    op: str = ""
    value: str = ""


@dataclass(slots=True)
class ConditionForm:
    """`nested` conditions go deeper than this form; they are shown in words, and kept or taken out."""

    operator: str
    rows: list[Row]
    nested: Mapping[str, Any] | None = None
    problem: str = ""

    @property
    def ops(self) -> list[tuple[str, Any]]:
        return list(OPS.items())


def show(conditions: Mapping[str, Any] | None) -> ConditionForm:
    rules = list((conditions or {}).get("rules", ()))
    if any("rules" in rule for rule in rules):
        return ConditionForm("AND", [], conditions)
    rows = [Row(at, rule["code"], rule["op"], _text(rule.get("value"))) for at, rule in enumerate(rules)]
    rows += [Row(len(rules) + more) for more in range(_SPARE)]
    return ConditionForm((conditions or {}).get("operator", "AND"), rows)


def read(post: QueryDict, before: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What was chosen; a row without a code is no rule. The values are judged with the checklist."""
    nested = show(before).nested
    if nested is not None:
        return None if "no_conditions" in post else nested
    rules = [rule for at in range(_MOST) if (rule := _rule(post, at)) is not None]
    return {"operator": post.get("operator", "AND"), "rules": rules} if rules else None


def _rule(post: QueryDict, at: int) -> dict[str, Any] | None:
    code, op = post.get(f"code_{at}", ""), post.get(f"op_{at}", "")
    value = post.get(f"value_{at}", "").strip()
    if not code:
        return None
    if op in SET_OPS:
        return {"code": code, "op": op}
    if op == "in":
        return {"code": code, "op": op, "value": [part.strip() for part in value.split(",") if part.strip()]}
    return {"code": code, "op": op, "value": value}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)
