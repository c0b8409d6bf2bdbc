"""Numbers, amounts, choices and yes or no: nothing guessed, nothing coerced."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leads import values
from tests.refusals import code_of

STAGES = ["new", "contacted", "qualified", "won", "lost"]


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (5000, "5000.00"),
        (5000.5, "5000.50"),
        (0, "0.00"),
        (0.1, "0.10"),
        (-0.0, "0.00"),
        (Decimal("12.345"), "12.35"),
        (2.675, "2.68"),
        ("5000", "5000.00"),
        ("5000.50", "5000.50"),
        (" 5000 ", "5000.00"),
        ("1e3", "1000.00"),
        ("1.5E+3", "1500.00"),
        ("007", "7.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("+5", "5.00"),
        ("0", "0.00"),
        ("-0", "0.00"),
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("1e-999", "0.00"),
        ("999999999999.99", "999999999999.99"),
        (999999999999.99, "999999999999.99"),
    ],
)
def test_an_amount_is_read_to_the_cent(raw, amount):
    assert str(values.clean_money(raw)) == amount


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "invalid_number"),
        ("   ", "invalid_number"),
        ("abc", "invalid_number"),
        ("5,000", "invalid_number"),
        ("1.234,56", "invalid_number"),
        ("5 000", "invalid_number"),
        ("€ 500", "invalid_number"),
        ("500 EUR", "invalid_number"),
        ("1_000", "invalid_number"),
        ("٥٠٠", "invalid_number"),
        ("５００", "invalid_number"),
        ("nan", "invalid_number"),
        ("NaN", "invalid_number"),
        ("inf", "invalid_number"),
        ("Infinity", "invalid_number"),
        ("0x10", "invalid_number"),
        ("1e", "invalid_number"),
        ("1e1000000", "invalid_number"),
        (".", "invalid_number"),
        ("1" * 65, "invalid_number"),
        (float("nan"), "invalid_number"),
        (float("inf"), "invalid_number"),
        (Decimal("NaN"), "invalid_number"),
        (Decimal("sNaN"), "invalid_number"),
        (True, "invalid_type"),
        (False, "invalid_type"),
        (None, "invalid_type"),
        ([], "invalid_type"),
        ({}, "invalid_type"),
        (b"5", "invalid_type"),
        (1j, "invalid_type"),
        (-1, "negative"),
        ("-5", "negative"),
        (-0.001, "negative"),
        (10**12, "too_large"),
        ("999999999999.995", "too_large"),
        ("1e12", "too_large"),
        ("1e999", "too_large"),
        (1e300, "too_large"),
        (2**70, "too_large"),
        (10**400, "too_large"),
    ],
)
def test_what_is_no_plain_amount_is_refused(raw, code):
    assert code_of(values.clean_money, raw) == code


@given(st.decimals(0, 10**12 - 1, allow_nan=False, allow_infinity=False, places=4))
def test_an_amount_is_off_by_half_a_cent_at_most(raw):
    amount = values.clean_money(str(raw))
    assert abs(amount - raw) <= Decimal("0.005")
    assert values.clean_money(amount) == amount
    assert values.clean_money(str(amount)) == amount
    assert amount.as_tuple().exponent == -2


@pytest.mark.parametrize(("raw", "code"), [("EUR", "EUR"), (" usd ", "USD"), ("chf", "CHF"), ("JPY", "JPY")])
def test_a_currency_is_three_capitals(raw, code):
    assert values.clean_currency(raw) == code


@pytest.mark.parametrize("raw", ["", "EU", "EURO", "ABC", "€", "XXX", "US\u200bD"])
def test_an_unknown_currency_is_refused(raw):
    assert code_of(values.clean_currency, raw) == "invalid_choice"


# Numbers


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (5, "5"),
        (5.25, "5.25"),
        (0.1, "0.1"),
        ("5", "5"),
        (" 5.250 ", "5.250"),
        ("-5", "-5"),
        ("0", "0"),
        (1e3, "1000"),
        (Decimal("1.5"), "1.5"),
    ],
)
def test_a_number_or_its_plain_text_is_a_number(raw, number):
    assert values.clean_number(raw) == Decimal(number)


@pytest.mark.parametrize(
    "raw", ["", "abc", "01", "+5", ".5", "5.", "1e3", "5,0", "1_000", "nan", "٥", "--5", "5 5", float("inf")]
)
def test_a_text_that_is_not_written_like_a_number_is_refused(raw):
    assert code_of(values.clean_number, raw) == "invalid_number"


@pytest.mark.parametrize("raw", [True, False, None, [], {}])
def test_what_is_neither_number_nor_text_is_no_number(raw):
    assert code_of(values.clean_number, raw) == "invalid_type"
    assert code_of(values.clean_integer, raw) == "invalid_type"


def test_a_number_keeps_to_its_bounds():
    assert values.clean_number(5, 5, 5) == 5
    assert code_of(values.clean_number, 4, 5, 9) == "too_small"
    assert code_of(values.clean_number, 10, 5, 9) == "too_large"
    assert code_of(values.clean_number, -1, 0) == "negative"
    assert code_of(values.clean_number, Decimal("9.01"), None, 9) == "too_large"


def test_a_number_has_64_bits():
    assert values.clean_integer(2**63 - 1) == 2**63 - 1
    assert values.clean_integer(str(-(2**63))) == -(2**63)
    assert code_of(values.clean_integer, 2**63) == "too_large"
    assert code_of(values.clean_integer, -(2**63) - 1) == "too_small"
    assert code_of(values.clean_number, 1e300) == "too_large"


@pytest.mark.parametrize(("raw", "number"), [(5, 5), ("5", 5), (5.0, 5), ("5.0", 5), ("-3", -3)])
def test_a_whole_number_is_a_whole_number_however_written(raw, number):
    found = values.clean_integer(raw)
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize("raw", [5.5, "5.5", "abc", ""])
def test_a_broken_number_is_not_cut(raw):
    assert code_of(values.clean_integer, raw) == "invalid_number"


@pytest.mark.parametrize(
    ("number", "shown"), [("5000.00", 5000), ("0.50", 0.5), ("0", 0), ("-1.50", -1.5), ("1E+3", 1000)]
)
def test_a_number_is_shown_without_needless_places(number, shown):
    found = values.plain_number(Decimal(number))
    assert (found, type(found)) == (shown, type(shown))


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_comes_back_as_it_went(number):
    assert values.plain_number(values.clean_number(number)) == number
    assert values.clean_integer(str(number)) == number


# Choices


def test_a_choice_is_exact():
    assert values.clean_choice("won", STAGES) == "won"
    for raw in ("Won", " won", "won ", "", "winner"):
        assert code_of(values.clean_choice, raw, STAGES) == "invalid_choice"


@pytest.mark.parametrize(
    ("raw", "nearest"), [("Won", "won"), ("qualifed", "qualified"), ("CONTACTED ", "contacted"), ("zzz", "")]
)
def test_a_refused_choice_names_the_nearest(raw, nearest):
    with pytest.raises(ValidationError) as caught:
        values.clean_choice(raw, STAGES)
    assert caught.value.params["nearest"] == nearest
    assert caught.value.params["choices"] == tuple(STAGES)
    assert values.nearest_of(raw, STAGES) == nearest


def test_a_refused_choice_lists_the_known_in_a_fixed_order():
    with pytest.raises(ValidationError) as caught:
        values.clean_choice("x", frozenset(STAGES))
    assert caught.value.messages == ["Use one of contacted, lost, new, qualified, won."]


def test_looking_for_the_nearest_takes_no_time_over_a_hostile_text():
    assert values.nearest_of("a" * 1_000_000, STAGES) == ""


@pytest.mark.parametrize("raw", [True, False])
def test_true_and_false_are_themselves(raw):
    assert values.clean_boolean(raw) is raw
    assert values.clean_boolean(raw, words=True) is raw


@pytest.mark.parametrize("raw", [0, 1, "true", "", None, [], "yes"])
def test_nothing_else_is_true_or_false(raw):
    assert code_of(values.clean_boolean, raw) == "invalid_type"


def test_a_spreadsheet_may_say_yes_and_no():
    assert [values.clean_boolean(word, words=True) for word in (" Yes ", "TRUE", "1", "y", "on")] == [
        True
    ] * 5
    assert [values.clean_boolean(word, words=True) for word in ("no", "False", "0", "N", "off")] == [
        False
    ] * 5
    assert code_of(values.clean_boolean, "perhaps", words=True) == "invalid_choice"
    assert code_of(values.clean_boolean, 1, words=True) == "invalid_type"
