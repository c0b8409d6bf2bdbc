"""Hands out everything that is kept about a person: a ZIP of one JSON file and the documents."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import lead_ref
from leads.changes.catalogue import write_entry
from leads.management import command
from leads.queries.person_export import export_lead, write_archive
from leads.timeline import MISSING, change_of


class Command(command.Command):
    help = "Write a ZIP with all data and documents of a lead, those that were merged into it included."
    example = "manage.py export_lead acme ana@example.com --output ana.zip"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument("lead", metavar="LEAD", help="the lead's id, or its email or phone")
        parser.add_argument("--output", metavar="FILE", help="where to write it (lead_....zip, here)")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        export = export_lead(workspace, command.read_where(options["lead"]))
        path = Path(options["output"] or f"{lead_ref(export.lead.pk)}.zip")
        try:
            # Unreadable for others from its first byte on, and never over a file that is there.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            words = _("%(file)s cannot be written (%(why)s); name another file.")
            shown = {"file": path, "why": error.strerror}
            raise command.unreadable("output", "not_writable", words % shown) from error
        with open(handle, "wb") as file:
            missing = write_archive(export, file)
        told = {"lead": change_of(MISSING, str(export.lead.pk))}
        write_entry(workspace, self.actor, "lead_exported", _("Data of a lead handed out"), told)
        self.stdout.write(f"{path}: {len(export.documents) - len(missing)} documents, and data.json.")
        for name in missing:
            self.stdout.write(f"The file of {name} is missing in the storage.")
