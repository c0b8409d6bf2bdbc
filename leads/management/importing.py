"""The words of the import command: what may be said, and what it comes to."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.errors import Invalid, Problem
from leads.imports.asked import read_terms
from leads.imports.books import saved_mapping
from leads.imports.desk import Desk
from leads.imports.mapping import DIALECTS, ColumnMap, read_yaml
from leads.imports.naming import ColumnNames
from leads.imports.options import MATCH_KEYS, ON_MATCH, Options
from leads.imports.report import Kind
from leads.imports.rows import Opened, open_rows
from leads.imports.source import Source, find_source, spool
from leads.imports.writing import judge_terms
from leads.management import command

_TERMS: Final = ("match", "on_match", "assign", "disposition", "consent", "region")
_USUAL: Final = {"match": ",".join(MATCH_KEYS), "on_match": "skip"}


def add_reading(parser: ArgumentParser) -> None:
    parser.add_argument("--mapping", metavar="FILE", type=Path, help="what each column becomes, as YAML")
    parser.add_argument(
        "--show-mapping", action="store_true", help="print the mapping, to be edited, and stop"
    )
    parser.add_argument("--dialect", choices=DIALECTS, help="whose create bodies the JSON objects are")
    parser.add_argument(
        "--source",
        metavar="NAME",
        help="who sent the list: its mapping is kept and used again; the leads' source",
    )
    parser.add_argument("--region", metavar="XX", default="", help="the country of phone numbers without one")


def add_terms(parser: ArgumentParser) -> None:
    keys = ",".join(MATCH_KEYS)
    parser.add_argument("--match", metavar="KEYS", default=keys, help=f"what finds a lead, in order ({keys})")
    parser.add_argument(
        "--on-match", choices=ON_MATCH, default="skip", help="what to do with a lead found (skip)"
    )
    parser.add_argument("--tag", metavar="NAME", action="append", default=[], help="tag all; may be repeated")
    parser.add_argument("--assign", metavar="EMAIL", default="", help="the member who works them")
    parser.add_argument("--disposition", metavar="OUTCOME", default="", help="where they stand")
    parser.add_argument("--consent", metavar="BASIS", default="", help="on what basis they may be contacted")


def find_input(name: str, stack: ExitStack) -> Source:
    if name != "-":
        return find_source(Path(name))
    folder = stack.enter_context(tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR))
    path = Path(folder) / "stdin"
    spool(sys.stdin.buffer, path)
    return find_source(path)


def open_input(workspace: Workspace, source: Source, options: dict[str, Any]) -> Opened:
    if options["region"]:
        # Dates are read as the list's country writes them, as its numbers are.
        workspace.region = options["region"].upper()
    mapping = _mapping(workspace, options)
    try:
        opened = open_rows(source, workspace, mapping)
    except Invalid as refusal:
        is_kept = mapping is not None and not options["mapping"]
        words = _(
            "That is the mapping that is kept for “%s”. Look at this file with --show-mapping and without "
            "--source, and bring it with --mapping FILE, which is kept instead."
        )
        kept = [Problem("source", "other_columns", words % options["source"])] if is_kept else []
        raise command.refuse([*refusal.problems, *kept], command.UNREADABLE) from None
    if options["source"]:
        opened = replace(opened, mapping=opened.mapping.with_constants({"source": options["source"][:50]}))
    return opened


def _mapping(workspace: Workspace, options: dict[str, Any]) -> ColumnMap | None:
    if options["dialect"]:
        return ColumnMap(dialect=options["dialect"])
    if options["mapping"]:
        try:
            text = options["mapping"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", "") or error
            words = _("%(path)s cannot be read: %(why)s.") % {"path": options["mapping"], "why": why}
            raise command.unreadable("mapping", "unreadable", words) from None
        try:
            return read_yaml(text, Desk(workspace).definitions)
        except Invalid as refusal:
            raise command.refuse(refusal.problems, command.UNREADABLE) from None
    return saved_mapping(workspace, options["source"]) if options["source"] else None


def read_options(workspace: Workspace, options: dict[str, Any], actor: Actor) -> Options:
    """The terms, judged like those of a form."""
    asked = {name: str(options[name]) for name in (*_TERMS, "announce", "dry_run")}
    try:
        # Who runs commands may do what an owner may.
        terms = replace(read_terms(workspace, asked), tags=tuple(options["tag"]), may_override=True)
        judge_terms(workspace, actor, terms)
    except Invalid as refusal:
        raise command.refuse(refusal.problems, command.UNREADABLE) from None
    return terms


def judge_errors(path: Path | None, source: Source) -> None:
    """A file of refused rows may be corrected and imported; to write the next one over it would lose it."""
    if path is not None and path.exists() and path.samefile(source.path):
        words = _("%s is the file that is imported; name another one for the rows that are refused.")
        raise command.unreadable("errors", "same_file", words % path)


def open_errors(path: Path | None, stack: ExitStack) -> IO[str] | None:
    """Unreadable for others from its first byte on."""
    if path is None:
        return None
    try:
        return stack.enter_context(open(path, "w", encoding="utf-8", newline="", opener=_for_the_owner))
    except OSError as error:
        words = _("%(file)s cannot be written (%(why)s); name another file.")
        raise command.unreadable(
            "errors", "not_writable", words % {"file": path, "why": error.strerror}
        ) from None


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def how_to_go_on(options: dict[str, Any]) -> str:
    """The command for the file of refused rows, with the terms of this one."""
    words = ["manage.py", "import_leads", options["slug"], str(options["errors"])]
    for name in ("mapping", "dialect", "source", *_TERMS):
        if options[name] and options[name] != _USUAL.get(name):
            words += [f"--{name.replace('_', '-')}", str(options[name])]
    for tag in options["tag"]:
        words += ["--tag", tag]
    return shlex.join([*words, "--announce"] if options["announce"] else words)


def line_of(kind: Kind, columns: ColumnNames) -> str:
    """Why rows were not stored, by the column of the file, where one became the field."""
    column = columns.of(kind.field)
    where = f"{column} ({kind.field}): " if column and column != kind.field else ""
    where = where or (f"{kind.field}: " if kind.field else "")
    first = _("first in line %(line)s, like line %(same)s") if kind.same else _("first in line %(line)s")
    words = _("%(count)s × %(result)s, %(where)s%(message)s (%(code)s; %(first)s)")
    shown = {"count": f"{kind.count:>7,}", "result": kind.result, "where": where, "code": kind.code}
    shown |= {"message": kind.message, "first": first % {"line": kind.first, "same": kind.same}}
    return words % shown
