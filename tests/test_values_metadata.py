"""Free JSON: what may be stored, and merging by RFC 7396."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import values
from tests.refusals import code_of

LEAVES = st.none() | st.booleans() | st.integers(-100, 100) | st.text("ab", max_size=2)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner)
)
OBJECTS = st.dictionaries(st.text("ab", max_size=1), JSON, max_size=3)


def nested(levels, leaf=0):
    value = leaf
    for _level in range(levels):
        value = [value]
    return value


def holds_null(value):
    """A null that stands for "remove", which is one outside every list."""
    return value is None or (isinstance(value, dict) and any(map(holds_null, value.values())))


@pytest.mark.parametrize(
    ("stored", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"gone": None}, {"a": 1}),
        ({}, {"a": [None, {"b": None}]}, {"a": [None, {"b": None}]}),
        ({"a": 1}, {"a": {"b": 2, "c": None}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": 0}, {"a": 0}),
        ({"n": 1}, {"n": 0, "f": False, "t": ""}, {"n": 0, "f": False, "t": ""}),
        (
            {"a": 1, "tags": ["x", "y"], "crm": {"id": 7, "owner": "lo"}, "old": True},
            {"tags": ["z"], "crm": {"owner": None, "stage": 2}, "old": None, "new": "n"},
            {"a": 1, "tags": ["z"], "crm": {"id": 7, "stage": 2}, "new": "n"},
        ),
    ],
)
def test_a_patch_is_merged_by_the_book(stored, patch, merged):
    before = copy.deepcopy((stored, patch))
    assert values.merge_patch(stored, patch) == merged
    assert (stored, patch) == before


@given(OBJECTS, OBJECTS)
def test_merging_a_patch_twice_is_merging_it_once(stored, patch):
    once = values.merge_patch(stored, patch)
    assert values.merge_patch(once, patch) == once


@given(OBJECTS, OBJECTS)
def test_a_merge_keeps_what_the_patch_does_not_name(stored, patch):
    merged = values.merge_patch(stored, patch)
    assert {key: merged.get(key) for key in stored if key not in patch} == {
        key: value for key, value in stored.items() if key not in patch
    }
    assert {key for key in patch if patch[key] is None}.isdisjoint(merged)


@given(OBJECTS)
def test_a_patch_onto_nothing_leaves_no_null_behind(patch):
    assert not any(map(holds_null, values.merge_patch({}, patch).values()))


@given(OBJECTS, OBJECTS)
def test_patches_of_different_keys_can_come_in_any_order(one, other):
    other = {f"other-{key}": value for key, value in other.items()}
    assert values.merge_patch(values.merge_patch({}, one), other) == values.merge_patch(
        values.merge_patch({}, other), one
    )


@given(JSON)
def test_what_json_can_say_is_kept_as_it_is(raw):
    assert values.clean_json(raw) is raw


@pytest.mark.parametrize("raw", [None, [], "text", 5, True])
def test_metadata_is_an_object(raw):
    assert code_of(values.clean_metadata_patch, raw) == "invalid_type"


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        ("a\x00b", "control_character"),
        ("\ud800", "invalid_unicode"),
        (float("nan"), "invalid_number"),
        (float("-inf"), "invalid_number"),
        (2**63, "too_large"),
        (-(2**63) - 1, "too_large"),
        (10**400, "too_large"),
        (1e19, "too_large"),
        (-1e300, "too_large"),
        (b"bytes", "invalid_type"),
        ({1, 2}, "invalid_type"),
        ({5: "number as a name"}, "invalid_type"),
        ({"a\x00": 1}, "control_character"),
        ({"\udfff": 1}, "invalid_unicode"),
    ],
)
def test_what_a_database_cannot_keep_is_refused_however_deep(leaf, code):
    for raw in ({"a": leaf}, {"a": [{"b": leaf}]}, {"a": nested(20, leaf)}):
        assert code_of(values.clean_metadata_patch, raw) == code
        assert code_of(values.clean_json, raw) == code


def test_json_has_a_depth():
    assert values.clean_json(nested(32)) == nested(32)
    assert code_of(values.clean_json, nested(33)) == "too_deep"
    assert code_of(values.clean_json, nested(100_000)) == "too_deep"
    assert values.clean_metadata_patch({"a": nested(31)})
    assert code_of(values.clean_metadata_patch, {"a": nested(32)}) == "too_deep"


def test_json_has_a_size_in_bytes():
    most = 64 * 1024 - len('{"a":""}')
    values.check_metadata_size({"a": "x" * most})
    values.check_metadata_size({"a": "é" * (most // 2)})
    assert code_of(values.check_metadata_size, {"a": "x" * (most + 1)}) == "too_long"
    assert code_of(values.check_metadata_size, {"a": "é" * (most // 2 + 1)}) == "too_long"
    assert code_of(values.clean_json, {"a": "x" * (most + 1)}) == "too_long"
    assert values.clean_json([1], max_bytes=3) == [1]
    assert code_of(values.clean_json, [12], max_bytes=3) == "too_long"


def test_a_patch_may_be_larger_than_what_it_leaves():
    patch = {f"key-{number}": None for number in range(10_000)}
    assert len(json.dumps(patch)) > 64 * 1024
    assert values.merge_patch({"key-1": 1, "a": 1}, values.clean_metadata_patch(patch)) == {"a": 1}
