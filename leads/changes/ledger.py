"""Who put what at each path of a lead, one upon the other, without what was undone.

The uppermost step is what the lead holds. Objects are looked at leaf by leaf.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leads.changes.merged import MERGE_UNDONE, MERGED, Merge, untold_changes
from leads.changes.paths import FOLLOWS, is_object_path
from leads.models import Entry, Lead
from leads.timeline import MISSING, Change, change_of, escape, is_tree, same, sides

UNDONE: Final = "undone"
# These are put right for themselves: who is merged, what was planned and what follows from it.
_APART: Final = ("/merged/", "/actions/", "next_action_at")


@dataclass(frozen=True, slots=True)
class Step:
    """`by` is an entry that is no undo; `at` is the place in the history at which the value came to stand."""

    by: str
    at: int
    value: object

    def as_json(self) -> list[object]:
        return [self.by, change_of(MISSING, self.value) if self.value is not MISSING else None]


class Ledger:
    def __init__(self, lead: Lead) -> None:
        rows = Entry.objects.filter(workspace=lead.workspace_id, lead=lead)
        found = rows.only("workspace_id", "lead_id", "kind", "version", "undoes_id", "changes", "kept")
        # That two leads are not the same is told without raising the version.
        self.entries = {str(row.pk): row for row in found.order_by("version", "created_at", "pk")}
        self.places = {key: place for place, key in enumerate(self.entries)}
        self.steps: defaultdict[str, list[Step]] = defaultdict(list)
        self._bases: dict[str, object] = {}
        self._last: dict[str, Entry] = {}
        self._undone: set[str] = set()
        for key in self.entries:
            self._read(key)

    def _read(self, key: str) -> None:
        entry, told = self.entries[key], leaves_of(self.entries[key])
        root, takes_back = self.root(entry)
        if takes_back:
            self._take_out(entry, root, told)
        for path, (old, new) in told.items():
            self._bases.setdefault(path, old)
            self._last[path] = entry
            if not takes_back:
                self._push(path, "", key, old)
                self._push(path, root, key, new, always=True)
            else:
                # What followed from putting the rest back.
                self._push(path, key, key, new)

    def _push(self, path: str, by: str, key: str, value: object, *, always: bool = False) -> None:
        if always or not same(self.value(path), value):
            self.steps[path].append(Step(by, self.places[key], value))

    def _take_out(self, entry: Entry, root: str, told: Iterable[str]) -> None:
        filled: Mapping[str, list[list[object]]] = (entry.kept or {}).get("filled", {})
        for path in told:
            followers = [follower for follower, leader in FOLLOWS.items() if leader == path]
            for follower in followers if self.step(path, root) else ():
                self._cut(follower, root)
        is_merge = self.entries[root].kind == MERGED
        for path in list(self.steps) if is_merge else {*told, *filled}:
            self.steps[path] = [step for step in self.steps[path] if step.by != root]
        for path, fills in filled.items():
            for by, change in fills:
                value = sides(change)[1] if isinstance(change, list) else MISSING
                self._insert(self.steps[path], Step(str(by), self.places.get(str(by), 0), value))
        if is_merge:
            self._undone.add(root)

    def _cut(self, path: str, root: str) -> None:
        """What belongs to a value went with it, whoever touched it since."""
        steps = self.steps[path]
        index = next((index for index, step in enumerate(steps) if step.by == root), len(steps))
        del steps[index:]

    def _insert(self, steps: list[Step], step: Step) -> None:
        steps.insert(bisect(steps, step.at, key=lambda one: one.at), step)

    def root(self, entry: Entry) -> tuple[str, bool]:
        """The entry that is undone, or done again, in the end; and whether this one takes it back."""
        key, takes_back = str(entry.pk), False
        while self.entries[key].kind in {UNDONE, MERGE_UNDONE} and self.entries[key].undoes_id:
            key, takes_back = str(self.entries[key].undoes_id), not takes_back
        return key, takes_back

    def first(self, path: str) -> object:
        """What stood here before all that is told."""
        return self._bases.get(path, MISSING)

    def value(self, path: str) -> object:
        top = self.top(path)
        return top.value if top else self.first(path)

    def step(self, path: str, by: str) -> Step | None:
        return next((step for step in reversed(self.steps[path]) if step.by == by), None)

    def top(self, path: str) -> Step | None:
        return self.steps[path][-1] if self.steps[path] else None

    def below(self, path: str, step: Step) -> object:
        index = self.steps[path].index(step)
        return self.steps[path][index - 1].value if index else self.first(path)

    def paths_of(self, by: str) -> set[str]:
        return {path for path, steps in self.steps.items() if any(step.by == by for step in steps)}

    def without(
        self, path: str, by: str, merges: Iterable[Merge], accepts: Callable[[str, object], bool]
    ) -> tuple[list[Step], list[Step]]:
        """The steps that are left, and the new ones among them: merges bring what had no room before."""
        steps, new = [step for step in self.steps[path] if step.by != by], []
        for merge in merges:
            key = str(merge.entry.pk)
            if any(step.by == key for step in steps):
                continue
            index = bisect(steps, self.places[key], key=lambda one: one.at)
            below = steps[index - 1].value if index else self.first(path)
            value = merge.gives(path, below)
            if not same(value, below) and accepts(path, value):
                new.append(self.step_of(merge.entry, value))
                steps.insert(index, new[-1])
        return steps, new

    def step_of(self, entry: Entry, value: object) -> Step:
        return Step(str(entry.pk), self.places[str(entry.pk)], value)

    def merges_after(self, key: str) -> list[Entry]:
        """Those that stand. One whose loser was erased has nothing left to bring."""
        return [
            entry
            for other, entry in self.entries.items()
            if entry.kind == MERGED
            and entry.kept
            and other not in self._undone
            and self.places[other] > self.places[key]
        ]

    def is_later(self, step: Step, entry: Entry) -> bool:
        return self.places.get(step.by, step.at) > self.places[str(entry.pk)]

    def last(self, path: str, entry: Entry) -> Entry | None:
        """Who was here last after the entry; within an object also above it or in its parts."""
        near = [self._last[path]] if path in self._last else []
        if is_object_path(path):
            near += [row for other, row in self._last.items() if is_within(other, path)]
        later = [row for row in near if self.places[str(row.pk)] > self.places[str(entry.pk)]]
        return max(later, key=lambda row: self.places[str(row.pk)], default=None)


def is_within(one: str, other: str) -> bool:
    """Whether one of the two paths is a part of the other."""
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def leaves_of(entry: Entry) -> dict[str, tuple[object, object]]:
    """{path: (old, new)} of all that an entry changed, told or not."""
    found: dict[str, tuple[object, object]] = {}
    changes: dict[str, Change] = {**entry.changes, **untold_changes(entry)}
    for path, change in changes.items():
        old, new = sides(change)
        if is_object_path(path):
            before, after = dict(flat(path, old)), dict(flat(path, new))
            found |= {leaf: (before.get(leaf, MISSING), after.get(leaf, MISSING)) for leaf in before | after}
        elif not path.startswith(_APART):
            found[path] = (old, new)
    return found


def flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if is_tree(value):
        assert isinstance(value, Mapping)
        for key, inner in value.items():
            yield from flat(f"{path}/{escape(key)}", inner)
    elif value is not MISSING:
        yield path, value
