"""Texts, names, emails and tags: what is kept, what is stripped, what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leads import values
from tests.refusals import code_of

TEXTS = st.text(max_size=40) | st.text(
    alphabet=" aé\u200d\u200c\u200b\u202e\u3000\u0301ﷺß漢👩\t", max_size=12
)
NO_TEXTS = [None, 5, 1.5, True, b"Ana", ["Ana"], {"name": "Ana"}]


def line(raw):
    return values.clean_text(raw, 20)


def lines(raw):
    return values.clean_text(raw, 20, multiline=True)


@pytest.mark.parametrize("raw", NO_TEXTS)
@pytest.mark.parametrize(
    "rule",
    [
        line,
        lines,
        values.clean_name,
        values.clean_email,
        values.clean_tag,
        values.clean_url,
        values.clean_country,
        values.clean_currency,
        values.clean_time_zone,
        values.clean_ein,
        values.clean_colour,
        lambda raw: values.clean_choice(raw, ["won"]),
        lambda raw: values.clean_phone(raw, "US"),
        values.clean_phone_shape,
    ],
)
def test_what_is_no_text_is_never_turned_into_one(rule, raw):
    assert code_of(rule, raw) == "invalid_type"


@pytest.mark.parametrize("raw", ["a\x00b", "\x00", "a\x1bb", "a\x7fb", "a\x85b"])
@pytest.mark.parametrize("rule", [line, lines, values.clean_name, values.clean_email, values.clean_tag])
def test_control_characters_are_refused(rule, raw):
    assert code_of(rule, raw) == "control_character"


@pytest.mark.parametrize("raw", ["a\nb", "a\tb", "a\r\nb"])
def test_line_ends_and_tabs_belong_into_several_lines_only(raw):
    assert code_of(line, raw) == "control_character"
    assert code_of(values.clean_name, raw) == "control_character"
    assert lines(raw) == raw.replace("\r", "")


@pytest.mark.parametrize("rule", [line, lines, values.clean_name, values.clean_email, values.clean_tag])
def test_half_a_character_is_refused(rule):
    assert code_of(rule, "a\ud800b") == "invalid_unicode"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Ana \n", "Ana"),
        ("", ""),
        ("   ", ""),
        ("A\u200bn\u200ea\u202e", "Ana"),
        ("\ufeff Ana", "Ana"),
        ("An\u200da", "Ana"),
        ("\u200dé", "é"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("👩\u200d\u200d👧", "👩👧"),
        ("\u3164", ""),
        ("葛\U000e0100城", "葛\U000e0100城"),
    ],
)
def test_a_line_is_trimmed_and_loses_what_nobody_sees(raw, kept):
    assert line(raw) == kept
    assert values.clean_name(raw) == kept


def test_several_lines_keep_what_somebody_wrote():
    assert lines(" a\r\nb\rc \u200f\t\n") == "a\nb\nc \u200f"


def test_a_name_has_single_spaces():
    assert values.clean_name(" Ana \u00a0  Ruiz ") == "Ana Ruiz"


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (values.clean_name, 100),
        (values.clean_business_name, 200),
        (values.clean_source, 50),
        (values.clean_tag, 64),
        (values.clean_address_line, 255),
        (values.clean_note, 10_000),
        (lambda raw: values.clean_phone(raw, "US"), 64),
    ],
)
def test_each_text_has_one_limit_counted_after_trimming(rule, limit):
    rule(" " + "1" * limit + " ")
    assert code_of(rule, "1" * (limit + 1)) == "too_long"


def test_the_limits_are_the_agreed_ones():
    wanted = (100, 200, 254, 64, 50, 64, 255, 2048, 10_000, 65_536, 32, 2**63 - 1)
    limits = values.LIMITS
    assert wanted == (
        limits.name,
        limits.business_name,
        limits.email,
        limits.phone,
        limits.source,
        limits.tag,
        limits.address_line,
        limits.url,
        limits.note,
        limits.json_bytes,
        limits.json_depth,
        limits.integer_high,
    )


@given(TEXTS)
def test_cleaning_a_text_twice_is_cleaning_it_once(raw):
    for rule in (lambda text: values.clean_text(text, 1000), values.clean_line, values.clean_note):
        try:
            once = rule(raw)
        except ValidationError:
            continue
        assert rule(once) == once
        assert once == once.strip()


@pytest.mark.parametrize(
    ("full", "halves"),
    [
        ("Ana", ("Ana", "")),
        ("Ana Ruiz", ("Ana", "Ruiz")),
        (" Ana  de  la Cruz ", ("Ana", "de la Cruz")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_split_at_its_first_space(full, halves):
    assert values.split_name(full) == halves
    assert values.join_name(*halves) == " ".join(full.split())


def test_a_half_name_joins_without_a_stray_space():
    assert values.join_name("", "Ruiz") == "Ruiz"
    assert values.join_name("Ana", "") == "Ana"


@given(st.text(alphabet="ab é", max_size=20))
def test_splitting_a_joined_name_gives_the_name_back(full):
    assert values.join_name(*values.split_name(full)) == " ".join(full.split())


@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_is_empty(value):
    assert values.is_empty(value)


@pytest.mark.parametrize("value", [False, 0, 0.0, " ", [None], {}, "0"])
def test_false_and_zero_are_answers(value):
    assert not values.is_empty(value)


@pytest.mark.parametrize(
    ("sought", "stored"),
    [
        ("jose", "José"),
        ("ANGSTROM", "Ångström"),
        ("strasse", "Straße"),
        ("ana  ruiz", " Ana Ruiz"),
        ("한국", "한국"),
    ],
)
def test_a_search_forgives_accents_case_and_spaces(sought, stored):
    assert values.search_key(sought) == values.search_key(stored)


# Emails


@pytest.mark.parametrize(
    ("raw", "text", "key"),
    [
        ("ana@example.org", "ana@example.org", "ana@example.org"),
        (" Ana.Ruiz+x@Example.ORG ", "Ana.Ruiz+x@Example.ORG", "ana.ruiz+x@example.org"),
        ("an\u200ba@example.org\u202c", "ana@example.org", "ana@example.org"),
        ("Jo\u0308rg@exa\u0308mple.de", "Jörg@exämple.de", "jörg@exämple.de"),
        ("STRAßE@example.de", "STRAßE@example.de", "strasse@example.de"),
        ("用户@例子.广告", "用户@例子.广告", "用户@例子.广告"),
        ("संपर्क@डाटामेल.भारत", "संपर्क@डाटामेल.भारत", "संपर्क@डाटामेल.भारत"),
        ("o'neil_99@sub.example.co.uk", "o'neil_99@sub.example.co.uk", "o'neil_99@sub.example.co.uk"),
        ("a@xn--mnchen-3ya.de", "a@xn--mnchen-3ya.de", "a@xn--mnchen-3ya.de"),
        ("a@1.b2", "a@1.b2", "a@1.b2"),
    ],
)
def test_an_email_is_kept_as_given_with_its_key(raw, text, key):
    assert values.clean_email(raw) == (text, key)
    assert values.email_key(raw) == key


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@example",
        "ana@@example.org",
        "ana@b@example.org",
        "ana ruiz@example.org",
        "ana@exam ple.org",
        "ana@example..org",
        "ana@.example.org",
        "ana@example.org.",
        ".ana@example.org",
        "ana.@example.org",
        "a..b@example.org",
        "ana@-example.org",
        "ana@example-.org",
        "ana@exa_mple.org",
        "ana@127.0.0.1",
        "ana@[127.0.0.1]",
        "Ana <ana@example.org>",
        "mailto:ana@example.org",
        "ana@example.org,bob@example.org",
        '"ana"@example.org',
        "ana\\@example.org",
        "ana＠example.org",
        "ana@example。org",
        "a" * 65 + "@example.org",
        "ana@" + "a" * 64 + ".org",
    ],
)
def test_what_no_mail_reaches_is_no_email(raw):
    assert code_of(values.clean_email, raw) == "invalid_email"


def test_an_email_has_a_limit():
    longest = "a@" + "b" * 60 + ("." + "c" * 60) * 3 + "." + "d" * (254 - 2 - 60 - 3 * 61 - 1)
    assert values.clean_email(longest).text == longest
    assert code_of(values.clean_email, longest + "d") == "too_long"
    assert code_of(values.clean_email, "ß" * 64 + "@" + ("ß" * 60 + ".") * 3 + "de") == "too_long"


@given(st.text(alphabet="aA.@-é\u0301\u200bßİ1 ", max_size=20) | st.emails())
def test_cleaning_an_email_twice_is_cleaning_it_once(raw):
    try:
        once = values.clean_email(raw)
    except ValidationError:
        return
    assert values.clean_email(once.text) == once
    assert values.email_key(once.key) == once.key


def test_the_email_pattern_takes_no_time_over_a_hostile_text():
    for raw in ("a." * 120, "a@" + "a-" * 120, "a@" + "a." * 120 + "@", "@" * 250):
        assert code_of(values.clean_email, raw) == "invalid_email"


# Tags and colours


@pytest.mark.parametrize(
    ("raw", "name", "normalized"),
    [
        ("VIP", "VIP", "vip"),
        ("  Hot   Lead ", "Hot Lead", "hot lead"),
        ("ＶＩＰ", "ＶＩＰ", "vip"),
        ("Straße", "Straße", "strasse"),
        ("ﬁt", "ﬁt", "fit"),
        ("V\u200bI\u202eP", "VIP", "vip"),
        ("علی\u200cرضا", "علی\u200cرضا", "علیرضا"),
        ("Cafe\u0301", "Cafe\u0301", "café"),
    ],
)
def test_a_tag_keeps_its_spelling_and_has_one_normal_form(raw, name, normalized):
    assert values.clean_tag(raw) == (name, normalized)
    assert values.tag_key(raw) == normalized


@pytest.mark.parametrize("raw", ["", "   ", "\u200b", "\u3164"])
def test_a_tag_needs_a_name(raw):
    assert code_of(values.clean_tag, raw) == "required"


def test_a_tag_that_normalizes_to_too_much_is_refused():
    assert code_of(values.clean_tag, "ﷺ" * 60) == "too_long"


@given(TEXTS)
def test_normalizing_a_tag_twice_is_normalizing_it_once(raw):
    once = values.tag_key(raw)
    assert values.tag_key(once) == once


@pytest.mark.parametrize("raw", ["#00ff7F", "teal", "blue-500", "Red_2"])
def test_a_colour_is_kept_as_given(raw):
    assert values.clean_colour(f" {raw} ") == raw


@pytest.mark.parametrize("raw", ["", "#fff", "#00ff7g", "red;", "2red", "url(x)", "a" * 33])
def test_what_is_no_colour_is_refused(raw):
    assert code_of(values.clean_colour, raw) == "invalid_colour"


@pytest.mark.parametrize(
    "text", [" a ", '{"plan":\t"pro"}\r\n', "\x01", "", "e\u0301", "\ufeffx", "a" * 65536]
)
def test_a_verbatim_text_stays_to_the_letter(text):
    assert values.clean_verbatim(text) == text


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"plan": "pro"}, "invalid_type"),
        ("a\x00", "control_character"),
        ("\ud800", "invalid_unicode"),
        ("\u00e9" * 32769, "too_long"),
    ],
)
def test_a_verbatim_text_must_be_storable(raw, code):
    assert code_of(values.clean_verbatim, raw) == code
