"""Which patterns may be saved, and that matching ends in time."""

from __future__ import annotations

import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.patterns import clean_pattern, matches


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{9}",
        r"\d{2}-\d{7}",
        r"[A-Z]{2}\d{6,8}",
        r"(\d+-)*\d+",
        r"([A-Z]\d+)+",
        r"(\d{3}){4}",
        r"(\d{1,3}\.){3}\d{1,3}",
        r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
        r"(?i)[a-z]+( [a-z]+)*",
        r"(?=.*\d)(?=.*[A-Z]).{8,}",
        r"[^\W\d_]+(?:[ '-][^\W\d_]+)*",
        r"(?:\d{16} ?)+",
        r"(\d+-){12}",
        r"(?#a comment | with a bar)(ab|cd)*",
        r"[|]+(?:a\|b)*",
        r"(?>a+)b|c*+d",
    ],
)
def test_a_sound_pattern_is_kept_as_it_is(pattern):
    assert clean_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+",
        r"(a*)*b",
        r"(a|a)*",
        r"(a|aa)+",
        r"(a|a?)+",
        r"(a|[a-c])*x",
        r"([a-zA-Z]+)*\d",
        r"(\w+\s?)*",
        r"(\s*\w+\s*)+",
        r"(.*)*",
        r"(.*a){20}",
        r"(\w{1,20}){1,20}",
        r"(\d{2,4}){1,12}",
        r"(?i)(a|A)*",
        r"(x+x+)+y",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(?=(a+)+b)x",
        r"(?:é|[à-ü])*",
    ],
)
def test_a_pattern_that_may_never_end_is_refused(pattern):
    with pytest.raises(ValidationError) as refusal:
        clean_pattern(pattern)

    assert refusal.value.code == "catastrophic_pattern"


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(", "invalid_pattern"),
        ("[a", "invalid_pattern"),
        ("*", "invalid_pattern"),
        (r"(a)\1", "invalid_pattern"),
        (r"\p{L}+", "invalid_pattern"),
        ("a" * 501, "too_long"),
        ("((a{10}){10}){10}", "too_complicated"),
        ("a{99999}", "too_complicated"),
        ("", "invalid_type"),
        (7, "invalid_type"),
        (None, "invalid_type"),
    ],
)
def test_what_is_no_usable_pattern_is_refused(pattern, code):
    with pytest.raises(ValidationError) as refusal:
        clean_pattern(pattern)

    assert refusal.value.code == code
    assert refusal.value.messages[0].endswith(".")


def test_a_pattern_must_match_the_whole_text():
    assert matches(r"\d{3}", "123")
    assert not matches(r"\d{3}", "1234")
    assert not matches(r"\d{3}", "123\n")


def test_a_slow_match_is_cut_off():
    slow = r"a*a*a*a*a*a*[bc]"
    assert clean_pattern(slow)

    start = time.perf_counter()
    with pytest.raises(ValidationError) as refusal:
        matches(slow, "a" * 10_000)

    assert refusal.value.code == "pattern_timeout"
    assert time.perf_counter() - start < 5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab|()*+?{1,3}[]^$.\\dw-", max_size=24))
def test_any_text_is_kept_or_refused_with_a_code(pattern):
    try:
        assert clean_pattern(pattern) == pattern
    except ValidationError as refusal:
        assert refusal.code


# Small enough to be tried out: what passes must not explode on any of these texts.
@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["a", "b", "[ab]"]),
        lambda part: st.one_of(
            st.tuples(part, part).map("".join),
            st.tuples(part, part).map(lambda two: f"(?:{two[0]}|{two[1]})"),
            part.map(lambda one: f"(?:{one})*"),
            part.map(lambda one: f"(?:{one})?"),
        ),
        max_leaves=5,
    )
)
def test_what_is_accepted_stays_quick_on_long_texts(pattern):
    try:
        clean_pattern(pattern or "a")
    except ValidationError:
        return

    for text in ("a" * 60 + "!", "ab" * 30 + "!", "b" * 60 + "!"):
        matches(pattern or "a", text)
