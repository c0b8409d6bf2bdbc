"""Loads a checklist from a definition file: prints what differs, then applies it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from checklists.errors import InvalidDefinitions
from checklists.files import parse_checklist
from checklists.specs import ChecklistSpec
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ActorKind
from leads.changes.definitions import apply_definitions
from leads.errors import Invalid, Stale


class Command(BaseCommand):
    help = (
        "Make the checklist of a workspace the one in FILE (YAML, or JSON if it ends in .json). Prints the "
        "differences first. Items that are not in the file are archived; answers are never deleted. "
        "Loading the same file again changes nothing. Exit code 1: the file has problems, each on a line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", metavar="SLUG", help="the workspace's slug")
        parser.add_argument("file", metavar="FILE", type=Path, help="the definition file")
        parser.add_argument("--dry-run", action="store_true", help="print the differences and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = find_workspace(options["workspace"])
        path: Path = options["file"]
        actor = Actor(ActorKind.SYSTEM, "load_checklist", "command")
        try:
            wanted = parse_checklist(read_text(path), as_json=path.suffix.lower() == ".json")
            planned = apply_definitions(workspace, actor, wanted, dry_run=True)
            for line in planned.lines or [_("Nothing differs.")]:
                self.stdout.write(line)
            if planned.differences and not options["dry_run"]:
                self._apply(workspace, actor, wanted)
        except InvalidDefinitions as refusal:
            raise CommandError("\n".join(map(str, refusal.faults)), returncode=1) from None
        except Invalid as refusal:
            lines = [f"{one.field}: {one.message}" if one.field else one.message for one in refusal.problems]
            raise CommandError("\n".join(lines), returncode=1) from None

    def _apply(self, workspace: Workspace, actor: Actor, wanted: ChecklistSpec) -> None:
        try:
            applied = apply_definitions(
                workspace, actor, wanted, seen_revision=workspace.definitions_revision
            )
        except Stale as refusal:
            raise CommandError(refusal.message, returncode=1) from None
        self.stdout.write(_("Applied; the checklist is at revision %d.") % applied.revision)


def find_workspace(slug: str) -> Workspace:
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:20])
        words = _("There is no workspace %(slug)s. Name one of: %(known)s.")
        raise CommandError(words % {"slug": slug, "known": known or _("none yet")}, returncode=2)
    return workspace


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        words = _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        raise CommandError(words, returncode=2) from None
    except UnicodeDecodeError:
        raise CommandError(_("%s is not UTF-8. Save it as UTF-8.") % path, returncode=2) from None
