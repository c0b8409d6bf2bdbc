"""How an import goes about its rows. Kept with its batch, so that it is resumed the way it began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from uuid import UUID

from leads.models import ImportBatch

MatchKey = Literal["external_id", "email", "phone"]
OnMatch = Literal["skip", "fill", "overwrite", "create"]
MATCH_KEYS: Final[tuple[MatchKey, ...]] = get_args(MatchKey)
ON_MATCH: Final[tuple[OnMatch, ...]] = get_args(OnMatch)
BATCH_SIZE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`match` in the order of trust: the first key of a row that meets a lead decides, and no later one is
    asked. `skip` leaves a lead that is there as it is, `fill` sets what it lacks, `overwrite` what the row
    has; `create` makes a second one.

    `tags`, `assignee`, `disposition` and `consent` (its basis, in words) hold for every row that is stored;
    a consent basis never ends an opt-out. `announce` sends the events of each lead. `may_override` is whether
    who began it may say of a lead that it is enabled whatever else holds.
    """

    match: tuple[MatchKey, ...] = MATCH_KEYS
    on_match: OnMatch = "skip"
    dry_run: bool = False
    tags: tuple[str, ...] = ()
    assignee: UUID | None = None
    disposition: str = ""
    consent: str = ""
    region: str = ""
    announce: bool = False
    may_override: bool = False
    batch_size: int = BATCH_SIZE

    @property
    def kinds(self) -> tuple[MatchKey, ...]:
        """The kinds of keys that rows are matched by. Where a second lead is made anyway, nobody need know
        whether there is a first, or several."""
        return () if self.on_match == "create" else self.match

    def as_json(self) -> dict[str, Any]:
        return {
            "match": list(self.match),
            "on_match": self.on_match,
            "dry_run": self.dry_run,
            "tags": list(self.tags),
            "assignee": str(self.assignee) if self.assignee else None,
            "disposition": self.disposition,
            "consent": self.consent,
            "region": self.region,
            "announce": self.announce,
            "may_override": self.may_override,
            "batch_size": self.batch_size,
        }

    @classmethod
    def of(cls, batch: ImportBatch) -> Options:
        """As they were stored; what a batch of an older release does not name is as it was then."""
        known = {name: value for name, value in batch.options.items() if name in cls.__dataclass_fields__}
        for name in ("match", "tags"):
            if name in known:
                known[name] = tuple(known[name])
        if known.get("assignee"):
            known["assignee"] = UUID(known["assignee"])
        return cls(**known)
