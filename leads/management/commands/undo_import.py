"""Takes an import back: what it created goes, what it changed is put back, what was worked since stays."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.imports.books import find_batch
from leads.imports.undo import Stays, UndoReport, undo_import
from leads.management import command
from leads.management.progress import Progress

_REASONS = {
    "worked": gettext_lazy("somebody has worked with it since"),
    "changed_since": gettext_lazy("it was changed since"),
}


class Command(command.Command):
    help = (
        "Take back an import: leads that it created are deleted, values that it changed are put back. Values "
        "changed since and leads that somebody has worked with since stay as they are, and are listed."
    )
    example = "manage.py undo_import 019cc5b2-a5d0-7a4f-8d2f-6c1b3e5a7c90 --dry-run"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", metavar="BATCH", help="the id of the import, as its report says it")
        parser.add_argument("--dry-run", action="store_true", help="say what would be taken back")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = find_batch(None, options["batch"])
        progress = Progress(batch.created + batch.updated)

        def tell(report: UndoReport) -> None:
            done = report.removed + report.put_back + report.stay
            progress.tell(done, done)

        def list_it(stays: Stays) -> None:
            if not options["json"]:
                why = _REASONS.get(stays.reason, stays.reason)
                at = f" ({', '.join(stays.paths)})" if stays.paths else ""
                words = _("%(name)s (%(lead)s) stays: %(why)s%(at)s.")
                self.stdout.write(words % {"name": stays.name, "lead": stays.lead_id, "why": why, "at": at})

        actor = replace(self.actor, may_override=True)
        report = undo_import(batch, actor, dry_run=options["dry_run"], progress=tell, told=list_it)
        progress.clear()
        self._tell(report, options)

    def _tell(self, report: UndoReport, options: dict[str, Any]) -> None:
        counts = {"removed": report.removed, "put_back": report.put_back, "stay": report.stay}
        if options["json"]:
            told = [
                {"lead": str(one.lead_id), "name": one.name, "reason": one.reason, "paths": one.paths}
                for one in report.listed
            ]
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], **counts, "listed": told}))
            return
        if options["dry_run"]:
            words = _("Leads it would delete: %(removed)s, put back: %(put_back)s, leave alone: %(stay)s.")
        else:
            words = _("Leads deleted: %(removed)s, put back: %(put_back)s, left alone: %(stay)s.")
        self.stdout.write(words % {name: f"{number:,}" for name, number in counts.items()})
