"""What merges and undos come to, on plain dictionaries: the measure that the store is held against.

Nothing at a path is None. `/metadata/a` is an object of leaves, all else is a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field

COLUMNS = ("first_name", "last_name", "source", "email")
TREE = "/metadata/a"


@dataclass(eq=False)
class Told:
    """An entry: what it changed, from what to what."""

    number: int
    lead: str
    changes: dict
    kind: str = "edit"
    undoes: Told | None = None
    loser: str = ""
    picks: dict = field(default_factory=dict)
    brought: dict = field(default_factory=dict)
    # What it stands for since other merges were undone.
    handed: dict = field(default_factory=dict)

    @property
    def stands_for(self):
        changes = {**self.changes, **self.handed}
        return {path: (old, new) for path, (old, new) in changes.items() if old != new}


class World:
    def __init__(self, names):
        self.leads = {name: {} for name in names}
        self.sources = {name: {} for name in names}
        self.survivors = dict.fromkeys(names, "")
        self.told = []

    def tell(self, lead, before, **words):
        """Note what differs from `before`; None if nothing does."""
        changes = differences(before, self.leads[lead])
        if not changes and not words.get("loser"):
            return None
        entry = Told(len(self.told), lead, changes, **words)
        self.told.append(entry)
        self.sources[lead] |= dict.fromkeys(changes, entry)
        return entry

    def edit(self, lead, values):
        before = copy_of(self.leads[lead])
        for path, value in values.items():
            if path == TREE and value is not None:
                value = {**before.get(TREE, {}), **value}
            put(self.leads[lead], path, value)
        return self.tell(lead, before)

    def merge(self, winner, loser, picks):
        ours, theirs = self.leads[winner], self.leads[loser]
        before, given = copy_of(ours), copy_of(theirs)
        for path in sorted(set(ours) | set(theirs) | set(COLUMNS)):
            if path.startswith(("/tags", "/contact_points")):
                continue
            side = side_of(picks, path)
            mine, yours = before.get(path), theirs.get(path)
            if path == TREE and not side:
                put(ours, path, {**(yours or {}), **(mine or {})})
            elif side == "loser" or (not side and is_blank(mine) and not is_blank(yours)):
                # Nothing, picked over an answer, opens the item again.
                put(ours, path, (None, "TODO") if path.startswith("/answers") and not yours else yours)
        emails = [before.get("email"), theirs.get("email")]
        points = [
            f"/contact_points/email:{email}" for email in emails if email and email != ours.get("email")
        ]
        points += [path for path in theirs if path.startswith("/contact_points")]
        for path in [*points, *(path for path in theirs if path.startswith("/tags"))]:
            if path != f"/contact_points/email:{ours.get('email')}":
                ours[path] = True
        self.survivors[loser] = winner
        return self.tell(winner, before, kind="merged", loser=loser, picks=picks, brought=given)

    def undo(self, entry):
        """The entry that the undo makes, if any, and the paths that stay."""
        return self._take_back(entry, entry.changes, [], "undone")

    def undo_merge(self, merge):
        later = [
            other for other in self.standing(merge.lead) if other.number > merge.number and other is not merge
        ]
        self.survivors[merge.loser] = ""
        return self._take_back(merge, merge.stands_for, later, "merge_undone")

    def _take_back(self, entry, changes, later, kind):
        lead = self.leads[entry.lead]
        before, kept = copy_of(lead), set()
        # Decided on what is there now, put back afterwards.
        puts = {}
        for path, (old, new) in changes.items():
            if not self._decide(entry, path, old, new, later, puts):
                kept.add(path)
        kept |= {path for path, value in puts.items() if value is KEEP}
        for path, value in puts.items():
            if value is not KEEP:
                put(lead, path, value)
        words = {"loser": entry.loser} if kind == "merge_undone" else {}
        return self.tell(entry.lead, before, kind=kind, undoes=entry, **words), kept

    def _decide(self, entry, path, old, new, later, puts):
        now = get(self.leads[entry.lead], path)
        writer = self.writer(entry, path)
        if writer in later and path in writer.stands_for and writer.stands_for[path][0] == new:
            writer.handed[path] = (old, writer.stands_for[path][1])
            return False
        if path == TREE and old is None and new and now and (writer or now != new or later):
            for key, value in new.items():
                here = f"{TREE}/{key}"
                same = self.writer(entry, here) is None and now.get(key) == value
                puts[here] = self._best(here, None, value, later) if same else KEEP
            return True
        if writer is None and now == new:
            puts[path] = self._best(path, old, now, later)
            return True
        return False

    def _best(self, path, old, now, later):
        best, heir = old, None
        for merge in later:
            offer = None if side_of(merge.picks, path) == "winner" else offered(merge.brought, path)
            if is_blank(best) and not is_blank(offer):
                best, heir = offer, merge
        if heir is not None:
            heir.handed[path] = (old, best)
        return KEEP if heir is not None and best == now else best

    def writer(self, entry, path):
        """Who wrote here later, other than by putting something back."""
        near = [
            source
            for other, source in self.sources[entry.lead].items()
            if other == path or other.startswith(f"{path}/") or path.startswith(f"{other}/")
        ]
        later = [source for source in near if source.number > entry.number and source.undoes is None]
        return max(later, key=lambda source: source.number, default=None)

    def standing(self, winner=None):
        undone = {entry.undoes for entry in self.told if entry.kind == "merge_undone"}
        merges = [entry for entry in self.told if entry.kind == "merged" and entry not in undone]
        return [merge for merge in merges if winner in (None, merge.lead)]

    def is_undone(self, entry):
        return any(other.undoes is entry and not self.is_undone(other) for other in self.told)

    def survivor(self, lead):
        while self.survivors[lead]:
            lead = self.survivors[lead]
        return lead


KEEP = object()


def copy_of(values):
    return {path: dict(value) if path == TREE else value for path, value in values.items()}


def is_blank(value):
    return value in (None, (None, "TODO"))


def side_of(picks, path):
    while path:
        if path in picks:
            return picks[path]
        path = path.rpartition("/")[0]
    return ""


def offered(values, path):
    if path.startswith("/contact_points/email:") and path.endswith(f":{values.get('email')}"):
        return True
    return get(values, path)


def get(values, path):
    if path.startswith(f"{TREE}/"):
        return values.get(TREE, {}).get(path.rpartition("/")[2])
    return values.get(path)


def put(values, path, value):
    if path.startswith(f"{TREE}/"):
        tree = {**values.get(TREE, {}), path.rpartition("/")[2]: value}
        path, value = TREE, {key: leaf for key, leaf in tree.items() if leaf is not None}
    if value is None or value == {}:
        values.pop(path, None)
    else:
        values[path] = value


def differences(before, after):
    """{path: (old, new)}; of an object that is there on both sides, leaf by leaf."""
    found = {}
    for path in before.keys() | after.keys():
        old, new = before.get(path), after.get(path)
        if path == TREE and old and new:
            found |= {
                f"{path}/{key}": (old.get(key), new.get(key))
                for key in old.keys() | new.keys()
                if old.get(key) != new.get(key)
            }
        elif old != new:
            found[path] = (old, new)
    return found
