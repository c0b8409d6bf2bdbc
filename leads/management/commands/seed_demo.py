"""Fills the workspace `demo` with a desk and its leads, through the one writer."""

from __future__ import annotations

from argparse import ArgumentParser
from time import monotonic
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.management import command
from leads.management.demo.desk import open_desk
from leads.management.demo.seed import seed

_MOST: Final = 100_000
_WIDTH: Final = 30


class Command(command.Command):
    help = (
        "Fill the workspace “demo” with people, keys, a checklist, dispositions, tags and leads of every "
        "door. Running it again adds what is missing and changes nothing that is there; with a larger number "
        "it adds the rest. Refuses if a real workspace has this name."
    )
    example = "manage.py seed_demo --leads 5000"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--leads", type=int, default=300, metavar="N", help="how many, up to 100,000 (300)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        total = options["leads"]
        if not 0 <= total <= _MOST:
            raise command.unreadable("leads", "invalid_number", _("Write a number from 0 to 100000."))
        desk = open_desk(self.actor)
        progress = Progress(self, total)
        made = 0
        for done, new in seed(desk, total):
            made += new
            progress.show(done, made)
        progress.end()
        words = _("The demo has its %(total)d leads; %(made)d are new.")
        self.stdout.write(words % {"total": total, "made": made})


class Progress:
    """A bar on a terminal; in a log a plain line for every tenth part of what takes long."""

    def __init__(self, to: command.Command, total: int) -> None:
        self.to = to
        self.total = total
        self.began = monotonic()
        self.is_bar = to.stderr.isatty()
        self.next_line = max(total // 10, 2000)

    def show(self, done: int, made: int) -> None:
        if self.is_bar:
            filled = _WIDTH * done // self.total
            self._write(f"\r[{'#' * filled:<{_WIDTH}}] {self._words(done, made)} ", "")
        elif done >= self.next_line and done < self.total:
            self.next_line = done + max(self.total // 10, 2000)
            self._write(self._words(done, made), "\n")

    def end(self) -> None:
        if self.is_bar:
            self._write("", "\n")

    def _words(self, done: int, made: int) -> str:
        rate = made / max(monotonic() - self.began, 0.001)
        words = _("%(done)d of %(total)d leads, %(rate)d a second")
        return words % {"done": done, "total": self.total, "rate": rate}

    def _write(self, text: str, ending: str) -> None:
        self.to.stderr.write(text, lambda line: line, ending)
        self.to.stderr.flush()
