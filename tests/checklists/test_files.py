"""Definition files: read, refused with every fault at its place, and written back."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.errors import InvalidDefinitions
from checklists.files import demo_checklist, dump_checklist, parse_checklist
from checklists.rules import FieldType
from checklists.specs import ChecklistSpec, clean_checklist, code_from_label
from tests.checklists.make import make_group, make_item, when

GOOD = """
groups:
- name: Business Information
  items:
  - {code: business_name, label: Business Name, field_type: TEXT}
  - code: entity_type
    label: Entity type
    type: SELECT
    required: false
    rules: {options: [LLC, No, 007]}
    conditions: {rules: [{code: business_name, op: is_set}]}
"""


def faults_of(text, **options):
    with pytest.raises(InvalidDefinitions) as refusal:
        parse_checklist(text, **options)
    assert all(fault.message.endswith(".") for fault in refusal.value.faults)
    return [(fault.path, fault.code) for fault in refusal.value.faults]


def test_a_yaml_file_is_read():
    (group,) = parse_checklist(GOOD).groups

    name, kind = group.items
    assert (group.name, name.code, name.is_required, name.rules) == (
        "Business Information",
        "business_name",
        True,
        {},
    )
    assert (kind.field_type, kind.is_required) == ("SELECT", False)
    assert kind.rules == {"options": ["LLC", "No", "007"]}
    assert kind.conditions == when("business_name", "is_set")


def test_json_in_camel_case_and_a_bare_list_will_do():
    item = {"code": "statements", "label": "Statements", "fieldType": "BANK_STATEMENT", "isRequired": False}
    item |= {"rules": {"gracePeriodDays": 5}, "helpText": "All pages.", "conditions": None}

    checklist = parse_checklist(json.dumps([{"name": "Papers", "items": [item]}]), as_json=True)

    (kept,) = checklist.items
    assert (kept.is_required, kept.rules, kept.help_text) == (False, {"grace_period_days": 5}, "All pages.")


def test_every_fault_is_told_with_its_place():
    text = """
groups:
- name: One
  colour: red
  items:
  - {code: a b, label: A, field_type: TEXT}
  - {code: b, label: "", field_type: TEXT, rules: {pattern: "("}}
- name: One
  conditions: {rules: [{code: gone, op: is_set}]}
  items:
  - {code: c, label: C, field_type: CHOICE, is_required: maybe}
  - {code: d, label: D, field_type: NUMBER, rules: {min: 5, max: 1}}
  - {code: D, label: D, field_type: NUMBER, conditions: {rules: [{code: d, op: equals, value: x}]}}
"""
    assert sorted(faults_of(text)) == [
        ("groups[0].colour", "unknown_field"),
        ("groups[0].items[0].code", "invalid_code"),
        ("groups[0].items[1].label", "required"),
        ("groups[0].items[1].rules.pattern", "invalid_pattern"),
        ("groups[1].conditions.rules[0].code", "unknown_code"),
        ("groups[1].items[0].field_type", "invalid_choice"),
        ("groups[1].items[0].is_required", "invalid_type"),
        ("groups[1].items[1].rules.min", "too_large"),
        ("groups[1].items[2].code", "duplicate_code"),
        ("groups[1].name", "duplicate_name"),
    ]


def test_a_rule_about_an_item_that_is_wrong_itself_is_not_blamed():
    text = """
groups:
- name: One
  items:
  - {code: a, label: A, field_type: SELECT}
  - {code: b, label: B, field_type: TEXT, conditions: {rules: [{code: a, op: equals, value: x}]}}
"""
    assert faults_of(text) == [("groups[0].items[0].rules.options", "required")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("groups: [", "malformed"),
        ("groups: []\ngroups: []", "malformed"),
        ("a: &x [1]\nb: *x", "malformed"),
        ("? [a]\n: 1", "malformed"),
        ("{" * 5000, "too_deep"),
        ("groups: !!python/object/apply:os.system [ls]", "malformed"),
        ("--- 1\n--- 2", "malformed"),
        ("\x00", "malformed"),
        ("#" * 1_100_000, "too_large"),
    ],
)
def test_a_text_that_is_no_yaml_is_refused_with_a_sentence(text, code):
    assert faults_of(text) == [("", code)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed"),
        ('{"groups": [], "groups": []}', "malformed"),
        ('{"groups": NaN}', "malformed"),
        ('{"groups": "\\ud800"}', "malformed"),
        ("[" * 100_000, "too_deep"),
        ("[" + "1" * 5000 + "]", "malformed"),
    ],
)
def test_a_text_that_is_no_json_is_refused_with_a_sentence(text, code):
    assert faults_of(text, as_json=True) == [("", code)]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("", "invalid_type")]),
        ("just words", [("", "invalid_type")]),
        ("{}", [("groups", "required")]),
        ("groups: 5", [("groups", "invalid_type")]),
        ("groups: [5]", [("groups[0]", "invalid_type"), ("groups[0].name", "required")]),
        ("groups: [{name: A, items: x}]", [("groups[0].items", "invalid_type")]),
        ("groups: [{name: [A]}]", [("groups[0].name", "invalid_type")]),
    ],
)
def test_a_file_of_another_shape_is_refused(text, faults):
    assert faults_of(text) == faults


def test_too_many_items_are_refused():
    many = ChecklistSpec((make_group(*[f"code_{number}" for number in range(501)]),))

    with pytest.raises(InvalidDefinitions, match="at most 100 groups and 500 items"):
        clean_checklist(many)


def test_the_demo_asks_for_every_type_and_on_conditions():
    demo = demo_checklist()

    first, second = demo.groups
    assert first.name == "Business Information"
    assert [(item.code, item.field_type) for item in first.items] == [
        ("business_name", "TEXT"),
        ("legal_name", "TEXT"),
        ("tax_id", "TEXT"),
    ]
    assert all(item.is_required for item in first.items)
    assert {item.field_type for item in demo.items} == set(FieldType.values)
    assert any(item.conditions for item in second.items)


def test_the_demo_loads_back_unchanged():
    assert parse_checklist(dump_checklist(demo_checklist())) == demo_checklist()


WORDS = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
TRICKY = st.sampled_from(
    ["No", "yes", "on", "~", "null", "1e5", "0x1F", "012", "1:30", "2020-01-01", "- a", "a: b", "#x"]
)


@settings(max_examples=100)
@given(
    st.lists(WORDS | TRICKY, min_size=1, max_size=5, unique_by=str.casefold),
    st.text("abc\n #:'\"", max_size=30),
)
def test_whatever_stands_in_a_checklist_loads_back_unchanged(words, help_text):
    checklist = ChecklistSpec(
        (
            make_group(
                make_item("kind", "SELECT", label=words[0], rules={"options": words}, help_text=help_text),
                make_item("amount", "NUMBER", rules={"min": 0.25, "max": 10**6}),
                make_item(
                    "day", "DATE", rules={"min": "2020-01-01"}, conditions=when("kind", "equals", words[-1])
                ),
                name=words[-1],
            ),
        )
    )
    try:
        cleaned = clean_checklist(checklist)
    except InvalidDefinitions:
        return  # a word of nothing but unseen characters

    assert parse_checklist(dump_checklist(cleaned)) == cleaned


def test_the_dump_is_plain_yaml():
    text = dump_checklist(demo_checklist())

    assert yaml.safe_load(text)["groups"][0]["name"] == "Business Information"
    assert "!!" not in text and "&id" not in text


@pytest.mark.parametrize(
    ("label", "taken", "code"),
    [
        ("Utility bill", set(), "UTILITY_BILL"),
        ("Utility bill", {"utility_bill"}, "UTILITY_BILL_2"),
        ("Utility bill", {"UTILITY_BILL", "utility_bill_2"}, "UTILITY_BILL_3"),
        ("Größe & co.", set(), "GRSSE_CO"),
        ("!!!", set(), "ITEM"),
        ("x" * 200, set(), "X" * 60),
    ],
)
def test_a_code_is_made_of_the_label(label, taken, code):
    assert code_from_label(label, taken) == code
