"""Many callers at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

CROWD = 16


def at_once(calls):
    """Every call in a thread and a connection of its own, all of them let loose together."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
