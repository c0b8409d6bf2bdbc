"""Imports a file of leads: rehearses, runs, resumes and reports, so that every row is accounted for."""

from __future__ import annotations

import json
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.errors import NotFound, Problem, Refused
from leads.imports.books import (
    about,
    earlier,
    find_batch,
    open_batch,
    reopen,
    save_mapping,
)
from leads.imports.mapping import write_yaml
from leads.imports.naming import ColumnNames
from leads.imports.report import (
    Causes,
    Kind,
    as_told,
    causes_of,
    counts_of,
    error_file,
    notices_of,
    write_errors,
)
from leads.imports.row import Row
from leads.imports.rows import Opened
from leads.imports.running import run_import
from leads.imports.source import Source, Unreadable
from leads.imports.verdicts import Verdict
from leads.management import command
from leads.management.importing import (
    add_reading,
    add_terms,
    find_input,
    how_to_go_on,
    judge_errors,
    line_of,
    open_errors,
    open_input,
    read_options,
)
from leads.management.progress import Progress
from leads.models import ImportBatch


class Command(command.Command):
    help = (
        "Import CSV, TSV, XLSX, JSON or JSON Lines, packed by gzip or not, or - for standard input. Every "
        "row is created, updated, unchanged, skipped or refused, and the report adds up. Begin with "
        "--show-mapping, then --dry-run, which judges every row and stores none."
    )
    example = "manage.py import_leads acme fair.csv --source fair --tag fair-2026 --errors refused.csv"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="WORKSPACE", help="the workspace's short name")
        parser.add_argument("file", metavar="FILE", help="the file, or - for standard input")
        add_reading(parser)
        add_terms(parser)
        parser.add_argument("--dry-run", action="store_true", help="judge every row and store none")
        parser.add_argument(
            "--errors", metavar="FILE", type=Path, help="where refused rows go, to be corrected"
        )
        parser.add_argument(
            "--jobs", metavar="N", type=_jobs, default=1, help="processes in all; one writes, the others read"
        )
        parser.add_argument("--resume", metavar="BATCH", help="go on with an import that was broken off")
        parser.add_argument(
            "--again", action="store_true", help="although this very file was imported before"
        )
        parser.add_argument("--announce", action="store_true", help="send the events of each lead, too")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        with ExitStack() as stack:
            try:
                source = find_input(options["file"], stack)
                self._handle(workspace, source, options)
            except Unreadable as refusal:
                raise command.unreadable("file", refusal.reason, refusal.message) from None

    def _handle(self, workspace: Workspace, source: Source, options: dict[str, Any]) -> None:
        judge_errors(options["errors"], source)
        if options["resume"]:
            try:
                batch = find_batch(workspace, options["resume"])
            except NotFound as refusal:
                raise command.unreadable("resume", refusal.code, refusal.message) from None
            opened = reopen(batch, source)
        else:
            opened = open_input(workspace, source, options)
            if options["show_mapping"]:
                self.stdout.write(
                    write_yaml(opened.mapping, [*opened.layout.warnings, *opened.notes]), ending=""
                )
                return
            batch = self._begin(opened, options)
        self._warn((*opened.layout.warnings, *opened.notes))
        self._run(batch, opened, options)

    def _warn(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stderr.write(line, lambda text: text)

    def _begin(self, opened: Opened, options: dict[str, Any]) -> ImportBatch:
        wanted = read_options(opened.workspace, options, self.actor)
        file_hash = opened.source.hash()
        before = None if wanted.dry_run or options["again"] else earlier(opened.workspace, file_hash)
        if before is not None and not _may_go_on(before):
            raise _met(before)
        if options["source"] and not wanted.dry_run:
            save_mapping(opened.workspace, options["source"], opened.mapping)
        return open_batch(opened, wanted, keep=not wanted.dry_run, file_hash=file_hash)

    def _run(self, batch: ImportBatch, opened: Opened, options: dict[str, Any]) -> None:
        causes = Causes()
        is_kept = not batch._state.adding
        with ExitStack() as stack:
            errors = open_errors(options["errors"], stack)
            report = None if is_kept else _rehearsal(batch, causes, errors)
            told = list(opened.layout.warnings)
            is_over = batch.state == ImportBatch.State.FINISHED
            broken = None if is_over else self._go(batch, opened, report, options["jobs"])
            if is_kept:
                if errors is not None:
                    write_errors(batch, errors)
                causes = causes_of(batch)
        self._warn(line for line in opened.layout.warnings if line not in told)
        self._tell(batch, causes, options, broken)

    def _go(self, batch: ImportBatch, opened: Opened, report: Any, jobs: int) -> Unreadable | None:
        """Why the file could not be read to its end, if so. Ctrl-C ends it behind the rows at hand."""
        stopped: list[int] = []
        before = {
            number: signal.signal(number, lambda number, _frame: stopped.append(number))
            for number in _SIGNALS
        }
        done, progress = batch.read, Progress(about(batch).lines, batch.next_row)
        try:
            run_import(
                batch,
                opened,
                progress=lambda at: progress.tell(at.read - done, at.next_row, _so_far(at)),
                stop=lambda: bool(stopped),
                report=report,
                jobs=jobs,
            )
        except Unreadable as refusal:
            return refusal
        except Refused as refusal:
            if batch.read > done:
                raise
            raise command.unreadable("resume", refusal.reason, refusal.message) from None
        finally:
            progress.clear()
            for number, handler in before.items():
                signal.signal(number, handler)
        return None

    def _tell(
        self, batch: ImportBatch, causes: Causes, options: dict[str, Any], broken: Unreadable | None
    ) -> None:
        counts = counts_of(batch)
        if options["json"]:
            told: dict[str, Any] = {
                "import": None if batch._state.adding else str(batch.pk),
                "state": str(batch.state),
                **counts,
            }
            told |= {"dry_run": bool(batch.options["dry_run"]), "error": broken.message if broken else None}
            told["causes"] = [_as_json(kind) for kind in causes.most(200)]
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._print(batch, counts, causes, options)
        if broken is not None:
            words = _("%(why)s What stands before it is stored.") if counts["read"] else "%(why)s"
            code = command.REFUSED if counts["read"] else command.UNREADABLE
            problem = Problem("file", broken.reason, words % {"why": broken.message})
            raise command.refuse([problem], code)
        if counts["refused"] or batch.state == ImportBatch.State.CANCELLED:
            sys.stdout.flush()
            raise command.quiet(command.REFUSED)

    def _print(
        self, batch: ImportBatch, counts: dict[str, int], causes: Causes, options: dict[str, Any]
    ) -> None:
        head = _("Rehearsed; nothing was stored.") if batch.options["dry_run"] else _("Import %s.") % batch.pk
        self.stdout.write(head)
        read = counts.pop("read")
        parts = " + ".join(f"{number:,} {name}" for name, number in counts.items())
        self.stdout.write(_("%(read)s rows read = %(parts)s.") % {"read": f"{read:,}", "parts": parts})
        counts["read"] = read
        for line in notices_of(batch):
            self.stdout.write(line)
        columns = ColumnNames(batch)
        for kind in causes.most(60):
            self.stdout.write(line_of(kind, columns))
        if options["errors"] and counts["refused"]:
            words = _("Refused rows: %(file)s. Correct them there, and import that file: %(how)s")
            self.stdout.write(words % {"file": options["errors"], "how": how_to_go_on(options)})
        if batch.state == ImportBatch.State.CANCELLED:
            words = _("Broken off.")
            if not batch._state.adding:
                words += " " + _("Go on with: manage.py import_leads %(slug)s %(file)s --resume %(id)s")
            self.stdout.write(words % {"slug": options["slug"], "file": options["file"], "id": batch.pk})


_MOST_JOBS = 64


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_JOBS):
        raise ArgumentTypeError(_("say how many, from 1 to %d") % _MOST_JOBS)
    return int(text)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _met(before: ImportBatch) -> CommandError:
    shown = {"day": f"{before.created_at:%Y-%m-%d}", "id": before.pk, "rows": f"{before.read:,}"}
    if before.state == ImportBatch.State.FINISHED:
        words = _("This file was imported on %(day)s as %(id)s; --again imports it once more.")
        return command.unreadable("file", "already_imported", words % shown)
    words = _(
        "An import of this file was begun on %(day)s, and %(rows)s rows of it are stored; "
        "go on with --resume %(id)s, or begin anew with --again."
    )
    return command.unreadable("file", "not_finished", words % shown)


def _may_go_on(before: ImportBatch) -> bool:
    """The same file twice is asked about where somebody can answer."""
    if before.state != ImportBatch.State.FINISHED or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    words = _("This file was imported on %(day)s (%(created)d created). Import it again? [y/N] ")
    sys.stderr.write(words % {"day": f"{before.created_at:%Y-%m-%d %H:%M}", "created": before.created})
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _rehearsal(batch: ImportBatch, causes: Causes, errors: IO[str] | None) -> Callable[[Row, Verdict], None]:
    file = error_file(batch, errors) if errors is not None else None

    def told(row: Row, verdict: Verdict) -> None:
        line, columns, problems = as_told(row, verdict)
        causes.add(line, verdict.result, problems)
        if file is not None and verdict.result == "refused":
            file.add(line, columns, problems)

    return told


def _so_far(batch: ImportBatch) -> str:
    return _("%(created)s new, %(updated)s updated, %(refused)s refused") % {
        name: f"{getattr(batch, name):,}" for name in ("created", "updated", "refused")
    }


def _as_json(kind: Kind) -> dict[str, Any]:
    names = ("result", "field", "code", "message", "count")
    return {**{name: getattr(kind, name) for name in names}, "first_line": kind.first}
