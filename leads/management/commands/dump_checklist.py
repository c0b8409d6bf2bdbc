"""Prints the checklist of a workspace as a definition file that loads back unchanged."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from checklists.files import dump_checklist
from leadhub.workspaces.models import Workspace
from leads.changes.definitions import read_checklist


class Command(BaseCommand):
    help = "Print the checklist of a workspace as YAML, for review and for load_checklist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workspace", metavar="SLUG", help="the workspace's slug")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(_("There is no workspace %s.") % options["workspace"], returncode=2)
        self.stdout.write(dump_checklist(read_checklist(workspace)), ending="")
