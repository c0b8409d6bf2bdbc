"""Patterns of text items: what may be saved as one, and matching with a time bound.

A pattern is refused when its loops can read one text in exponentially many ways. That is decided on its
position automaton and not by trial, so no value has to find out; what is merely slow meets the time bound.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from re import _constants as op  # type: ignore[attr-defined]  # the parse tree is private, but stable since 3.11
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_PATTERN = 500
MATCH_SECONDS = 0.1

MAX_POSITIONS = 300
MAX_STEPS = 400_000
# A repeat that may vary by more than this is judged like an endless one.
WIDE_REPEAT = 10
# One character for each way of being a letter, digit or space that patterns tell apart, beside all of ASCII.
WITNESSES = "".join(map(chr, range(128))) + "éÉßжЖ中٣²\u00a0\u2028"


def clean_pattern(pattern: object) -> str:
    """The pattern as given, if it is a regular expression that is safe to run on what strangers send."""
    if not isinstance(pattern, str) or not pattern:
        raise ValidationError(_("Write the pattern as a text."), "invalid_type")
    if len(pattern) > MAX_PATTERN:
        raise ValidationError(_("A pattern has at most %d characters.") % MAX_PATTERN, "too_long")
    try:
        regex.compile(pattern)
        tree = _parser.parse(_spell_out_branches(pattern))
    except (regex.error, re.error, OverflowError, RecursionError, FutureWarning) as error:
        words = _("This is no regular expression (%s). Correct it or leave it out.") % error
        raise ValidationError(words, "invalid_pattern") from None
    _Automaton(tree).refuse_explosions()
    return pattern


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches; a text that takes too long is refused."""
    try:
        return _compiled(pattern).fullmatch(text, timeout=MATCH_SECONDS) is not None
    except TimeoutError:
        words = _(
            "Checking this value against its pattern took too long. Have the pattern of this item simplified."
        )
        raise ValidationError(words, "pattern_timeout") from None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the pattern: whether it may be empty, and the positions it can begin and end with."""

    empty: bool
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


_NOTHING = _Part(empty=True)
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


class _Automaton:
    """One state per character position. Parallel ways from one to the next are counted, not merged."""

    def __init__(self, tree: Any) -> None:
        self.letters: list[int] = []
        self.ways: Counter[tuple[int, int]] = Counter()
        self.alphabet = sorted({*WITNESSES, *_literals(tree)})
        self._ignore_case = bool(tree.state.flags & re.IGNORECASE)
        self._sequence(tree)

    def refuse_explosions(self) -> None:
        after: dict[int, list[int]] = defaultdict(list)
        for here, there in self.ways:
            after[here].append(there)
        for loop in _loops(range(len(self.letters)), after):
            inside = {state: [there for there in after[state] if there in loop] for state in loop}
            if self._two_ways(inside):
                words = _(
                    "This pattern can read one text in so many ways that checking it may never end. "
                    "Write its repeated parts so that each begins or ends with a character of its own."
                )
                raise ValidationError(words, "catastrophic_pattern")

    def _two_ways(self, after: dict[int, list[int]]) -> bool:
        """Whether some text leads from a state of the loop back to it in two ways."""
        if any(self.ways[here, there] > 1 for here, targets in after.items() for there in targets):
            return True
        seen: set[tuple[int, int]] = set()
        todo = [(state, state) for state in after]
        steps = 0
        while todo:
            left, right = todo.pop()
            for one in after[left]:
                for other in after[right]:
                    steps += 1
                    if one == other and left != right:
                        return True
                    pair = (one, other)
                    if one != other and pair not in seen and self.letters[one] & self.letters[other]:
                        seen.add(pair)
                        todo.append(pair)
            if steps > MAX_STEPS:
                raise _too_complicated()
        return False

    def _sequence(self, nodes: Iterable[Any]) -> _Part:
        return reduce(self._join, map(self._part, nodes), _NOTHING)

    def _join(self, left: _Part, right: _Part) -> _Part:
        self._connect(left.last, right.first)
        return _Part(
            left.empty and right.empty,
            left.first + right.first if left.empty else left.first,
            right.last + left.last if right.empty else right.last,
        )

    def _connect(self, lasts: tuple[int, ...], firsts: tuple[int, ...]) -> None:
        if len(lasts) * len(firsts) + len(self.ways) > MAX_STEPS:
            raise _too_complicated()
        self.ways.update((last, first) for last in lasts for first in firsts)

    def _part(self, node: Any) -> _Part:
        code, argument = node
        if code in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
            return self._letter(code, argument)
        if code in _REPEATS:
            return self._repeat(*argument)
        if code is op.BRANCH:
            parts = [self._sequence(branch) for branch in argument[1]]
            return _Part(
                any(part.empty for part in parts),
                tuple(state for part in parts for state in part.first),
                tuple(state for part in parts for state in part.last),
            )
        if code is op.SUBPATTERN:
            return self._group(*argument[1:])
        if code is op.ATOMIC_GROUP:
            return self._sequence(argument)
        if code in (op.ASSERT, op.ASSERT_NOT):
            # What is looked at is read apart from the text itself, but its own loops are judged all the same.
            self._sequence(argument[1])
            return _NOTHING
        if code is op.AT:
            return _NOTHING
        words = _(
            "A pattern may not refer back to its own groups. Write the repeated text out, or leave it free."
        )
        raise ValidationError(words, "invalid_pattern")

    def _letter(self, code: Any, argument: Any) -> _Part:
        if len(self.letters) >= MAX_POSITIONS:
            raise _too_complicated()
        accepts = _accepts(code, argument)
        mask = 0
        for bit, letter in enumerate(self.alphabet):
            if accepts(letter) or (self._ignore_case and accepts(letter.swapcase()[0])):
                mask |= 1 << bit
        self.letters.append(mask)
        state = (len(self.letters) - 1,)
        return _Part(False, state, state)

    def _repeat(self, least: int, most: int, body: Any) -> _Part:
        whole = _NOTHING
        if most - least > WIDE_REPEAT or (most > WIDE_REPEAT and _repeats_freely(body)):
            copies = 0 if _repeats_freely(body) else max(least, 1) - 1
            for _copy in range(copies):
                whole = self._join(whole, self._sequence(body))
            last = self._sequence(body)
            self._connect(last.last, last.first)
            return self._join(whole, _Part(last.empty or least == 0, last.first, last.last))
        optional = _NOTHING
        for _copy in range(most - least):
            tail = self._join(self._sequence(body), optional)
            optional = _Part(True, tail.first, tail.last)
        for _copy in range(least):
            whole = self._join(whole, self._sequence(body))
        return self._join(whole, optional)

    def _group(self, more: int, fewer: int, body: Any) -> _Part:
        before = self._ignore_case
        self._ignore_case = (before or bool(more & re.IGNORECASE)) and not fewer & re.IGNORECASE
        part = self._sequence(body)
        self._ignore_case = before
        return part


def _too_complicated() -> ValidationError:
    return ValidationError(
        _("This pattern is too complicated to be judged. Write a shorter one."), "too_complicated"
    )


def _spell_out_branches(pattern: str) -> str:
    """The same pattern with a mark at each alternative.

    The standard parser folds `(a|a)` into one letter, the engine that matches does not; the mark prevents it.
    """
    pieces = re.findall(r"\\.|\(\?#[^)]*\)|\[\^?\]?(?:\\.|[^\]\\])*\]|.", pattern, re.DOTALL)
    return "".join("|(?=)" if piece == "|" else piece for piece in pieces)


def _accepts(code: Any, argument: Any) -> Callable[[str], bool]:
    if code is op.ANY:
        return lambda letter: True
    if code is op.LITERAL:
        return lambda letter: ord(letter) == argument
    if code is op.NOT_LITERAL:
        return lambda letter: ord(letter) != argument
    negated = argument[0][0] is op.NEGATE
    tests = [_member(*item) for item in argument[negated:]]
    return lambda letter: any(test(letter) for test in tests) != negated


def _member(code: Any, argument: Any) -> Callable[[str], bool]:
    if code is op.RANGE:
        return lambda letter: argument[0] <= ord(letter) <= argument[1]
    if code is op.CATEGORY:
        kind = str(argument).removeprefix("CATEGORY_")
        negated = kind.startswith("NOT_")
        test = _CATEGORIES[kind.removeprefix("NOT_")]
        return lambda letter: test(letter) != negated
    return lambda letter: ord(letter) == argument


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda letter: letter.isalnum() or letter == "_",
}


def _repeats_freely(tree: Any) -> bool:
    """Whether the piece holds a repeat that is judged like an endless one."""
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple) and len(node) == 2 and node[0] in _REPEATS:
            if node[1][1] - node[1][0] > WIDE_REPEAT:
                return True
            todo.append(node[1][2])
        elif isinstance(node, tuple | list | _parser.SubPattern):
            todo.extend(node)
    return False


def _literals(tree: Any) -> set[str]:
    """The characters that the pattern names, so that each has a witness."""
    found: set[str] = set()
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple) and len(node) == 2 and node[0] in (op.LITERAL, op.NOT_LITERAL):
            found.add(chr(node[1]))
        elif isinstance(node, tuple) and len(node) == 2 and node[0] is op.RANGE:
            found.update(map(chr, node[1]))
        elif isinstance(node, tuple | list | _parser.SubPattern):
            todo.extend(node)
    return found


def _loops(states: Iterable[int], after: dict[int, list[int]]) -> list[set[int]]:
    """The sets of states that can all reach one another."""
    reach = {state: _reachable(state, after) for state in states}
    loops: list[set[int]] = []
    placed: set[int] = set()
    for state in states:
        if state in placed or state not in reach[state]:
            continue
        loop = {other for other in reach[state] if state in reach[other]}
        placed |= loop
        loops.append(loop)
    return loops


def _reachable(start: int, after: dict[int, list[int]]) -> set[int]:
    found: set[int] = set()
    todo = [start]
    while todo:
        fresh = set(after[todo.pop()]) - found
        found |= fresh
        todo.extend(fresh)
    return found
