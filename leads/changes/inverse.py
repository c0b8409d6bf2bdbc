"""What of an entry can be taken back from a lead as it stands now, and what stays, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.change import Actor
from leads.changes.answering import is_complete
from leads.changes.columns import settle_loss_reason
from leads.changes.contacts import pointer
from leads.changes.draft import Draft
from leads.changes.ledger import Ledger, Step, flat, leaves_of
from leads.changes.merged import MERGED, Merge, brought, is_blank, merges_of
from leads.changes.obstacles import obstacle
from leads.changes.paths import (
    FOLLOWS,
    OBJECTS,
    UnknownPath,
    current,
    has_room,
    is_object_path,
    parts_of,
    put_all,
    replaced,
)
from leads.models import Entry
from leads.state import LeadState
from leads.timeline import MISSING, is_tree, same
from leads.values import check_metadata_size, clean_phone, email_key

REASONS: Final[Mapping[str, str | Promise]] = {
    "changed_since": _("This was changed since; the later value stays."),
    "already_back": _("This is as it was before already."),
    "also_merged": _("Another lead that was merged in has this too."),
    "goes_with": _("This belongs to a value that stays, and stays with it."),
    "was_done": _("What was done or sent stays on record."),
    "opted_out": _("An opt-out is not taken back. Record an opt-in once the person has given one."),
    "forbidden": _("Only an administrator may override whether a lead is enabled."),
    "gone": _("What stood here before is not in the workspace any more; choose something else."),
    "too_long": _("The metadata would grow too large; remove something from it first."),
    "still_complete": _("The checklist is complete all the same."),
    "cannot_undo": _("This cannot be taken back here."),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A path that stays as it is: why, what stands there, and which entry put it there if one did since."""

    path: str
    reason: str
    now: object = None
    by: UUID | None = None

    @property
    def message(self) -> str:
        return str(REASONS[self.reason])

    def as_json(self) -> dict[str, object]:
        return {"path": self.path, "reason": self.reason, "now": self.now, "by": self.by}


class Inverse:
    """Decides path by path when it is made; `apply` then puts back into a draft what was decided."""

    def __init__(self, state: LeadState, actor: Actor, entry: Entry, *, but: Collection[str] = ()) -> None:
        self.state, self.actor, self.entry = state, actor, entry
        self.put: dict[str, object] = {}
        self.undone: list[str] = []
        self.kept: list[Kept] = []
        # What merges that stand bring in the place of what goes: {path: steps}.
        self.filled: dict[str, list[Step]] = {}
        self.ledger = Ledger(state.lead)
        self.root, self.redoes = self.ledger.root(entry)
        self.told = leaves_of(entry)
        self.merges = [] if self.redoes else merges_of(state, self.ledger.merges_after(self.root))
        paths = set(self.told) | (self.ledger.paths_of(self.root) if entry.kind == MERGED else set())
        self.sides = {path: sides for path in paths - set(but) if (sides := self._sides(path))}
        for path in sorted(self.sides, key=lambda path: (path in FOLLOWS, path)):
            leader = FOLLOWS.get(path, "")
            if leader in self.sides:
                self._follow(path, leader)
            else:
                self._decide(path)
        self._uncover()
        self._fit_objects()

    def _sides(self, path: str) -> tuple[object, object] | None:
        """What stands below the entry here, and what it made of that; None if that is no change any more."""
        mine = None if self.redoes else self.ledger.step(path, self.root)
        pair = (self.ledger.below(path, mine), mine.value) if mine else self.told[path]
        if not same(*pair):
            return pair
        if mine and mine is self.ledger.top(path):
            self.filled[path] = []  # It goes from the log without a trace.
        return None

    def _decide(self, path: str) -> None:
        old, made = self.sides[path]
        try:
            now = current(self.state, path)
        except UnknownPath:
            self.keep(path, "cannot_undo", None)
            return
        top = self.ledger.top(path)
        if self.redoes:
            is_mine = top is None or not self.ledger.is_later(top, self.entry)
        else:
            is_mine = top is not None and top.by == self.root
        if is_mine and same(now, made):
            self._take(path, old, now)
            return
        if self.entry.kind == MERGED:
            self._refill(path, under=top)
        writer = self.ledger.entries.get(top.by) if top and not is_mine else None
        reason = "already_back" if same(now, old) else "changed_since"
        if reason == "changed_since" and writer in [merge.entry for merge in self.merges]:
            reason = "also_merged" if self.entry.kind == MERGED else reason
        self.keep(path, reason, now, writer or self.ledger.last(path, self.entry))

    def _take(self, path: str, old: object, now: object) -> None:
        target, heir = (old, None) if self.redoes else self._refill(path)
        reason = obstacle(self.state, self.actor, path, target, now)
        if reason:
            self.filled.pop(path, None)
            self.keep(path, reason, now)
            return
        if heir is not None:
            self._take_over_followers(path, heir, is_new=not same(target, now))
        if heir is not None and same(target, now):
            self.keep(path, "also_merged", now, heir.entry)
        else:
            self.put[path] = target
            self.undone.append(path)

    def _refill(self, path: str, *, under: Step | None = None) -> tuple[object, Merge | None]:
        """What stands here without the entry, and the merge that fills the gap if one does."""
        steps, new = self.ledger.without(path, self.root, self.merges, self._accepts)
        new = [step for step in new if under is None or step.at < under.at]
        if new:
            self.filled[path] = new
        top = steps[-1] if steps else None
        heir = next((merge for merge in self.merges if top in new and str(merge.entry.pk) == top.by), None)
        return (top.value if top else self.ledger.first(path)), heir

    def _accepts(self, path: str, value: object) -> bool:
        return not obstacle(self.state, self.actor, path, value, None)

    def _take_over_followers(self, leader: str, heir: Merge, *, is_new: bool) -> None:
        for path in (path for path, followed in FOLLOWS.items() if followed == leader):
            found = current(heir.loser if is_new else self.state, path)
            below = self.sides[path][0] if path in self.sides else current(self.state, path)
            if not same(found, below):
                self.filled[path] = [self.ledger.step_of(heir.entry, found)]
            if is_new:
                self.put[path] = found

    def _follow(self, path: str, leader: str) -> None:
        """It was set together with its leader, so it goes back with it, whoever touched it since."""
        if leader not in self.put:
            self.keep(path, "goes_with", current(self.state, path))
            return
        self.put.setdefault(path, self.sides[path][0])
        self.undone.append(path)

    def _uncover(self) -> None:
        """What later merges bring too, and had no place for as long as this stood."""
        for path, (_old, made) in self.sides.items() if self.merges else ():
            if self.entry.kind != MERGED and path not in self.put:
                continue
            for hidden in self._hidden_by(path, made) - self.sides.keys():
                now = current(self.state, hidden)
                target, heir = self._refill(hidden)
                # A whole object may be going from there; whether it does is seen once all is decided.
                if heir is not None and (is_blank(now) or is_tree(now)):
                    self.put[hidden] = target

    def _hidden_by(self, path: str, made: object) -> set[str]:
        """A phone or email of the lead's own is no further one; where a value is there are no parts of it."""
        if path in {"email", "phone"}:
            after = self.put.get(path, current(self.state, path))
            keys = [_key_of(self.state, path, text) for text in (made, after)]
            return {pointer(path, keys[0])} if keys[0] and keys[0] != keys[1] else set()
        if not is_object_path(path) or made is MISSING:
            return set()
        head, *rest = path.removeprefix("/").split("/")
        above = {f"/{head}/" + "/".join(rest[:depth]) for depth in range(1, len(rest))}
        inside = (flat(path, brought(merge.loser, path)) for merge in self.merges)
        return above | {leaf for leaves in inside for leaf, _value in leaves} - {path}

    def _fit_objects(self) -> None:
        """What goes makes room for what comes back; what others put there since stays."""
        for column in OBJECTS:
            tree: dict[str, object] = getattr(self.state.lead, column)
            paths = [path for path in sorted(self.put) if path.startswith(f"/{column}/")]
            for path in sorted(paths, key=lambda path: self.put[path] is not MISSING):
                keys, value = parts_of(path)[1], self.put[path]
                if value is MISSING or has_room(tree, keys):
                    tree = replaced(tree, keys, value)
                else:
                    self._drop(path, "changed_since")
            if column == "metadata" and paths and _is_too_large(tree):
                for path in self.put.keys() & paths:
                    self._drop(path, "too_long")

    def _drop(self, path: str, reason: str) -> None:
        del self.put[path]
        self.filled.pop(path, None)
        if path in self.undone:
            self.undone.remove(path)
            self.keep(path, reason, current(self.state, path), self.ledger.last(path, self.entry))

    def keep(self, path: str, reason: str, now: object, by: Entry | None = None) -> None:
        self.kept.append(Kept(path, reason, None if now is MISSING else now, by.pk if by else None))

    def apply(self, draft: Draft) -> None:
        completed = self.put.pop("completed_at", MISSING)
        put_all(draft, self.put)
        if "disposition" in self.put:
            settle_loss_reason(draft, {}, draft.state.stage)
        if completed is MISSING:
            return
        if is_complete(draft.state.progress()):
            self.undone.remove("completed_at")
            self.keep("completed_at", "still_complete", current(self.state, "completed_at"))
        else:
            put_all(draft, {"completed_at": completed})


def _key_of(state: LeadState, kind: str, text: object) -> str:
    if not text:
        return ""
    return email_key(str(text)) if kind == "email" else clean_phone(str(text), state.workspace.region)[2]


def _is_too_large(tree: dict[str, object]) -> bool:
    try:
        check_metadata_size(tree)
    except ValidationError:
        return True
    return False
