"""What of an entry can be taken back from a lead as it stands now, and what stays, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.change import Actor
from leads.changes.answering import is_complete
from leads.changes.columns import settle_loss_reason
from leads.changes.draft import Draft
from leads.changes.merged import Later, Merge
from leads.changes.obstacles import obstacle
from leads.changes.paths import FOLLOWS, UnknownPath, current, is_object_path, parts_of, put_all, replaced
from leads.changes.sources import Sources
from leads.models import Entry
from leads.state import LeadState
from leads.timeline import MISSING, Change, escape, is_tree, same, sides
from leads.values import check_metadata_size

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


@dataclass(slots=True)
class Inverse:
    """Decides path by path when it is made; `apply` then puts back into a draft what was decided."""

    state: LeadState
    actor: Actor
    entry: Entry
    changes: Mapping[str, Change]
    later: Later = field(default_factory=Later)
    put: dict[str, object] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        self.sources = Sources(self.state.lead, self.entry, self.changes)
        for path in sorted(self.changes, key=lambda path: (path in FOLLOWS, path)):
            leader = FOLLOWS.get(path, "")
            if leader in self.changes:
                self._follow(path, leader)
            else:
                self._decide(path)
        self._fit_metadata()

    def _decide(self, path: str) -> None:
        old, new = sides(self.changes[path])
        try:
            now = current(self.state, path)
        except UnknownPath:
            self.keep(path, "cannot_undo", None)
            return
        writer = self.sources.writer(path)
        heir = self.later.built_on(writer, path, new) if writer else None
        if heir is not None:
            self.later.hand(heir, path, old, sides(heir.changes[path])[1])
            self.keep(path, "also_merged", now, writer)
        elif self._is_by_leaf(path, old, new, now, is_touched=writer is not None):
            self._take_leaves(path, old, new, now)
        elif writer is None and same(now, new):
            self._take(path, old, now)
        else:
            reason = "already_back" if same(now, old) else "changed_since"
            self.keep(path, reason, now, writer or self.sources.last(path))

    def _is_by_leaf(self, path: str, old: object, new: object, now: object, *, is_touched: bool) -> bool:
        """An object that came as a whole, and in which others wrote since, or which others bring as well."""
        came = is_object_path(path) and is_tree(new) and old in (MISSING, {})
        return came and is_tree(now) and (is_touched or not same(now, new) or bool(self.later.merges))

    def _take(self, path: str, old: object, now: object) -> None:
        target, heir = self.later.best(path, old)
        reason = obstacle(self.state, self.actor, path, target, now)
        if reason:
            self.keep(path, reason, now)
            return
        if heir is not None:
            self.later.hand(heir, path, old, target)
        if heir is not None and same(target, now):
            self.keep(path, "also_merged", now, heir.entry)
            return
        self.put[path] = target
        self.undone.append(path)
        if heir is not None:
            self._take_over_followers(path, heir)

    def _take_over_followers(self, leader: str, heir: Merge) -> None:
        for path, followed in FOLLOWS.items():
            if followed == leader:
                found = current(heir.loser, path)
                old = sides(self.changes[path])[0] if path in self.changes else current(self.state, path)
                self.put[path] = found
                self.later.hand(heir, path, old, found)

    def _follow(self, path: str, leader: str) -> None:
        """It was set together with its leader, so it goes back with it, whoever touched it since."""
        if leader not in self.put:
            self.keep(path, "goes_with", current(self.state, path))
            return
        self.put.setdefault(path, sides(self.changes[path])[0])
        self.undone.append(path)

    def _take_leaves(self, path: str, old: object, made: object, now: object) -> None:
        """What others wrote or bring stays."""
        taken = len(self.undone)
        rest = self._without(path, made, now)
        if len(self.undone) > taken:
            self.put[path] = old if rest is MISSING else rest

    def _without(self, path: str, made: object, now: object) -> object:
        assert isinstance(made, Mapping) and isinstance(now, Mapping)
        rest = dict(now)
        for key, value in made.items():
            here, found = f"{path}/{escape(key)}", now.get(key, MISSING)
            writer = self.sources.writer(here)
            if is_tree(value) and is_tree(found):
                rest = replaced(rest, [key], self._without(here, value, found))
            elif writer is None and same(found, value):
                rest = replaced(rest, [key], self._take_leaf(here, found))
            else:
                reason = "already_back" if found is MISSING else "changed_since"
                self.keep(here, reason, found, writer or self.sources.last(here))
        return rest or MISSING

    def _take_leaf(self, path: str, now: object) -> object:
        target, heir = self.later.best(path, MISSING)
        if heir is not None:
            self.later.hand(heir, path, MISSING, target)
        if heir is not None and same(target, now):
            self.keep(path, "also_merged", now, heir.entry)
        else:
            self.undone.append(path)
        return target

    def _fit_metadata(self) -> None:
        paths = [path for path in self.put if path.startswith("/metadata/")]
        tree: dict[str, object] = self.state.lead.metadata
        for path in paths:
            tree = replaced(tree, parts_of(path)[1], self.put[path])
        try:
            check_metadata_size(tree)
        except ValidationError:
            for path in paths:
                del self.put[path]
                self.keep(path, "too_long", current(self.state, path))
            self.undone = [path for path in self.undone if not path.startswith("/metadata/")]

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
