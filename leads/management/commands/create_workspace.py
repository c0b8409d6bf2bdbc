"""Makes a workspace with its default dispositions and call outcomes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from leads.changes.people import create_workspace
from leads.management import command


class Command(command.Command):
    help = (
        "Make a workspace, the home of one team's leads, with a default disposition for each stage and the "
        "usual call outcomes."
    )
    example = (
        'manage.py create_workspace acme --name "Acme Funding" --region US '
        "--timezone America/New_York --currency USD"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name: letters, digits and hyphens")
        parser.add_argument("--name", help="its name for people (default: the slug)")
        parser.add_argument("--region", default="US", help="where numbers without a country code are (US)")
        parser.add_argument("--timezone", default="UTC", help="its days and hours, as Europe/Berlin (UTC)")
        parser.add_argument("--currency", default="USD", help="of values that come without one (USD)")

    def handle(self, *args: Any, **options: Any) -> None:
        values = {
            "slug": options["slug"],
            "name": options["name"] or options["slug"],
            "region": options["region"],
            "time_zone": options["timezone"],
            "currency": options["currency"],
        }
        workspace = create_workspace(self.actor, values)
        words = _(
            "Workspace %(slug)s is there. Next, its owner: manage.py add_member %(slug)s EMAIL --role owner"
        )
        self.stdout.write(words % {"slug": workspace.slug})
