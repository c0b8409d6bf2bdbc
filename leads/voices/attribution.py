"""How typed dialects read the shared metadata: what is not of its type reads as nothing, and stays."""

from __future__ import annotations

from collections.abc import Mapping

from leads.validation.attribution import ATTRIBUTION, SOURCE_METADATA


def read_known(metadata: Mapping[str, object], key: str) -> object:
    """The value of a key that typed dialects share, or None."""
    value = metadata.get(key)
    return value if ATTRIBUTION[key].reads(value) else None


def read_source_metadata(metadata: Mapping[str, object]) -> dict[str, str] | None:
    """The texts that came with the source; what else was put among them is not shown."""
    stored = metadata.get(SOURCE_METADATA)
    if not isinstance(stored, Mapping):
        return None
    return {key: value for key, value in stored.items() if isinstance(value, str)}
