"""Whether anything may leave: the OUTBOUND setting, and whether this database is ours or a copy."""

from __future__ import annotations

import enum
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction

from leads.models import Instance

_NAMESPACE: Final = uuid.UUID("5b0c6f4e-4c1b-5d0e-9f7a-0d6b3a1e2c77")
_BELIEVED_FOR: Final = 5.0


class Gate(enum.Enum):
    OPEN = "open"
    HELD = "held"
    SHUT = "shut"


_believed: dict[str, tuple[float, bool]] = {}
# Known not to be copies; a database under a running process does not become one.
_own: set[str] = set()


def outbound_gate() -> Gate:
    """OPEN: send. HELD: keep what is due. SHUT: give up what falls due."""
    if settings.OUTBOUND == "off":
        return Gate.SHUT
    return Gate.OPEN if settings.OUTBOUND == "on" and not is_copy() else Gate.HELD


def gate_for_pages() -> Gate:
    """The same for those who only tell of it: asked once for each process, unless it is a copy; and a page
    claims no database for its installation."""
    name = str(connection.settings_dict["NAME"])
    if settings.OUTBOUND != "on":
        return outbound_gate()
    if name not in _own:
        known = owners()
        if known and identity() not in known:
            return Gate.HELD
        _own.add(name)
    return Gate.OPEN


def is_copy() -> bool:
    """Whether this database belongs to another installation; asked of the database every few seconds."""
    name = str(connection.settings_dict["NAME"])
    moment, known = _believed.get(name, (0.0, False))
    if time.monotonic() - moment > _BELIEVED_FOR or not moment:
        known = _ask()
        _believed[name] = (time.monotonic(), known)
    return known


def forget() -> None:
    """Ask again at once."""
    _believed.clear()
    _own.clear()


def settle() -> None:
    """From now on the database is this installation's own."""
    with transaction.atomic():
        Instance.objects.all().delete()
        Instance.objects.create(pk=identity())
    forget()


def owners() -> list[UUID]:
    return list(Instance.objects.values_list("pk", flat=True))


def identity() -> UUID:
    """What tells this installation from one that holds a copy of its data."""
    return uuid.uuid5(_NAMESPACE, "\n".join([settings.INSTANCE, *_marks()]))


def _ask() -> bool:
    known = owners()
    if not known:
        # The first worker ever: several may come at once, and all of them say the same.
        Instance.objects.bulk_create([Instance(pk=identity())], ignore_conflicts=True)
        return False
    return identity() not in known


def _marks() -> list[str]:
    """A dump that is restored elsewhere meets another cluster, or another database of the same one; a
    standby that takes over is the same in both. A file lies on one machine, under one path."""
    if connection.vendor != "postgresql":
        return [_machine(), str(connection.settings_dict["NAME"])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return [_cluster(), str(cursor.fetchone()[0])]


def _cluster() -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            return str(cursor.fetchone()[0])
    except Error:
        # Some hosts do not let it be asked; INSTANCE tells them apart.
        return ""


@cache
def _machine() -> str:
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
