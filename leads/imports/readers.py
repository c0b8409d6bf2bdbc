"""Several processes read one file for an import: each reads all of it, maps and cleans every n-th batch of
rows, and passes over the others. Who writes takes the batches in the file's order, as if it read itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, fields, replace
from itertools import count, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import LeadChange
from leads.imports.candidates import clean_change
from leads.imports.desk import Desk
from leads.imports.hand import lend
from leads.imports.row import Row
from leads.imports.rows import Opened
from leads.imports.source import Unreadable
from leads.validation import Clean

# A dialect whose voice keeps hold of the lead it reads for, which does not travel.
_STAYS_HOME: Final = frozenset({"omniai"})
_SIGNALS: Final = frozenset({signal.SIGINT, signal.SIGTERM})


@dataclass(frozen=True, slots=True)
class Share:
    """What one reader is told: it asks no database, so all that it needs comes along."""

    opened: Opened
    desk: Desk
    region: str
    first: int
    size: int
    language: str
    place: int = 0
    readers: int = 1


@dataclass(frozen=True, slots=True)
class End:
    """Behind the last row: what was noticed on the way, or why the file cannot be read any further."""

    warnings: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""


@contextmanager
def rows_by(jobs: int, opened: Opened, first: int, size: int, region: str) -> Iterator[Iterator[Row]]:
    """The rows from line `first` on, read by one process less than `jobs`: the other one writes."""
    readers = jobs - 1
    if readers < 1 or opened.mapping.dialect in _STAYS_HOME:
        yield opened.rows(first)
        return
    # What the file was guessed by stays here.
    layout = replace(opened.layout, samples=[], bodies=[])
    told = replace(opened, layout=layout)
    share = Share(told, Desk(opened.workspace), region, first, size, translation.get_language() or "")
    with ExitStack() as stack:
        ahead = stack.enter_context(ThreadPoolExecutor(1))
        pipes = [stack.enter_context(_reader()) for _each in range(readers)]
        for place, pipe in enumerate(pipes):
            _send(pipe, replace(share, place=place, readers=readers))
        yield _in_order(pipes, opened, ahead)


def read_share(pipe: Connection) -> None:
    """What a reader does. One that nobody listens to any more has nothing left to do."""
    share: Share = pipe.recv()
    try:
        with translation.override(share.language):
            pipe.send(_read(share, pipe))
    except BrokenPipeError:
        return


def _read(share: Share, pipe: Connection) -> End:
    opened = share.opened
    make, raw = opened.maker(share.desk), opened.raw(share.first)
    workspace = copy(opened.workspace)
    workspace.region = share.region or workspace.region
    try:
        for turn in count():
            batch = list(islice(raw, share.size))
            if not batch:
                break
            if turn % share.readers == share.place:
                pipe.send([_cleaned(make(*one), workspace) for one in batch])
    except Unreadable as refusal:
        return End(reason=refusal.reason, message=refusal.message)
    return End(tuple(opened.layout.warnings))


def _cleaned(row: Row, workspace: Workspace) -> Row:
    if row.change is None or row.problems:
        return row
    return replace(row, cleaned=clean_change(row.change, workspace))


def _in_order(pipes: list[Connection], opened: Opened, ahead: Executor) -> Iterator[Row]:
    """The next batch is taken from its pipe while the database stores the one before."""
    coming = ahead.submit(pipes[0].recv)
    for turn in count(1):
        got, ended = _received(coming), pipes[(turn - 1) % len(pipes)]
        if isinstance(got, End):
            if got.reason:
                raise Unreadable(got.reason, got.message)
            # The others are at the end, too; each has noticed what is in its own rows.
            ends = [got, *(_received(ahead.submit(pipe.recv)) for pipe in pipes if pipe is not ended)]
            opened.layout.warnings[:] = dict.fromkeys(line for end in ends for line in end.warnings)
            return
        coming = ahead.submit(pipes[turn % len(pipes)].recv)
        yield from got


@contextmanager
def _reader() -> Iterator[Connection]:
    """Ctrl-C is for who writes: it ends behind the rows at hand, and its readers with it."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=lend, args=(theirs,), daemon=True)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    try:
        yield ours
    finally:
        # Its end wakes who still listens to it.
        process.kill()
        process.join()
        ours.close()


def _send(pipe: Connection, share: Share) -> None:
    try:
        pipe.send(share)
    except ConnectionError:
        raise _lost() from None


def _received(coming: Future[Any]) -> Any:
    try:
        return coming.result()
    except (EOFError, ConnectionError):
        raise _lost() from None


def _lost() -> Unreadable:
    words = _("A process that read the file was ended, perhaps for its memory. Go on without --jobs.")
    return Unreadable("reader_ended", words)


def _travels_light(kind: type[Any]) -> None:
    """Only what is not as it always is goes over the pipe, which takes a third of the time."""
    blank = kind()
    usual = [(one.name, getattr(blank, one.name)) for one in fields(kind)]

    def reduce(value: Any) -> tuple[Any, ...]:
        told = {name: here for name, usually in usual if (here := getattr(value, name)) != usually}
        return _arrived, (kind, told)

    ForkingPickler.register(kind, reduce)


def _arrived(kind: type[Any], told: dict[str, Any]) -> Any:
    return kind(**told)


_travels_light(LeadChange)
_travels_light(Clean)
