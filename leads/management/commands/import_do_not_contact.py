"""Brings a list of numbers and addresses that must not be used, now or later."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.utils.translation import gettext as _

from leads.changes.do_not_contact import import_do_not_contact
from leads.imports.source import Kind, Unreadable
from leads.management import command
from leads.management.importing import find_input
from leads.models import Channel


class Command(command.Command):
    help = (
        "Bring a do-not-contact list: a text file with one phone number or email address a line, packed by "
        "gzip or not, or - for standard input. They are kept as hashes, and every lead that has one of them, "
        "now or later, is opted out. Bringing a list again marks nobody twice."
    )
    example = "manage.py import_do_not_contact acme registry.txt --channel call --source 'National registry'"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="WORKSPACE", help="the workspace's short name")
        parser.add_argument("file", metavar="FILE", help="the list, or - for standard input")
        parser.add_argument("--channel", choices=Channel.values, default=Channel.ALL, help="from what (all)")
        parser.add_argument("--source", default="", metavar="TEXT", help="whose list it is, for the record")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        with ExitStack() as stack:
            try:
                source = find_input(options["file"], stack)
                if source.kind != Kind.DELIMITED:
                    raise Unreadable("not_a_list", _("Send a text file with one number or address a line."))
                lines = (line.decode("utf-8-sig", "replace") for line in stack.enter_context(source.open()))
                report = import_do_not_contact(
                    workspace, self.actor, lines, channel=options["channel"], source=options["source"]
                )
            except Unreadable as refusal:
                raise command.unreadable("file", refusal.reason, refusal.message) from None
        words = _("Lines read: %(read)s, listed: %(listed)s, leads opted out: %(marked)s.")
        counts = {"read": report.read, "listed": report.listed, "marked": report.marked}
        self.stdout.write(words % {name: f"{number:,}" for name, number in counts.items()})
        if report.problems:
            raise command.refuse(report.problems)
