"""What the worker needs of a queue, and what a queue's work may ask the worker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar, Generic, Protocol

from leads.outbox import lease
from leads.outbox.lease import Row


class Watch(Protocol):
    """Work that takes long looks here now and then."""

    @property
    def stopping(self) -> bool:
        """The worker is to stop: leave off at the next good place."""

    @property
    def lost(self) -> bool:
        """The lease could not be renewed: somebody else may be at it already."""


class Interrupted(Exception):
    """The work was left off at a good place, to be taken up again."""


class Queue(ABC, Generic[Row]):
    name: ClassVar[str]
    length: ClassVar[timedelta] = lease.LENGTH
    # Whether the worker renews the leases while the work goes on.
    renews: ClassVar[bool] = False

    @abstractmethod
    def claim(self, owner: str, room: int, held: Collection[Row]) -> list[Row]:
        """Hold at most `room` rows that are due; `held` are those that this worker has at hand already."""

    @abstractmethod
    def work(self, row: Row, watch: Watch) -> None:
        """Do what the row says, outside of any transaction, and finish it."""

    @abstractmethod
    def fail(self, row: Row, error: Exception) -> None:
        """The work broke off with an error of ours: let it be tried again, or give it up."""
