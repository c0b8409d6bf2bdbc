"""Erases a person: the lead with all that was merged into it, every copy, its files; after a confirmation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import lead_ref
from leads.change import ById
from leads.changes.erase import Erased, erase_lead, find_erasable
from leads.errors import Problem
from leads.management import command
from leads.queries.person import whole_family


class Command(command.Command):
    help = (
        "Erase a lead and everything that is kept about the person. Keyed hashes stay, so that no import "
        "brings the person back. Nothing of this can be undone. Exporting the lead first keeps a copy."
    )
    example = 'manage.py erase_lead acme ana@example.com --reason "Request of 3 March"'

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument("lead", metavar="LEAD", help="the lead's id, or its email or phone")
        parser.add_argument("--reason", required=True, help="why; it stays, so it must not name the person")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        lead = find_erasable(workspace, self.actor, command.read_where(options["lead"]))
        family = whole_family(workspace, lead)
        self.stdout.write(f"{lead} ({lead_ref(lead.pk)}), since {lead.created_at:%Y-%m-%d}")
        if len(family) > 1:
            self.stdout.write(f"  with {len(family) - 1} leads that were merged into it")
        if not options["yes"] and not confirmed():
            words = _("Nothing was erased; type erase when asked, or say --yes.")
            raise command.refuse([Problem("", "not_confirmed", words)])
        self._tell(erase_lead(workspace, self.actor, ById(lead.pk), options["reason"]))

    def _tell(self, erased: Erased) -> None:
        gone = sum(erased.rows.values())
        self.stdout.write(f"Erased leads: {len(erased.leads)}, rows: {gone}, files: {erased.files}.")
        for key in erased.running_imports:
            self.stdout.write(f"Import {key} was running; erase again if the person is back once it is over.")
        for key in erased.others:
            self.stdout.write(f"Lead {lead_ref(key)} has the same number or address, and stays.")


def confirmed() -> bool:
    try:
        return input('Type "erase" to erase all of it for good: ').strip().lower() == "erase"
    except EOFError:
        return False
