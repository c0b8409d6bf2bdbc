"""The words of the import command: what may be said, and what it comes to."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Membership, Workspace
from leads.errors import Invalid
from leads.imports.books import saved_mapping
from leads.imports.desk import Desk
from leads.imports.mapping import DIALECTS, ColumnMap, read_yaml
from leads.imports.options import MATCH_KEYS, ON_MATCH, Options
from leads.imports.rows import Opened, open_rows
from leads.imports.source import Source, find_source, spool
from leads.management import command


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
    opened = open_rows(source, workspace, _mapping(workspace, options))
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
            words = _("%(path)s cannot be read: %(why)s.") % {"path": options["mapping"], "why": error}
            raise command.unreadable("mapping", "unreadable", words) from None
        try:
            return read_yaml(text, Desk(workspace).definitions)
        except Invalid as refusal:
            raise command.refuse(refusal.problems, command.UNREADABLE) from None
    return saved_mapping(workspace, options["source"]) if options["source"] else None


def read_options(workspace: Workspace, options: dict[str, Any]) -> Options:
    keys = tuple(key.strip() for key in options["match"].split(",") if key.strip())
    if unknown := [key for key in keys if key not in MATCH_KEYS]:
        words = _("Name some of %(known)s, and not %(unknown)s.")
        shown = {"known": ", ".join(MATCH_KEYS), "unknown": ", ".join(unknown)}
        raise command.unreadable("match", "invalid_choice", words % shown)
    return Options(
        match=keys,
        on_match=options["on_match"],
        dry_run=options["dry_run"],
        tags=tuple(options["tag"]),
        assignee=_member(workspace, options["assign"]) if options["assign"] else None,
        disposition=Desk(workspace).outcome(options["disposition"]) if options["disposition"] else "",
        consent=options["consent"],
        region=options["region"].upper(),
        announce=options["announce"],
    )


def _member(workspace: Workspace, email: str) -> Any:
    rows = Membership.objects.filter(workspace=workspace, left_at=None, user__email__iexact=email.strip())
    found = rows.values_list("user_id", flat=True).first()
    if found is None:
        words = _("Nobody in the workspace has the email %s.") % email
        raise command.unreadable("assign", "not_found", words)
    return found
