"""Lets a restored copy send: lists what would go out, and does it once that was confirmed."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.management import command
from leads.outbox.gate import identity, is_copy, owners, settle
from leads.outbox.waiting import (
    discard_messages,
    discard_waiting,
    messages_by_workspace,
    waiting_by_endpoint,
)


class Command(command.Command):
    help = (
        "A database that was restored elsewhere sends nothing until it is released here. Without --confirm "
        "this lists what would go out, and the code that confirms it."
    )
    example = "manage.py release_outbox --discard --confirm 3f9a1c20"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--confirm", metavar="CODE", help="the code that the list ended with")
        parser.add_argument(
            "--discard", action="store_true", help="give up what waits; only what comes from now on goes out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_copy():
            self.stdout.write("This database belongs to this installation; nothing is held for that reason.")
            self._warn_of_setting()
            return
        code = confirmation()
        if options["confirm"] is None:
            self._list(code)
            return
        if options["confirm"] != code:
            words = _("This is not the code of the list; read the list and confirm it with its own code.")
            raise command.refuse([Problem("confirm", "changed_meanwhile", words)])
        if options["discard"]:
            self.stdout.write(
                f"{discard_waiting()} deliveries given up; they can be sent again from the log."
            )
            self.stdout.write(f"{discard_messages()} messages to leads given up.")
        settle()
        self.stdout.write("Released: this installation sends.")
        self._warn_of_setting()

    def _list(self, code: str) -> None:
        self.stdout.write(
            "This database came from another installation, so nothing is sent. What would go out:"
        )
        rows = waiting_by_endpoint()
        for row in rows:
            self.stdout.write(
                f"  {row.workspace}  {row.name}  {row.url}\n"
                f"    {row.count} deliveries, the oldest of {row.oldest:%Y-%m-%d %H:%M} UTC"
            )
        messages = messages_by_workspace()
        for slug, count, first in messages:
            self.stdout.write(
                f"  {slug}  {count} messages to leads, the first due {first:%Y-%m-%d %H:%M} UTC"
            )
        if not (rows or messages):
            self.stdout.write("  nothing that waits now; but each new event would")
        self.stdout.write(
            f"\nIf this installation is to send from now on:\n  manage.py release_outbox --confirm {code}\n"
            f"or, without what waits:\n  manage.py release_outbox --discard --confirm {code}"
        )

    def _warn_of_setting(self) -> None:
        if settings.OUTBOUND != "on":
            self.stdout.write(f"But OUTBOUND={settings.OUTBOUND}, so nothing leaves until that is changed.")


def confirmation() -> str:
    """A code of what was listed: these owners, this installation, these endpoints, these workspaces."""
    rows = [f"{row.endpoint_id}" for row in waiting_by_endpoint()]
    rows += [slug for slug, _count, _first in messages_by_workspace()]
    text = "\n".join([str(identity()), *sorted(map(str, owners())), *sorted(rows)])
    return hashlib.sha256(text.encode()).hexdigest()[:8]
