"""Does what is due: webhooks, messages, jobs and upkeep; any number of these, on any number of machines."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.imports import jobs  # noqa: F401 (registers its own)
from leads.management import command
from leads.outbox import bulk, consent, erasing, exporting  # noqa: F401 (register their jobs)
from leads.outbox.deliver import DeliveryQueue
from leads.outbox.jobs import JobQueue
from leads.outbox.messages import MessageQueue
from leads.outbox.queue import Queue
from leads.outbox.upkeep import Upkeep
from leads.outbox.worker import Worker

_QUEUES: Final[dict[str, type[Queue[Any]]]] = {
    "deliveries": DeliveryQueue,
    "actions": MessageQueue,
    "jobs": JobQueue,
}
_NAMES: Final = (*_QUEUES, "upkeep")


class Command(command.Command):
    help = (
        "Send webhooks and messages, run jobs, and forget what is too old. Start as many as there is work "
        "for; they share it. SIGTERM lets it finish what is at hand, a second one gives that back for others "
        "to do."
    )
    example = "manage.py worker --concurrency 16"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due, for use from cron")
        parser.add_argument(
            "--queues", metavar="NAMES", default=",".join(_NAMES), help=f"some of {','.join(_NAMES)} (all)"
        )
        parser.add_argument(
            "--concurrency", type=int, default=8, metavar="N", help="how many deliveries at once (8)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        names = read_queues(options["queues"])
        concurrency = options["concurrency"]
        if not 1 <= concurrency <= 256:
            words = _("Choose a number from 1 to 256.")
            raise command.unreadable("concurrency", "invalid_number", words)
        # Jobs keep the database busy, deliveries wait for others; and a mail server takes few at a time.
        few = max(1, concurrency // 4)
        sizes = {"deliveries": concurrency, "actions": few, "jobs": few}
        queues = {_QUEUES[name](): sizes[name] for name in names if name in _QUEUES}
        worker = Worker(queues, Upkeep() if "upkeep" in names else None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: worker.stop())
        worker.run(once=options["once"])


def read_queues(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or set(names) - set(_NAMES):
        words = _("Name some of: %s.") % ", ".join(_NAMES)
        raise command.unreadable("queues", "invalid_choice", words)
    return names
