from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from leadhub.web.json import Unreadable, read_json, read_object, write_json

HOSTILE = {
    "NUL in a value": (b'{"a": "x\\u0000y"}', "control_character"),
    "NUL in a key": (b'{"x\\u0000y": 1}', "control_character"),
    "NUL in a nested value": (b'{"a": [{"b": ["\\u0000"]}]}', "control_character"),
    "NUL in a nested key": (b'[[{"a": {"\\u0000": 1}}]]', "control_character"),
    "a raw NUL": (b'{"a": "x\x00y"}', "control_character"),
    "a high surrogate alone": (b'"\\ud800"', "control_character"),
    "a low surrogate alone": (b'["\\udc00"]', "control_character"),
    "surrogates in the wrong order": (b'"\\udc00\\ud800"', "control_character"),
    "a surrogate in a key": (b'{"\\ud800": 1}', "control_character"),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "invalid_encoding"),
    "bad UTF-8": (b'{"a": "\xff"}', "invalid_encoding"),
    "cut UTF-8": (b'"\xc3', "invalid_encoding"),
    "overlong UTF-8": (b'"\xc0\x80"', "invalid_encoding"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "control_character"),
    "a BOM": (b'\xef\xbb\xbf{"a": 1}', "byte_order_mark"),
    "NaN": (b'{"a": NaN}', "invalid_number"),
    "Infinity": (b"Infinity", "invalid_number"),
    "minus Infinity": (b"[-Infinity]", "invalid_number"),
    "1e400": (b'{"a": 1e400}', "invalid_number"),
    "-1e400 deep inside": (b'{"a": [[{"b": -1e400}]]}', "invalid_number"),
    "1e19": (b"1e19", "invalid_number"),
    "-1e300 deep inside": (b'{"a": [-1e300]}', "invalid_number"),
    "2^63": (b"9223372036854775808", "invalid_number"),
    "-2^63 - 1": (b"-9223372036854775809", "invalid_number"),
    "2^70": (b"[1180591620717411303424]", "invalid_number"),
    "4,000 digits": (b"1" * 4000, "invalid_number"),
    "5,000 digits": (b"1" * 5000, "invalid_number"),
    "other digits": ("[٣]".encode(), "invalid_json"),
    "underscores in a number": (b"1_000", "invalid_json"),
    "a leading zero": (b"01", "invalid_json"),
    "33 levels": (b"[" * 33 + b"]" * 33, "too_deep"),
    "33 levels of objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
    "900 levels": (b"[" * 900 + b"]" * 900, "too_deep"),
    "2,400 levels": (b"[" * 2400 + b"]" * 2400, "too_deep"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "100,000 levels of objects": (b'{"a":' * 100_000, "too_deep"),
    "100,000 levels, never closed": (b"[" * 100_000, "too_deep"),
    "nothing": (b"", "empty_body"),
    "only white space": (b" \r\n\t", "empty_body"),
    "a trailing comma": (b'{"a": 1,}', "invalid_json"),
    "single quotes": (b"{'a': 1}", "invalid_json"),
    "a comment": (b"{} // no", "invalid_json"),
    "two values": (b"{} {}", "invalid_json"),
    "an unclosed object": (b'{"a": 1', "invalid_json"),
    "a raw control character": (b'"\x01"', "invalid_json"),
    "a raw line break in a text": (b'"a\nb"', "invalid_json"),
    "words": (b"hello", "invalid_json"),
}


@pytest.mark.parametrize(("raw", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_with_its_code(raw, code):
    for duplicates_refused in (False, True):
        with pytest.raises(Unreadable) as refused:
            read_json(raw, duplicates_refused=duplicates_refused)
        assert refused.value.code == code
        assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"1e18", 1e18),
        (b"-0.5", -0.5),
        (b"1e-400", 0.0),
        (b"null", None),
        (b"[true, false]", [True, False]),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\u0001\\u200b"', "\x01\u200b"),
        ('"Ø\U0001f600"'.encode(), "Ø😀"),
        (b"[" * 32 + b"]" * 32, None),
        (b' \n{"b": 1, "a": {}} ', {"b": 1, "a": {}}),
        (b'"\\\\u0000"', "\\u0000"),
    ],
)
def test_good_json_is_read(raw, value):
    read = read_json(raw)
    assert value is None or (read == value and type(read) is type(value))


def test_the_last_of_two_equal_keys_wins_unless_they_are_refused():
    raw = b'{"a": {"b": 1, "c": 2, "b": 3}}'
    assert read_json(raw) == {"a": {"b": 3, "c": 2}}
    with pytest.raises(Unreadable, match="“b” is given twice") as refused:
        read_json(raw, duplicates_refused=True)
    assert refused.value.code == "duplicate_key"


def test_comparing_many_keys_is_no_square():
    # One hundred thousand keys, each compared with each, would take hours.
    raw = b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b',"99999":2}'
    with pytest.raises(Unreadable):
        read_json(raw, duplicates_refused=True)


def test_the_place_of_a_mistake_is_told():
    with pytest.raises(Unreadable, match="line 2, column 7"):
        read_json(b'{"a":\n1, "b"}')


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"null", b"1", b"true"])
def test_an_object_is_asked_for_where_one_is_needed(raw):
    with pytest.raises(Unreadable) as refused:
        read_object(raw)
    assert refused.value.code == "invalid_type"
    assert read_object(b'{"a": null}') == {"a": None}


def test_json_is_written_in_the_order_given_with_times_in_utc_milliseconds():
    moment = datetime(2026, 2, 3, 16, 20, 0, 123999, tzinfo=UTC)
    value = {
        "b": moment,
        "a": UUID(int=1),
        "whole": Decimal("5.00"),
        "part": Decimal("5.25"),
        "day": date(2026, 2, 3),
        "text": gettext_lazy("name"),
    }
    assert write_json(value) == (
        b'{"b":"2026-02-03T16:20:00.123Z","a":"00000000-0000-0000-0000-000000000001",'
        b'"whole":5,"part":5.25,"day":"2026-02-03","text":"name"}'
    )


def test_what_has_no_json_form_is_never_written_as_its_repr():
    with pytest.raises(TypeError):
        write_json({"a": object()})
