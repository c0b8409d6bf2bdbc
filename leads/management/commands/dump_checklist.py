"""Prints the checklist of a workspace as a definition file that loads back unchanged."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from checklists.files import dump_checklist
from leads.changes.definitions import read_checklist
from leads.management import command


class Command(command.Command):
    help = "Print the checklist of a workspace as YAML, for review and for load_checklist."
    example = "manage.py dump_checklist acme > checklist.yaml"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        self.stdout.write(dump_checklist(read_checklist(workspace)), ending="")
