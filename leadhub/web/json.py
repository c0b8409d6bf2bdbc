"""The one strict JSON reader of every door that takes JSON, and the one writer of every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import NoReturn

import orjson
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext

DEEPEST = 32
_LEAST, _MOST = -(2**63), 2**63 - 1
_NUMBER, _NESTED = (int, float), (dict, list)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(Exception):
    """The body cannot be read; `code` is the fact, `message` the sentence for the caller."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_json(raw: bytes, *, duplicates_refused: bool = False) -> object:
    """What the body says, or Unreadable: nothing that a database or a reader would choke on gets past."""
    text = _decode(raw)
    try:
        value = (_UNIQUE if duplicates_refused else _LAST_WINS).decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(
            "invalid_json",
            gettext("The body is not valid JSON: look at line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno},
        ) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Python refuses to turn thousands of digits into a number.
        raise _bad_number() from None
    # Raw control characters were refused above, so NUL and lone surrogates can only come as escapes.
    _inspect(value, escapes="\\u" in text)
    return value


def read_object(raw: bytes, *, duplicates_refused: bool = False) -> dict[str, object]:
    """The same, for a door that takes nothing but a JSON object."""
    value = read_json(raw, duplicates_refused=duplicates_refused)
    if not isinstance(value, dict):
        raise Unreadable("invalid_type", gettext("The body is not a JSON object. Send one in braces."))
    return value


def write_json(value: object) -> bytes:
    """Keys as they were put in; times in UTC with milliseconds and Z; whole decimals without a point."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def show_time(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text[:-6] + "Z"


def json_response(
    value: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> HttpResponse:
    return HttpResponse(write_json(value), content_type=content_type, status=status, headers=headers)


def _decode(raw: bytes) -> str:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Unreadable(
            "byte_order_mark", gettext("The body starts with a byte order mark. Send it without one.")
        )
    if b"\x00" in raw:
        raise _bad_text()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Unreadable("invalid_encoding", gettext("The body is not UTF-8. Send it as UTF-8.")) from None
    if not text.strip(" \t\r\n"):
        raise Unreadable("empty_body", gettext("The body is empty. Send JSON."))
    return text


def _inspect(value: object, escapes: bool) -> None:
    """One walk, level by level, so that no depth of nesting can exhaust the stack."""
    level, depth = [value], 1
    while level:
        if escapes and any(isinstance(item, str) and _UNSTORABLE.search(item) for item in level):
            raise _bad_text()
        if any(isinstance(item, _NUMBER) and _is_unfit(item) for item in level):
            raise _bad_number()
        nested = [item for item in level if isinstance(item, _NESTED)]
        if nested and depth > DEEPEST:
            raise _too_deep()
        level, depth = [inner for item in nested for inner in _contents(item)], depth + 1


def _contents(item: dict[str, object] | list[object]) -> Iterable[object]:
    return chain(item, item.values()) if isinstance(item, dict) else item


def _is_unfit(number: float) -> bool:
    """Past 64 bits real numbers are whole, and PostgreSQL hands them back as integers too big to write."""
    return not _LEAST <= number <= _MOST


def _no_constant(name: str) -> NoReturn:
    raise _bad_number()


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for name, value in pairs:
        if name in result:
            raise Unreadable(
                "duplicate_key",
                gettext("The key “%(name)s” is given twice in one object. Give it once.")
                % {"name": name[:100]},
            )
        result[name] = value
    return result


_LAST_WINS = json.JSONDecoder(parse_constant=_no_constant)
_UNIQUE = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_no_duplicates)


def _bad_text() -> Unreadable:
    return Unreadable(
        "control_character",
        gettext("The body holds a NUL character or half a surrogate pair. Remove it."),
    )


def _bad_number() -> Unreadable:
    return Unreadable(
        "invalid_number",
        gettext("The body holds a number that is not finite, or past 64 bits. Send it as text."),
    )


def _too_deep() -> Unreadable:
    return Unreadable(
        "too_deep",
        gettext("The body is nested deeper than %(depth)d levels. Flatten it.") % {"depth": DEEPEST},
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return show_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
