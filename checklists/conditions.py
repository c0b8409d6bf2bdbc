"""When a group or an item applies: rules over other items' answers and a few facts about the lead.

Reading and judging one condition. The order in which items are judged, and circles, belong to `definitions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.errors import Fault, InvalidDefinitions, faults_of
from checklists.rules import FILE_TYPES, Bare, FieldType, check_value
from leads.values import clean_line, is_empty

MAX_DEPTH: Final = 3
MAX_RULES: Final = 50
SET_OPS: Final = ("is_set", "is_not_set")
OPS: Final = ("equals", "not_equals", "in", "contains", "gt", "lt", *SET_OPS)
FACT: Final = "lead."

_WORDS: Final = ("equals", "not_equals", "in", "contains", *SET_OPS)
_SIZES: Final = ("equals", "not_equals", "in", "gt", "lt", *SET_OPS)
_OPS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.EIN, FieldType.URL), _WORDS),
    FieldType.NUMBER: _SIZES,
    FieldType.DATE: _SIZES,
    FieldType.BOOLEAN: ("equals", "not_equals", *SET_OPS),
    FieldType.SELECT: ("equals", "not_equals", "in", *SET_OPS),
    FieldType.ADDRESS: SET_OPS,
    **dict.fromkeys(FILE_TYPES, SET_OPS),
}
_OPS_OF_SEVERAL: Final = ("in", "contains", *SET_OPS)

STAGES: Final = ("new", "contacted", "follow_up", "qualified", "won", "lost", "invalid", "duplicate")
FACTS: Final[Mapping[str, Bare]] = {
    "lead.stage": Bare(FieldType.SELECT, {"options": list(STAGES)}),
    "lead.source": Bare(FieldType.TEXT),
    "lead.assignee_type": Bare(FieldType.SELECT, {"options": ["AI_AGENT", "HUMAN_AGENT"]}),
    "lead.state": Bare(FieldType.TEXT),
    "lead.country": Bare(FieldType.TEXT),
    "lead.value": Bare(FieldType.NUMBER),
}

# Stands for an item that is wrong itself, so that rules about it are not blamed as well.
UNREADABLE: Final = Bare("")

# What an item or a fact reads as right now: None is unset.
Reader = Callable[[str], object]


@dataclass(frozen=True)
class Rule:
    code: str
    op: str
    value: object = None

    @cached_property
    def wanted(self) -> object:
        """The value in the form that answers are compared in; for `in`, a set of them."""
        if isinstance(self.value, list):
            return frozenset(map(_comparable, self.value))
        return _comparable(self.value)

    def holds(self, read: Reader) -> bool:
        value = read(self.code)
        if self.op in SET_OPS:
            return is_empty(value) == (self.op == "is_not_set")
        if self.op == "not_equals":
            return _comparable(value) != self.wanted
        if is_empty(value):
            return False
        return self._compares(value)

    def _compares(self, value: object) -> bool:
        if self.op == "equals":
            return _comparable(value) == self.wanted
        if self.op == "in":
            several = value if isinstance(value, list) else [value]
            return not self.wanted.isdisjoint(map(_comparable, several))  # type: ignore[attr-defined]
        if self.op == "contains":
            if isinstance(value, list):
                return self.wanted in map(_comparable, value)
            return isinstance(value, str) and str(self.wanted) in value.casefold()
        mine, other = _comparable(value), self.wanted
        if isinstance(mine, Decimal) and isinstance(other, Decimal):
            return mine > other if self.op == "gt" else mine < other
        if isinstance(mine, str) and isinstance(other, str):
            return mine > other if self.op == "gt" else mine < other
        return False


@dataclass(frozen=True, slots=True)
class Condition:
    operator: str
    rules: tuple[Rule | Condition, ...] = field(default=())

    def holds(self, read: Reader) -> bool:
        judge = all if self.operator == "AND" else any
        return judge(rule.holds(read) for rule in self.rules)


def _comparable(value: object) -> object:
    """Numbers as exact decimals, text without case; a boolean is no number."""
    if isinstance(value, bool):
        return (value,)
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    return value.casefold() if isinstance(value, str) else None


def parse_conditions(stored: object) -> Condition | None:
    """Conditions that were cleaned before, ready to be judged."""
    if not isinstance(stored, dict) or not stored.get("rules"):
        return None
    parts = [_parse_rule(rule) for rule in stored["rules"]]
    return Condition(stored.get("operator", "AND"), tuple(parts))


def _parse_rule(stored: dict[str, object]) -> Rule | Condition:
    if "rules" in stored:
        return parse_conditions(stored) or Condition("AND")
    return Rule(str(stored["code"]), str(stored["op"]), stored.get("value"))


def rules_in(condition: Condition | None) -> Iterator[Rule]:
    for part in condition.rules if condition else ():
        if isinstance(part, Rule):
            yield part
        else:
            yield from rules_in(part)


def codes_in(condition: Condition | None) -> tuple[str, ...]:
    """The items whose answers decide, in order, each once. Facts about the lead are no items."""
    return tuple(dict.fromkeys(rule.code for rule in rules_in(condition) if not rule.code.startswith(FACT)))


def facts_in(condition: Condition | None) -> tuple[str, ...]:
    """The facts about the lead that decide, in order, each once."""
    return tuple(dict.fromkeys(rule.code for rule in rules_in(condition) if rule.code.startswith(FACT)))


def broken_rules(condition: Condition, read: Reader) -> tuple[Rule, ...]:
    """Why the condition does not hold: the first rule of an AND that fails, or all of an OR."""
    broken: list[Rule] = []
    for part in condition.rules:
        if part.holds(read):
            continue
        broken += [part] if isinstance(part, Rule) else broken_rules(part, read)
        if condition.operator == "AND":
            break
    return tuple(broken)


def clean_conditions(raw: object, known: Mapping[str, Bare]) -> dict[str, object] | None:
    """Conditions in their one spelling. `known` says what each code that may be asked about is."""
    if raw is None or raw == {}:
        return None
    reading = _Reading(known)
    cleaned = reading.condition(raw, "", 1)
    if not reading.faults and reading.count > MAX_RULES:
        reading.fault(
            "", "too_long", _("Conditions have at most %d rules. Split the group or the item.") % MAX_RULES
        )
    if reading.faults:
        raise InvalidDefinitions(reading.faults)
    return cleaned if cleaned["rules"] else None


class _Reading:
    def __init__(self, known: Mapping[str, Bare]) -> None:
        self.known = {**known, **FACTS}
        self.faults: list[Fault] = []
        self.count = 0

    def fault(self, path: str, code: str, message: str) -> None:
        self.faults.append(Fault(path, code, message))

    def condition(self, raw: object, path: str, depth: int) -> dict[str, object]:
        nothing: dict[str, object] = {"operator": "AND", "rules": []}
        if not isinstance(raw, dict):
            self.fault(path, "invalid_type", _("Write conditions as an operator and a list of rules."))
            return nothing
        if depth > MAX_DEPTH:
            self.fault(path, "too_deep", _("Conditions nest at most %d deep. Flatten them.") % MAX_DEPTH)
            return nothing
        self._unknown_keys(raw, {"operator", "rules"}, path)
        operator = raw.get("operator", "AND")
        if not isinstance(operator, str) or operator.upper() not in ("AND", "OR"):
            self.fault(_under(path, "operator"), "invalid_choice", _("Write AND or OR."))
            return nothing
        rules = raw.get("rules")
        if not isinstance(rules, list) or (depth > 1 and not rules):
            self.fault(_under(path, "rules"), "required", _("Write a list of rules."))
            return nothing
        return {"operator": operator.upper(), "rules": self._parts(rules, _under(path, "rules"), depth)}

    def _parts(self, rules: list[object], path: str, depth: int) -> list[dict[str, object]]:
        parts: list[dict[str, object]] = []
        for index, rule in enumerate(rules):
            place = f"{path}[{index}]"
            if isinstance(rule, dict) and "rules" in rule:
                parts.append(self.condition(rule, place, depth + 1))
            elif isinstance(rule, dict):
                self.count += 1
                parts.append(self._rule(rule, place))
            else:
                self.fault(place, "invalid_type", _("Write a rule as code, op and value."))
        return parts

    def _rule(self, raw: dict[str, object], path: str) -> dict[str, object]:
        self._unknown_keys(raw, {"code", "op", "value"}, path)
        code, op = raw.get("code"), raw.get("op")
        known = self.known.get(code) if isinstance(code, str) else None
        if known is None:
            words = _("There is no item with the code %(code)s. Correct the code, or use one of: %(facts)s.")
            shown = {"code": _quoted(code), "facts": ", ".join(FACTS)}
            self.fault(_under(path, "code"), "unknown_code", words % shown)
            return {}
        if known is UNREADABLE:
            return {}
        if not isinstance(op, str) or op not in OPS:
            self.fault(_under(path, "op"), "invalid_choice", _("Write one of: %s.") % ", ".join(OPS))
            return {}
        allowed = ops_of(known)
        if op not in allowed:
            words = _("%(code)s is %(type)s, which %(op)s cannot judge. Use one of: %(ops)s.")
            shown = {"code": str(code), "type": _kind_of(known), "op": op, "ops": ", ".join(allowed)}
            self.fault(_under(path, "op"), "invalid_type", words % shown)
            return {}
        if op in SET_OPS:
            return {"code": code, "op": op}
        return {
            "code": code,
            "op": op,
            "value": self._operand(raw.get("value"), known, op, _under(path, "value")),
        }

    def _operand(self, raw: object, known: Bare, op: str, path: str) -> object:
        if op != "in":
            return self._single(raw, known, path)
        if not isinstance(raw, list) or not raw:
            self.fault(path, "required", _("Write a list of the values that count."))
            return None
        return [self._single(one, known, f"{path}[{index}]") for index, one in enumerate(raw)]

    def _single(self, raw: object, known: Bare, path: str) -> object:
        try:
            value = _clean_operand(raw, known)
        except ValidationError as error:
            self.faults += faults_of(error, path)
            return None
        if is_empty(value):
            self.fault(path, "required", _("Write the value to compare with, or use is_set or is_not_set."))
        return value

    def _unknown_keys(self, raw: dict[str, object], known: set[str], path: str) -> None:
        for key in raw.keys() - known:
            words = _("This key is not known here. Use: %s.") % ", ".join(sorted(known))
            self.fault(_under(path, str(key)), "unknown_field", words)


def _clean_operand(raw: object, known: Bare) -> object:
    if known.field_type == FieldType.SELECT:
        return check_value(Bare(FieldType.SELECT, {"options": known.rules["options"]}), raw, region="")
    if known.field_type in (FieldType.NUMBER, FieldType.DATE, FieldType.BOOLEAN):
        return check_value(Bare(known.field_type), raw, region="")
    return clean_line(raw)


def ops_of(known: Bare) -> tuple[str, ...]:
    """The comparisons that make sense for a type; the checklist editor offers these."""
    return _OPS_OF_SEVERAL if known.rules.get("multiple") else _OPS_OF[known.field_type]


def _kind_of(known: Bare) -> str:
    return _("a SELECT of several options") if known.rules.get("multiple") else known.field_type


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
