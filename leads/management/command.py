"""What our commands share: what `--help` shows, refusals as lines on standard error, and three exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ActorKind, ByEmail, ById, ByPhone, Where
from leads.errors import Invalid, LeadError, Problem

# 0 is done.
REFUSED: Final = 1
UNREADABLE: Final = 2


_CODES: Final = "exit code: 0 done; 1 refused, with one line per problem on standard error; 2 bad arguments"


class _Formatter(DjangoHelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """An example keeps its lines; the rest is wrapped."""
        return text if "\n" in text else super()._fill_text(text, width, indent)


class Command(BaseCommand):
    """A command whose refusals are no tracebacks: one line per problem, `field: sentence (code)`."""

    example = ""

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.SYSTEM, type(self).__module__.rpartition(".")[2], "command")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs["formatter_class"] = _Formatter
        kwargs["epilog"] = f"example:\n  {self.example}\n\n{_CODES}"
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        # With --traceback Django hands a refusal on instead of printing it behind the name of its class.
        told = "--traceback" in argv
        try:
            super().run_from_argv(argv if told else [*argv[:2], "--traceback", *argv[2:]])
        except CommandError as refusal:
            if told:
                raise
            if str(refusal):
                self.stderr.write(str(refusal), lambda line: line)
            sys.exit(refusal.returncode)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Invalid as refusal:
            raise refuse(refusal.problems) from refusal
        except LeadError as refusal:
            code = getattr(refusal, "reason", refusal.code)
            raise refuse([Problem("", code, refusal.message)]) from refusal


def refuse(problems: Iterable[Problem], returncode: int = REFUSED) -> CommandError:
    return CommandError("\n".join(map(_line, problems)), returncode=returncode)


def unreadable(field: str, code: str, message: str) -> CommandError:
    """An argument, or what it names, cannot be used at all."""
    return refuse([Problem(field, code, message)], UNREADABLE)


def find_workspace(slug: str) -> Workspace:
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:20])
        words = _("There is no workspace %(slug)s; name one of: %(known)s.")
        raise unreadable("slug", "not_found", words % {"slug": slug, "known": known or _("none yet")})
    return workspace


def read_where(text: str) -> Where:
    """Which lead is meant: its id in either form, or else its email or its phone."""
    if parse_id(text) is not None:
        return ById(text)
    return ByEmail(text) if "@" in text else ByPhone(text)


def _line(problem: Problem) -> str:
    sentence = f"{problem.message} ({problem.code})"
    return f"{problem.field}: {sentence}" if problem.field else sentence


def quiet(returncode: int) -> CommandError:
    """Everything is said already; only the exit code is left."""
    return CommandError("", returncode=returncode)
