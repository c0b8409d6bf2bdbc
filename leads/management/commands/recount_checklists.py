"""Compares the kept checklist counters with the answers they follow from."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from leadhub.workspaces.models import Workspace
from leads.changes.recounting import recount_leads
from leads.management import command


class Command(command.Command):
    help = (
        "Count the checklists of all leads anew and print each counter that is wrong. Counters of an older "
        "revision of the checklist are not wrong: the worker refreshes them. Exits 1 if any was wrong and "
        "--fix was not given."
    )
    example = "manage.py recount_checklists acme --fix"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "slug", metavar="SLUG", nargs="?", help="the workspace's short name (all of them)"
        )
        parser.add_argument("--fix", action="store_true", help="store what was counted")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, fix = options["slug"], options["fix"]
        workspaces = [command.find_workspace(slug)] if slug else list(Workspace.objects.order_by("slug"))
        wrong = sum(self._count(workspace, fix) for workspace in workspaces)
        if wrong and not fix:
            raise CommandError(f"{wrong} wrong. Run it again with --fix.", returncode=command.REFUSED)

    def _count(self, workspace: Workspace, fix: bool) -> int:
        leads = old = wrong = 0
        after = None
        while True:
            batch = recount_leads(workspace, after, store=fix)
            leads, old, wrong = leads + batch.leads, old + batch.old, wrong + len(batch.differences)
            for one in batch.differences:
                values = f"stored {one.stored}, counted {one.counted}"
                self.stdout.write(f"{workspace.slug} {one.lead_id} {one.counter}: {values}")
            after = batch.last
            if after is None:
                break
        self.stdout.write(
            f"{workspace.slug}: leads counted: {leads}, wrong: {wrong}, of an older revision: {old}."
        )
        return wrong
