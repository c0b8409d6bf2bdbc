"""Exports leads to a file that can be imported again without loss."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.imports.export import FORMATS, format_of, write_export
from leads.management import command
from leads.management.progress import Progress
from leads.queries.filters import LeadFilter
from leads.queries.json_filters import ANSWER, METADATA


class Command(command.Command):
    help = (
        "Write the leads of a workspace to FILE: .csv, .xlsx or .jsonl, or - for standard output. Without "
        "filters, all live leads that are not archived; --archived all adds those."
    )
    example = "manage.py export_leads acme qualified.csv --stage qualified --tag fair"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="WORKSPACE", help="the workspace's short name")
        parser.add_argument("file", metavar="FILE", help="where to write them; - for standard output")
        parser.add_argument("--format", choices=FORMATS, help="if the name of the file does not say it")
        parser.add_argument("--ids", action="store_true", help="with each lead's id and times of its own")
        parser.add_argument("--force", action="store_true", help="write over a file that is there")
        filters = parser.add_argument_group(
            "filters", "as in the list of leads; those in plural may be repeated"
        )
        for name in LeadFilter.base_filters:
            flags = list(dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}")))
            filters.add_argument(*flags, dest=f"filter_{name}", metavar="VALUE", action="append")
        filters.add_argument(
            "--where", metavar="NAME=VALUE", action="append", default=[], help="metadata.KEY or answer.CODE"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        name = options["file"]
        format = options["format"] or ("csv" if name == "-" else format_of(name))
        filters = LeadFilter(_wanted(options), workspace=workspace)
        if problems := filters.problems:
            raise command.refuse(problems, command.UNREADABLE)
        if name == "-":
            self._write_out(workspace, filters, format, options)
            return
        progress = Progress()
        with _open(Path(name), force=options["force"]) as stream:
            count = write_export(
                workspace,
                filters,
                format,
                stream,
                ids=options["ids"],
                progress=lambda count: progress.tell(count, count),
            )
        progress.clear()
        self.stdout.write(_("Leads in %(file)s: %(count)s.") % {"count": f"{count:,}", "file": name})

    def _write_out(
        self, workspace: Workspace, filters: LeadFilter, format: str, options: dict[str, Any]
    ) -> None:
        try:
            write_export(workspace, filters, format, sys.stdout.buffer, ids=options["ids"])
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever reads it has enough, as `head` has; what is still held is not to be tried again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise command.quiet(command.REFUSED) from None


def _wanted(options: dict[str, Any]) -> dict[str, Any]:
    """A filter that takes one value takes the last one said."""
    found: dict[str, Any] = {}
    for name, one in LeadFilter.base_filters.items():
        values = options.get(f"filter_{name}")
        if values is not None:
            values = values if isinstance(values, list) else [values]
            found[name] = values if type(one).__name__ == "Several" else values[-1]
    for pair in options["where"]:
        name, equals, value = pair.partition("=")
        if not equals or not name.startswith((METADATA, ANSWER)):
            words = _("Write --where metadata.KEY=VALUE or --where answer.CODE=VALUE.")
            raise command.unreadable("where", "invalid", words)
        found[name] = value
    return found


@contextmanager
def _open(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Unreadable for others from its first byte on. Half an export is none, so it does not stay."""
    try:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
        opened = os.open(path, flags, 0o600)
    except OSError as error:
        words = _("%(file)s cannot be written (%(why)s); name another file, or say --force.")
        shown = {"file": path, "why": error.strerror}
        raise command.unreadable("file", "not_writable", words % shown) from error
    with open(opened, "wb") as stream:
        try:
            yield stream
        except BaseException:
            if not force:
                path.unlink(missing_ok=True)
            raise
