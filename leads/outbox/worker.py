"""The worker's loop: claims what is due, has a few threads do it, renews leases, and stops in good order."""

from __future__ import annotations

import logging
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connections

from leadhub.workspaces.clock import now
from leads.models.outbox import Leased
from leads.outbox import lease
from leads.outbox.queue import Queue
from leads.outbox.upkeep import Upkeep

log = logging.getLogger("leadhub.outbox")

POLL: Final = 1.0
# How long a stop waits for what is at hand; a delivery ends before that. What has not is given back.
GRACE: Final = 20.0
_LONGEST_SULK: Final = 30.0
_FAREWELL: Final = 0.5


@dataclass(eq=False, slots=True)
class Held:
    """A row at hand, and what its work may want to know."""

    queue: Queue[Any]
    row: Any
    worker: Worker
    lost: bool = False

    @property
    def stopping(self) -> bool:
        return self.worker.stops > 0


class Crew:
    """A few threads that live as long as the worker, so that each keeps its connection."""

    def __init__(self, name: str, size: int) -> None:
        self.size = size
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def give(self, task: Callable[[], None]) -> None:
        self._tasks.put(task)

    def dismiss(self) -> None:
        """Whoever is idle closes his connection; nobody is waited for who is not."""
        for _thread in self._threads:
            self._tasks.put(None)
        end = time.monotonic() + _FAREWELL
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            close_old_connections()
            task()
        connections.close_all()


class Worker:
    def __init__(self, queues: Mapping[Queue[Any], int], upkeep: Upkeep | None = None) -> None:
        """Each queue with how many of its rows may be at hand at once."""
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.stops = 0
        self._crews = {one: Crew(one.name, size) for one, size in queues.items()}
        self._upkeep = upkeep
        self._upkeep_crew = Crew("upkeep", 1) if upkeep else None
        self._held: dict[UUID, Held] = {}
        # A queue rather than an Event: a signal may come while the loop itself is busy with it.
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._upkeep_runs = False

    def stop(self) -> None:
        """Once: finish what is at hand. Twice: give it back. Safe in a signal handler."""
        self.stops += 1
        self._wake.put(None)

    def run(self, *, once: bool = False) -> None:
        """Until it is told to stop, or, once, until nothing is due."""
        sulk = POLL
        try:
            while not self.stops:
                # Asked before: what ends during the turn may let something else become due.
                busy = bool(self._held) or self._upkeep_runs
                try:
                    busy |= self._turn()
                    sulk = POLL
                except (DatabaseError, InterfaceError) as error:
                    if once:
                        raise
                    log.warning("Waiting for the database: %s", _first_line(error))
                    self._rest(sulk)
                    sulk = min(sulk * 2, _LONGEST_SULK)
                    continue
                if once and not (busy or self._upkeep_runs):
                    break
                self._rest(POLL)
        finally:
            self._wind_down()

    def _turn(self) -> bool:
        """Whether anything was claimed."""
        close_old_connections()
        self._keep()
        self._see_to_upkeep()
        claimed = False
        for one, crew in self._crews.items():
            mine = [held.row for held in list(self._held.values()) if held.queue is one]
            if len(mine) >= crew.size:
                continue
            for row in one.claim(self.name, crew.size - len(mine), mine):
                claimed = True
                self._begin(one, crew, row)
        return claimed

    def _begin(self, one: Queue[Any], crew: Crew, row: Leased) -> None:
        held = self._held[row.pk] = Held(one, row, self)
        crew.give(lambda: self._work(held))

    def _work(self, held: Held) -> None:
        row = held.row
        try:
            held.queue.work(row, held)
        except Exception as error:
            log.exception("%s %s broke off", held.queue.name, row.pk)
            self._fail(held, error)
        finally:
            self._held.pop(row.pk, None)
            self._wake.put(None)

    def _fail(self, held: Held, error: Exception) -> None:
        try:
            held.queue.fail(held.row, error)
        except (DatabaseError, InterfaceError):
            # Its lease will run out, and it is done again.
            log.warning("%s %s could not be put back", held.queue.name, held.row.pk)

    def _keep(self) -> None:
        """Renew the leases of long work well before they end."""
        for held in list(self._held.values()):
            row, one = held.row, held.queue
            soon = now() + one.length / 2
            if one.renews and not held.lost and row.lease_until < soon:
                held.lost = not lease.renew(row, one.length)

    def _see_to_upkeep(self) -> None:
        if self._upkeep is None or self._upkeep_crew is None or self._upkeep_runs:
            return
        due = self._upkeep.due()
        if due:
            self._upkeep_runs = True
            self._upkeep_crew.give(lambda: self._run_upkeep(due))

    def _run_upkeep(self, due: list[Callable[[], object]]) -> None:
        try:
            for task in due:
                if self.stops:
                    break
                try:
                    task()
                except (OperationalError, InterfaceError) as error:
                    log.warning("Upkeep waits for the database: %s", _first_line(error))
                except Exception:
                    log.exception("Upkeep broke off")
        finally:
            self._upkeep_runs = False
            self._wake.put(None)

    def _rest(self, seconds: float) -> None:
        """Until something is done or told, but no longer than that."""
        try:
            self._wake.get(timeout=seconds)
            while True:
                self._wake.get_nowait()
        except queue.Empty:
            pass

    def _wind_down(self) -> None:
        """Wait for what is at hand, then give back what could not be finished."""
        end = time.monotonic() + GRACE
        while self._held and time.monotonic() < end and self.stops < 2:
            try:
                self._keep()
            except (DatabaseError, InterfaceError):
                log.warning("The leases could not be renewed.")
            self._rest(timedelta(milliseconds=200).total_seconds())
        for held in list(self._held.values()):
            try:
                lease.give_back(held.row)
            except (DatabaseError, InterfaceError):
                log.warning("%s %s could not be given back", held.queue.name, held.row.pk)
        for crew in [*self._crews.values(), *([self._upkeep_crew] if self._upkeep_crew else [])]:
            crew.dismiss()


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
