"""Real workers in processes of their own, on the database of the tests, with schedules that do not take days.

As a program it is such a worker.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent


@contextmanager
def start_worker(*words, **times):
    """It does not outlive the test, which would else wait for it for ever."""
    with start("worker", words, **times) as process:
        try:
            yield process
        finally:
            process.kill()


class Nursery:
    """Makes workers in no time: a process that has everything loaded, and forks."""

    def __init__(self, *words, **times):
        self._process = start("nursery", words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **times)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def fork(self):
        """The process id of a new worker."""
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def start(role, words, patience=(0.05,), lease=3.0, timeout=1.0, **pipes):
    """`patience`: seconds before each attempt, the last one again and again; the rest in seconds, too."""
    from django.db import connection

    told = {"role": role, "words": words, "patience": patience, "lease": lease, "timeout": timeout}
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "WORKER_DATABASE": str(connection.settings_dict["NAME"]),
        "WORKER": json.dumps(told),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.workers"], cwd=BASE_DIR, env=environment, **pipes
    )


def main():
    import django
    from django.conf import settings

    told = json.loads(os.environ["WORKER"])
    settings.DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
    settings.DEBUG = True
    settings.OUTBOUND_NETWORKS = [ip_network("127.0.0.0/8")]
    django.setup()

    from django.core.management import call_command

    from leads.outbox import posting, schedule
    from leads.outbox.deliver import DeliveryQueue

    schedule.DELIVERY = (0, *told["patience"], *[told["patience"][-1]] * 500)
    schedule.LONGEST_BREAK = timedelta(seconds=0.5)
    DeliveryQueue.length = timedelta(seconds=told["lease"])
    posting.post.__defaults__ = (told["timeout"],)
    if told["role"] == "worker":
        call_command("worker", *told["words"])
    else:
        # The first run loads what is loaded late.
        call_command("worker", "--queues", "jobs", "--once")
        nurse(lambda: call_command("worker", *told["words"]))


def nurse(work):
    from django.db import connections

    connections.close_all()
    # Nobody waits for the children, who are not to listen to signals for the worker that ran here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while sys.stdin.buffer.readline():
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
