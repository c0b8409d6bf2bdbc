"""How far a long command is: a bar on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TextIO

from django.utils.translation import gettext as _

_REDRAWN = 0.2
_LOGGED = 10.0
_WIDTH = 28


class Progress:
    """`total` is in the same unit as `place`; without one there is no bar and no time left."""

    def __init__(self, total: int = 0, begun_at: int = 0, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._total = total
        self._began, self._begun_at = monotonic(), begun_at
        self._said = self._began
        self._is_drawn = False
        self._is_terminal = self._stream.isatty()

    def tell(self, rows: int, place: int, more: str = "") -> None:
        """`rows` done since this command began; `place` is how far that is."""
        moment = monotonic()
        if moment - self._said < (_REDRAWN if self._is_terminal else _LOGGED):
            return
        self._said = moment
        line = self._line(rows, place, more, moment - self._began)
        if self._is_terminal:
            self._stream.write(f"\r\x1b[K{line}")
            self._is_drawn = True
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def clear(self) -> None:
        if self._is_drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _line(self, rows: int, place: int, more: str, seconds: float) -> str:
        rate = rows / seconds if seconds else 0.0
        told = _("%(rows)s rows, %(rate)s a second") % {"rows": f"{rows:,}", "rate": f"{rate:,.0f}"}
        if self._total:
            share = min(place / self._total, 1.0)
            told += _(", %(left)s left") % {"left": self._left(share, place, seconds)}
            filled = int(share * _WIDTH)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            told = f"{bar} {share:4.0%}  {told}" if self._is_terminal else f"{share:4.0%}  {told}"
        return f"{told}  {more}" if more else told

    def _left(self, share: float, place: int, seconds: float) -> str:
        done = place - self._begun_at
        if done <= 0 or share >= 1:
            return "0:00"
        left = int(seconds * (self._total - place) / done)
        hours, rest = divmod(left, 3600)
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
