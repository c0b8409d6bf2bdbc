"""Loads a checklist from a definition file: prints what differs, then applies it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from checklists.errors import InvalidDefinitions
from checklists.files import parse_checklist
from checklists.specs import ChecklistSpec
from leads.changes.definitions import apply_definitions, as_invalid
from leads.management import command


class Command(command.Command):
    help = (
        "Make the checklist of a workspace the one in FILE (YAML, or JSON if it ends in .json). "
        "The differences are printed before they are applied. What is not in the file is archived; "
        "answers are never deleted. Loading the same file again changes nothing."
    )
    example = "manage.py load_checklist acme checklist.yaml --dry-run"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="the definitions; dump_checklist prints some"
        )
        parser.add_argument("--dry-run", action="store_true", help="print the differences and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        wanted = read_file(options["file"])
        planned = apply_definitions(workspace, self.actor, wanted, dry_run=True)
        for line in planned.lines or [_("Nothing differs.")]:
            self.stdout.write(line)
        if planned.differences and not options["dry_run"]:
            # What was printed is what is applied: a change by somebody else in between is refused.
            seen = workspace.definitions_revision
            applied = apply_definitions(workspace, self.actor, wanted, seen_revision=seen)
            self.stdout.write(_("Applied; the checklist is at revision %d.") % applied.revision)


def read_file(path: Path) -> ChecklistSpec:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        words = _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        raise command.unreadable("file", "unreadable", words) from None
    except UnicodeDecodeError:
        words = _("%s is not UTF-8. Save it as UTF-8.") % path
        raise command.unreadable("file", "unreadable", words) from None
    try:
        return parse_checklist(text, as_json=path.suffix.lower() == ".json")
    except InvalidDefinitions as refusal:
        raise as_invalid(refusal) from None
