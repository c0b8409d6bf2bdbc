"""Identifiers: UUIDv7 made in the application, and the spellings the doors accept for them."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid

_LEAD_REF = re.compile(r"\Alead_([0-9a-f]{32})\Z")
_UUID = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)

_last = 0
_last_lock = threading.Lock()


def new_id() -> uuid.UUID:
    """A UUIDv7 that never goes backwards within one process, so that ids sort as they were made."""
    global _last
    # 48 bits of milliseconds, then 12 bits of the fraction of that millisecond (RFC 9562, method 3).
    ticks = time.time_ns() * 4096 // 1_000_000
    with _last_lock:
        ticks = max(ticks, _last + 1)
        _last = ticks
    milliseconds, fraction = divmod(ticks, 4096)
    noise = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | noise
    return uuid.UUID(int=value)


def parse_id(raw: object) -> uuid.UUID | None:
    """An id, or its text in either public spelling; None for anything else: nonsense is simply not found."""
    if isinstance(raw, uuid.UUID):
        return raw
    if not isinstance(raw, str):
        return None
    if match := _LEAD_REF.match(raw):
        return uuid.UUID(hex=match[1])
    return uuid.UUID(raw) if _UUID.match(raw) else None


def lead_ref(lead_id: uuid.UUID) -> str:
    """The spelling of Octanist and PollyBot: `lead_` and 32 hex digits."""
    return f"lead_{lead_id.hex}"
