"""Conditions: what may be written, what holds, and why something is hidden."""

from __future__ import annotations

from decimal import Decimal

import pytest

from checklists.conditions import FACTS, clean_conditions, parse_conditions
from checklists.errors import InvalidDefinitions
from checklists.rules import Bare
from tests.checklists.make import judge, make_definitions, make_group, make_item, state_of, when

KNOWN = {
    "name": Bare("TEXT"),
    "amount": Bare("NUMBER", {"min": 10}),
    "founded": Bare("DATE"),
    "kind": Bare("SELECT", {"options": ["LLC", "Sole proprietor"]}),
    "states": Bare("SELECT", {"options": ["CA", "NY", "TX"], "multiple": True}),
    "loans": Bare("BOOLEAN"),
    "home": Bare("ADDRESS"),
    "letter": Bare("FILE"),
}


def holds(rule, **values):
    condition = parse_conditions(clean_conditions({"rules": [rule]}, KNOWN))
    return condition.holds(lambda code: values.get(code.replace("lead.", "lead_")))


@pytest.mark.parametrize(
    ("code", "op", "value", "answer", "expected"),
    [
        ("name", "equals", "Ana", "ana", True),
        ("name", "equals", "Ana", "Anna", False),
        ("name", "equals", "Ana", None, False),
        ("name", "not_equals", "Ana", "Bo", True),
        ("name", "not_equals", "Ana", "ANA", False),
        ("name", "not_equals", "Ana", None, True),
        ("name", "in", ["Ana", "Bo"], "bo", True),
        ("name", "in", ["Ana", "Bo"], "Cy", False),
        ("name", "contains", "bak", "Bright Bakery", True),
        ("name", "contains", "bak", None, False),
        ("amount", "equals", 0.1, 0.1, True),
        ("amount", "equals", 1, 1.0, True),
        ("amount", "equals", 1, True, False),
        ("amount", "equals", 1, "1", False),
        ("amount", "gt", 5, 5, False),
        ("amount", "gt", 5, 5.01, True),
        ("amount", "lt", 5, 0, True),
        ("amount", "lt", 5, None, False),
        ("amount", "lt", 5, "junk", False),
        ("amount", "in", [1, 2], 2, True),
        ("founded", "gt", "2020-01-01", "2020-01-02", True),
        ("founded", "lt", "2020-01-01", "2020-01-01", False),
        ("kind", "equals", "llc", "LLC", True),
        ("kind", "in", ["LLC"], "Sole proprietor", False),
        ("states", "contains", "NY", ["CA", "NY"], True),
        ("states", "contains", "TX", ["CA", "NY"], False),
        ("states", "in", ["TX", "CA"], ["CA", "NY"], True),
        ("loans", "equals", False, False, True),
        ("loans", "equals", True, None, False),
        ("loans", "not_equals", True, False, True),
        ("home", "is_set", None, {"city": "Austin"}, True),
        ("letter", "is_not_set", None, None, True),
        ("loans", "is_set", None, False, True),
        ("amount", "is_set", None, 0, True),
        ("states", "is_set", None, [], False),
        ("name", "is_not_set", None, "", True),
        ("lead.stage", "equals", "won", "won", True),
        ("lead.source", "contains", "face", "Facebook Ads", True),
        ("lead.value", "gt", 1000, Decimal("1000.01"), True),
    ],
)
def test_a_rule_holds_or_not(code, op, value, answer, expected):
    rule = {"code": code, "op": op} | ({} if value is None else {"value": value})

    assert holds(rule, **{code.replace("lead.", "lead_"): answer}) is expected


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        ([], "", "invalid_type"),
        ("kind", "", "invalid_type"),
        ({"operator": "XOR", "rules": []}, "operator", "invalid_choice"),
        ({"operator": ["AND"], "rules": []}, "operator", "invalid_choice"),
        ({"operator": "AND"}, "rules", "required"),
        ({"rules": {}}, "rules", "required"),
        ({"rules": ["kind"]}, "rules[0]", "invalid_type"),
        ({"rules": [], "extra": 1}, "extra", "unknown_field"),
        ({"rules": [{"op": "is_set"}]}, "rules[0].code", "unknown_code"),
        ({"rules": [{"code": "gone", "op": "is_set"}]}, "rules[0].code", "unknown_code"),
        ({"rules": [{"code": ["kind"], "op": "is_set"}]}, "rules[0].code", "unknown_code"),
        ({"rules": [{"code": "lead.phone", "op": "is_set"}]}, "rules[0].code", "unknown_code"),
        ({"rules": [{"code": "kind"}]}, "rules[0].op", "invalid_choice"),
        ({"rules": [{"code": "kind", "op": "like", "value": "x"}]}, "rules[0].op", "invalid_choice"),
        ({"rules": [{"code": "kind", "op": "gt", "value": "x"}]}, "rules[0].op", "invalid_type"),
        ({"rules": [{"code": "states", "op": "equals", "value": "NY"}]}, "rules[0].op", "invalid_type"),
        ({"rules": [{"code": "letter", "op": "equals", "value": "x"}]}, "rules[0].op", "invalid_type"),
        ({"rules": [{"code": "home", "op": "contains", "value": "x"}]}, "rules[0].op", "invalid_type"),
        ({"rules": [{"code": "name", "op": "gt", "value": "x"}]}, "rules[0].op", "invalid_type"),
        ({"rules": [{"code": "kind", "op": "equals", "value": "GmbH"}]}, "rules[0].value", "invalid_choice"),
        ({"rules": [{"code": "amount", "op": "gt", "value": True}]}, "rules[0].value", "invalid_type"),
        ({"rules": [{"code": "founded", "op": "lt", "value": "soon"}]}, "rules[0].value", "invalid_date"),
        ({"rules": [{"code": "name", "op": "equals"}]}, "rules[0].value", "invalid_type"),
        ({"rules": [{"code": "name", "op": "equals", "value": " "}]}, "rules[0].value", "required"),
        ({"rules": [{"code": "name", "op": "in", "value": "Ana"}]}, "rules[0].value", "required"),
        (
            {"rules": [{"code": "amount", "op": "in", "value": [1, "x"]}]},
            "rules[0].value[1]",
            "invalid_number",
        ),
        (
            {"rules": [{"code": "lead.stage", "op": "equals", "value": "bought"}]},
            "rules[0].value",
            "invalid_choice",
        ),
        ({"rules": [{"rules": [{"rules": [{"rules": []}]}]}]}, "rules[0].rules[0].rules[0]", "too_deep"),
        ({"rules": [{"rules": []}]}, "rules[0].rules", "required"),
        ({"rules": [{"code": "name", "op": "is_set"}] * 51}, "", "too_long"),
    ],
)
def test_bad_conditions_are_refused_at_their_place(raw, path, code):
    with pytest.raises(InvalidDefinitions) as refusal:
        clean_conditions(raw, KNOWN)

    (fault,) = refusal.value.faults
    assert (fault.path, fault.code) == (path, code)
    assert fault.message.endswith(".")


def test_every_fault_of_the_conditions_is_told():
    raw = {"rules": [{"code": "gone", "op": "is_set"}, {"rules": [{"code": "kind", "op": "lt", "value": 1}]}]}

    with pytest.raises(InvalidDefinitions) as refusal:
        clean_conditions(raw, KNOWN)

    assert [fault.path for fault in refusal.value.faults] == ["rules[0].code", "rules[1].rules[0].op"]


@pytest.mark.parametrize("raw", [None, {}, {"operator": "or", "rules": []}])
def test_no_rules_are_no_conditions(raw):
    assert clean_conditions(raw, KNOWN) is None


def test_conditions_three_deep_are_kept_in_their_one_spelling():
    deep = {
        "rules": [{"rules": [{"rules": [{"code": "amount", "op": "gt", "value": "5"}], "operator": "or"}]}]
    }

    assert clean_conditions(deep, KNOWN) == {
        "operator": "AND",
        "rules": [
            {
                "operator": "AND",
                "rules": [{"operator": "OR", "rules": [{"code": "amount", "op": "gt", "value": 5}]}],
            }
        ],
    }


def test_every_fact_about_the_lead_can_be_asked_about():
    for fact in FACTS:
        assert clean_conditions(when(fact, "is_set"), {}) == when(fact, "is_set")


def test_the_reason_names_the_answer_that_hides_an_item():
    kind = make_item("entity_type", "SELECT", rules=KNOWN["kind"].rules)
    ein = make_item("ein", "EIN", conditions=when("entity_type", "not_equals", "Sole proprietor"))
    definitions = make_definitions(make_group(kind, ein))

    state = state_of(definitions, judge(definitions, {"entity_type": "Sole proprietor"}), "ein")

    assert not state.applies
    assert state.hidden_reason == "because entity_type is Sole proprietor"


@pytest.mark.parametrize(
    ("conditions", "answers", "facts", "reason"),
    [
        (when("kind", "is_set"), {}, {}, "because kind is not answered"),
        (when("loans", "equals", True), {"loans": False}, {}, "because loans is no"),
        (when("states", "contains", "TX"), {"states": ["CA", "NY"]}, {}, "because states is CA, NY"),
        (when("lead.stage", "equals", "won"), {}, {"lead.stage": "new"}, "because lead.stage is new"),
        (
            {
                "operator": "OR",
                "rules": [*when("kind", "is_set")["rules"], *when("amount", "gt", 5)["rules"]],
            },
            {"amount": 4},
            {},
            "because kind is not answered and amount is 4",
        ),
        (
            {
                "operator": "AND",
                "rules": [*when("amount", "gt", 5)["rules"], *when("kind", "is_set")["rules"]],
            },
            {"amount": 4},
            {},
            "because amount is 4",
        ),
    ],
)
def test_the_reason_is_a_sentence_about_what_is_the_case(conditions, answers, facts, reason):
    known = [make_item(code, bare.field_type, rules=bare.rules) for code, bare in KNOWN.items()]
    definitions = make_definitions(make_group(*known, make_item("asked", conditions=conditions)))

    assert state_of(definitions, judge(definitions, answers, facts), "asked").hidden_reason == reason
