"""Each type of item: which values it takes, what it stores, which rules may be added."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from checklists.rules import FILE_TYPES, Bare, FieldType, check_value
from checklists.ruling import RULES, clean_rules

TODAY = date(2026, 5, 1)
OPTIONS = {"options": ["LLC", "Sole proprietor", "Größe"]}
ADDRESS = {"street": "1 Main St", "city": "Austin", "state": "TX", "postalCode": "78701", "country": "US"}


def check(field_type, raw, **rules):
    return check_value(Bare(field_type, rules), raw, region="US", today=TODAY)


@pytest.mark.parametrize(
    ("field_type", "raw", "rules", "stored"),
    [
        ("TEXT", "  Bright Bakery ", {}, "Bright Bakery"),
        ("TEXT", "two\r\nlines", {}, "two\nlines"),
        ("TEXT", "AB123456", {"pattern": r"[A-Z]{2}\d{6}"}, "AB123456"),
        ("TEXT", "abc", {"min_length": 3, "max_length": 3}, "abc"),
        ("TEXT", "   ", {"min_length": 3}, None),
        ("NUMBER", 0, {}, 0),
        ("NUMBER", 12.50, {}, 12.5),
        ("NUMBER", 5.0, {"whole": True}, 5),
        ("NUMBER", "1250.50", {"min": 1250.5}, 1250.5),
        ("NUMBER", -3, {"min": -3}, -3),
        ("EMAIL", " Ana@Example.com ", {}, "Ana@Example.com"),
        ("PHONE", "(404) 555-0137", {}, "+14045550137"),
        ("ADDRESS", ADDRESS, {}, ADDRESS),
        (
            "ADDRESS",
            {"state": "Texas", "country": "us"},
            {},
            {**dict.fromkeys(ADDRESS), "state": "TX", "country": "US"},
        ),
        ("ADDRESS", {"street": "", "city": None}, {"required_parts": ["city"]}, None),
        ("EIN", "123456789", {}, "12-3456789"),
        ("DATE", "2026-05-01", {"past": True}, "2026-05-01"),
        ("DATE", "2026-05-01", {"future": True}, "2026-05-01"),
        ("DATE", "2020-02-29", {"min": "2020-02-29", "max": "2020-02-29"}, "2020-02-29"),
        ("SELECT", "LLC", OPTIONS, "LLC"),
        ("SELECT", " sole PROPRIETOR ", OPTIONS, "Sole proprietor"),
        ("SELECT", ["Größe", "LLC", "llc"], {**OPTIONS, "multiple": True}, ["LLC", "Größe"]),
        ("SELECT", "LLC", {**OPTIONS, "multiple": True}, ["LLC"]),
        ("BOOLEAN", False, {}, False),
        ("BOOLEAN", "Yes", {}, True),
        ("URL", "https://example.com/a?b=c", {}, "https://example.com/a?b=c"),
    ],
)
def test_a_good_value_is_stored_in_its_one_spelling(field_type, raw, rules, stored):
    value = check(field_type, raw, **rules)

    assert value == stored
    assert type(value) is type(stored)


@pytest.mark.parametrize("field_type", FieldType.values)
@pytest.mark.parametrize("empty", [None, "", []])
def test_nothing_is_no_value_of_any_type(field_type, empty):
    assert check(field_type, empty, **(OPTIONS if field_type == "SELECT" else {})) is None


@pytest.mark.parametrize(
    ("field_type", "raw", "rules", "code"),
    [
        ("TEXT", 5, {}, "invalid_type"),
        ("TEXT", {"a": 1}, {}, "invalid_type"),
        ("TEXT", "a\x00b", {}, "control_character"),
        ("TEXT", "x" * 10_001, {}, "too_long"),
        ("TEXT", "abcd", {"max_length": 3}, "too_long"),
        ("TEXT", "ab", {"min_length": 3}, "too_short"),
        ("TEXT", "AB12345", {"pattern": r"[A-Z]{2}\d{6}"}, "pattern_mismatch"),
        ("NUMBER", True, {}, "invalid_type"),
        ("NUMBER", "1,250", {}, "invalid_number"),
        ("NUMBER", "1e5", {}, "invalid_number"),
        ("NUMBER", float("nan"), {}, "invalid_number"),
        ("NUMBER", float("inf"), {}, "invalid_number"),
        ("NUMBER", 10**30, {}, "too_large"),
        ("NUMBER", 5.5, {"whole": True}, "invalid_number"),
        ("NUMBER", 0.999, {"min": 1}, "too_small"),
        ("NUMBER", 100.01, {"max": 100}, "too_large"),
        ("NUMBER", -1, {"min": 0}, "negative"),
        ("NUMBER", [1], {}, "invalid_type"),
        ("EMAIL", "nobody", {}, "invalid_email"),
        ("PHONE", "12", {}, "invalid_phone"),
        ("PHONE", 4045550137, {}, "invalid_type"),
        ("ADDRESS", "1 Main St", {}, "invalid_type"),
        ("ADDRESS", {"zip": "1"}, {}, "unknown_field"),
        ("ADDRESS", {"street": 1}, {}, "invalid_type"),
        ("ADDRESS", {"country": "USA"}, {}, "invalid_choice"),
        ("ADDRESS", {"city": "Austin"}, {"required_parts": ["street", "city"]}, "required"),
        ("EIN", "12345678", {}, "invalid_ein"),
        ("EIN", 123456789, {}, "invalid_type"),
        ("DATE", "05/01/2026", {}, "invalid_date"),
        ("DATE", "2026-02-30", {}, "invalid_date"),
        ("DATE", 20260501, {}, "invalid_type"),
        ("DATE", "2026-05-02", {"past": True}, "not_past"),
        ("DATE", "2026-04-30", {"future": True}, "not_future"),
        ("DATE", "2019-12-31", {"min": "2020-01-01"}, "too_small"),
        ("DATE", "2020-01-02", {"max": "2020-01-01"}, "too_large"),
        ("SELECT", "GmbH", OPTIONS, "invalid_choice"),
        ("SELECT", ["LLC"], OPTIONS, "invalid_type"),
        ("SELECT", 1, OPTIONS, "invalid_type"),
        ("SELECT", ["LLC", "GmbH"], {**OPTIONS, "multiple": True}, "invalid_choice"),
        ("SELECT", [["LLC"]], {**OPTIONS, "multiple": True}, "invalid_type"),
        ("BOOLEAN", 1, {}, "invalid_type"),
        ("BOOLEAN", "maybe", {}, "invalid_choice"),
        ("URL", "example.com", {}, "invalid_url"),
        ("URL", "javascript:alert(1)", {}, "invalid_url"),
        *[(field_type.value, "march.pdf", {}, "needs_document") for field_type in sorted(FILE_TYPES)],
    ],
)
def test_a_bad_value_is_refused_with_its_code_and_a_sentence(field_type, raw, rules, code):
    with pytest.raises(ValidationError) as refusal:
        check(field_type, raw, **rules)

    (error,) = refusal.value.error_list
    assert error.code == code
    assert error.messages[0].endswith(".")


def test_a_pattern_explains_itself_by_its_hint():
    with pytest.raises(ValidationError) as refusal:
        check("TEXT", "x", pattern=r"\d{9}", pattern_hint="Nine digits.")

    assert refusal.value.messages == ["Nine digits."]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(FieldType.values), JSON)
def test_any_value_is_stored_or_refused_with_a_code(field_type, raw):
    rules = OPTIONS if field_type == "SELECT" else {}
    try:
        value = check(field_type, raw, **rules)
    except ValidationError as refusal:
        assert all(error.code for error in refusal.error_list)
    else:
        # What was stored once is stored the same again: reading a lead and sending it back changes nothing.
        assert check(field_type, value, **rules) == value


@given(
    st.sampled_from(FieldType.values),
    st.dictionaries(st.sampled_from(sorted({n for t in RULES.values() for n in t})), JSON),
)
def test_any_rules_are_kept_or_refused_with_codes(field_type, raw):
    try:
        rules = clean_rules(field_type, raw)
    except ValidationError as refusal:
        assert all(error.code for errors in refusal.error_dict.values() for error in errors)
    else:
        assert clean_rules(field_type, rules) == rules


@pytest.mark.parametrize(
    ("field_type", "raw", "kept"),
    [
        ("TEXT", None, {}),
        ("TEXT", {"pattern": None, "min_length": 2}, {"min_length": 2}),
        ("NUMBER", {"min": "5", "max": 5.0, "whole": False}, {"min": 5, "max": 5}),
        ("DATE", {"min": "2020-01-01", "past": True, "future": False}, {"min": "2020-01-01", "past": True}),
        ("SELECT", {"options": [" a ", "b"], "multiple": True}, {"options": ["a", "b"], "multiple": True}),
        ("BANK_STATEMENT", {"months": 3, "is_personal": False}, {"months": 3, "is_personal": False}),
        ("FILE", {"checks": ["Signed by both."]}, {"checks": ["Signed by both."]}),
    ],
)
def test_good_rules_are_kept_in_their_one_spelling(field_type, raw, kept):
    assert clean_rules(field_type, raw) == kept


@pytest.mark.parametrize(
    ("field_type", "raw", "name", "code"),
    [
        ("TEXT", {"pattern": "("}, "pattern", "invalid_pattern"),
        ("TEXT", {"pattern": "(a+)+"}, "pattern", "catastrophic_pattern"),
        ("TEXT", {"min_length": 5, "max_length": 4}, "min_length", "too_large"),
        ("TEXT", {"max_length": 0}, "max_length", "too_small"),
        ("TEXT", {"pattern_hint": "Nine digits."}, "pattern_hint", "required"),
        ("TEXT", {"options": ["a"]}, "options", "unknown_field"),
        ("NUMBER", {"min": 2, "max": 1}, "min", "too_large"),
        ("NUMBER", {"min": "many"}, "min", "invalid_number"),
        ("DATE", {"min": "2021-01-01", "max": "2020-01-01"}, "min", "too_large"),
        ("DATE", {"past": True, "future": True}, "future", "invalid_choice"),
        ("DATE", {"past": "yes"}, "past", "invalid_type"),
        ("SELECT", {}, "options", "required"),
        ("SELECT", {"options": []}, "options", "required"),
        ("SELECT", {"options": ["a", ""]}, "options", "required"),
        ("SELECT", {"options": ["LLC", "llc"]}, "options", "duplicate"),
        ("SELECT", {"options": "LLC"}, "options", "required"),
        ("SELECT", {"options": [1]}, "options", "invalid_type"),
        ("ID", {"type": "LIBRARY_CARD"}, "type", "invalid_choice"),
        ("BANK_STATEMENT", {"months": 0}, "months", "too_small"),
        ("TAX_RETURN", {"years": 1.5}, "years", "invalid_number"),
        ("ADDRESS", {"required_parts": ["zip"]}, "required_parts", "invalid_choice"),
    ],
)
def test_bad_rules_are_refused_by_name(field_type, raw, name, code):
    with pytest.raises(ValidationError) as refusal:
        clean_rules(field_type, raw)

    assert [error.code for error in refusal.value.error_dict[name]] == [code]


def test_all_bad_rules_are_told_at_once():
    with pytest.raises(ValidationError) as refusal:
        clean_rules("TEXT", {"pattern": "(", "min_length": -1, "colour": "red"})

    assert set(refusal.value.error_dict) == {"pattern", "min_length", "colour"}
