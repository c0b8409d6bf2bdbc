"""JSON and JSON Lines: one object at a time, out of a list wherever in the document it stands."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from leadhub.web.json import Unreadable as NotJson
from leadhub.web.json import read_json
from leads.errors import Problem
from leads.imports.source import MIB, Unreadable

LONGEST_OBJECT: Final = MIB
_CHUNK: Final = 256 * 1024
_DEEPEST: Final = 16
_SPACE: Final = " \t\r\n"

# Where it stands, and the object, or why it is none.
Found = tuple[int, dict[str, object] | Problem]


def read_lines(file: BinaryIO) -> Iterator[Found]:
    """JSON Lines: a bad line is a bad line, and the next one is read."""
    number = 0
    while raw := file.readline(LONGEST_OBJECT + 1):
        number += 1
        if len(raw) > LONGEST_OBJECT:
            words = _("Line %(line)d is longer than %(size)d MiB.")
            raise Unreadable("line_too_long", words % {"line": number, "size": LONGEST_OBJECT // MIB})
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if raw.strip():
            yield number, _object(raw)


def read_list(file: BinaryIO) -> Iterator[Found]:
    """The objects of the first list of objects, counted from 1."""
    text = _Text(file)
    text.find_list()
    number = 0
    while text.next_is_value():
        number += 1
        yield number, _object(text.take_value(number).encode("utf-8", "surrogatepass"))


def _object(raw: bytes) -> dict[str, object] | Problem:
    try:
        # Which of two values is meant nobody can tell, and one would be lost.
        value = read_json(raw, duplicates_refused=True)
    except NotJson as refusal:
        return Problem("", refusal.code, refusal.message)
    if isinstance(value, dict):
        return value
    return Problem("", "invalid_type", _("This is no JSON object."))


class _Text:
    """The document through a window that is never wider than a few objects."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder()
        self._held = ""
        self._at = 0
        self._is_over = False

    def find_list(self) -> None:
        """Go into objects, past their plain values, up to a list of objects (or an empty one)."""
        for _depth in range(_DEEPEST):
            match self._peek():
                case "[":
                    self._at += 1
                    if self._peek() in {"{", "]"}:
                        return
                    raise self._no_list()
                case "{":
                    self._at += 1
                    self._skip_to_nested()
                case _:
                    raise self._no_list()
        raise self._no_list()

    def _skip_to_nested(self) -> None:
        while self._peek() != "}":
            self.take_value(0)
            self._expect(":")
            if self._leads_on():
                return
            self.take_value(0)
            if self._peek() == ",":
                self._at += 1
        raise self._no_list()

    def _leads_on(self) -> bool:
        """A list of plain values, or an object, as a rule holds what is said of the list: paging, status."""
        first = self._peek()
        if first == "[":
            return self._after("[") in {"{"}
        if first != "{":
            return False
        # An object leads on only if there is a list of objects in it.
        try:
            value, _end = self._decode(0)
        except Unreadable:
            return True  # too large to be anything else
        return isinstance(value, dict) and _holds_list(value)

    def next_is_value(self) -> bool:
        char = self._peek()
        if char == ",":
            self._at += 1
            char = self._peek()
        return char not in {"]", ""} or (char == "" and self._raise_cut())

    def _raise_cut(self) -> bool:
        raise Unreadable("cut_short", _("The file ends in the middle of its list; it was cut short."))

    def take_value(self, number: int) -> str:
        """The text of the value at hand."""
        self._peek()
        _value, end = self._decode(number)
        found = self._held[self._at : end]
        self._at = end
        return found

    def _decode(self, number: int) -> tuple[object, int]:
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._at)
                if end < len(self._held) or self._is_over:
                    return value, end
            except RecursionError:
                raise Unreadable("too_deep", _("The file is nested too deep.")) from None
            except ValueError as error:
                if self._is_over or self._is_wrong(error):
                    raise self._not_json(number) from None
            if len(self._held) - self._at > 2 * LONGEST_OBJECT:
                words = _("Object %(number)d is larger than %(size)d MiB.")
                shown = {"number": number, "size": LONGEST_OBJECT // MIB}
                raise Unreadable("object_too_large", words % shown)
            self._fill()

    def _is_wrong(self, error: ValueError) -> bool:
        """What is wrong well before the end of the window does not come right with more of the document."""
        at = getattr(error, "pos", len(self._held))
        return "Unterminated" not in str(error) and at < len(self._held) - 16

    def _fill(self) -> None:
        raw = self._file.read(_CHUNK)
        self._is_over = not raw
        try:
            more = self._decoder.decode(raw, final=self._is_over)
        except UnicodeDecodeError:
            raise Unreadable("invalid_encoding", _("The file is not UTF-8; save it as UTF-8.")) from None
        self._held = self._held[self._at :] + more
        self._at = 0

    def _peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if self._is_over:
                return ""
            self._fill()

    def _after(self, char: str) -> str:
        """The character behind this one, without going there."""
        assert self._held[self._at] == char
        if len(self._held) - self._at < _CHUNK and not self._is_over:
            self._fill()
        return self._held[self._at + 1 :].lstrip(_SPACE)[:1]

    def _expect(self, char: str) -> None:
        if self._peek() != char:
            raise self._not_json(0)
        self._at += 1

    def _not_json(self, number: int) -> Unreadable:
        words = _("The file is not valid JSON from its object %d on.") % max(number, 1)
        return Unreadable("invalid_json", words)

    def _no_list(self) -> Unreadable:
        return Unreadable("no_list", _("There is no list of objects in this file."))


def _holds_list(value: dict[str, object]) -> bool:
    level: list[object] = [value]
    for _depth in range(_DEEPEST):
        if any(isinstance(one, list) and one and isinstance(one[0], dict) for one in level):
            return True
        level = [inner for one in level if isinstance(one, dict) for inner in one.values()]
    return False
