"""Issues an API key and prints it, this once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import DIALECTS, SCOPES
from leads.changes.people import issue_key
from leads.management import command
from leads.values import clean_date

_MOST_DAYS: Final = 36_500


class Command(command.Command):
    help = (
        "Issue a key for an integration and print it, alone on standard output, this once: only a hash of it "
        "is stored. A leadping key with --scope create alone is a source key, which only creates leads."
    )
    example = "manage.py issue_key acme --dialect pollybot --name 'Website chat' --expires 365"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument(
            "--dialect",
            required=True,
            action="append",
            choices=DIALECTS,
            help="the doors it opens; repeat it for several, the first one gives the key its prefix",
        )
        parser.add_argument("--name", required=True, help="whose key it is, as the timeline shall show it")
        parser.add_argument(
            "--scope", action="append", choices=SCOPES, help="what it may do; repeatable (read and write)"
        )
        parser.add_argument(
            "--expires", metavar="DATE|DAYS", help="its last day, as 2027-03-31, or how many days it works"
        )
        parser.add_argument("--test", action="store_true", help="creates and sees test leads only")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        _key, fresh = issue_key(
            workspace,
            self.actor,
            name=options["name"],
            dialects=options["dialect"],
            scopes=options["scope"] or ["read", "write"],
            test=options["test"],
            expires_at=read_expiry(options["expires"], workspace.time_zone),
        )
        self.stdout.write(fresh.text)


def read_expiry(text: str | None, zone: str) -> datetime | None:
    """A number of days from now, or the end of a day where the workspace is."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_DAYS:
        return now() + timedelta(days=int(text))
    try:
        last_day = clean_date(text)
        return datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone))
    except (ValidationError, OverflowError):
        words = _("Write a last day such as 2027-03-31, or a number of days such as 90.")
        raise command.unreadable("expires", "invalid_date", words) from None
