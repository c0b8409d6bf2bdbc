"""Random histories of edits, merges and undos end where a plain dictionary says that they end."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from leads.change import CLEAR, AnswerChange, ById, CallLog, LeadChange, TagChange
from leads.changes import apply_change, merge_leads, undo_entry, undo_merge
from leads.errors import Refused
from leads.models import Action, Entry, Lead
from leads.models.answer import answer_id
from leads.queries.find import find_lead
from leads.state import LeadState
from tests.changes.histories import COLUMNS, TREE, World
from tests.make import SYSTEM, ask_for, make_lead, make_workspace

pytestmark = pytest.mark.django_db
NAMES = ("A", "B", "C", "D")
# What the dictionary leaves to a recount.
COUNTED = {"attempts", "last_attempt_at", "completed_at"}
WORDS = st.sampled_from(["", "x", "y", "z"])
ADDRESSES = st.sampled_from(["", "x@x.org", "y@x.org", "z@x.org"])
NUMBERS = st.sampled_from([1, 2, 3])
LEAVES = st.dictionaries(st.sampled_from("bcd"), NUMBERS, min_size=1, max_size=2)
ANSWERS = st.dictionaries(st.sampled_from(["q1", "q2"]), st.sampled_from([None, "x", "y"]), max_size=2)

FIELDS = {
    "first_name": WORDS,
    "last_name": WORDS,
    "source": WORDS,
    "email": ADDRESSES,
    "/metadata/n": st.none() | NUMBERS,
    TREE: st.none() | LEAVES,
    "tags": st.dictionaries(st.sampled_from(["hot", "cold"]), st.booleans()),
    "answers": ANSWERS,
}
edits = st.fixed_dictionaries({}, optional=FIELDS)
# The first one has little yet, the others have all of it to bring.
starts = st.tuples(edits, *[st.fixed_dictionaries(FIELDS)] * (len(NAMES) - 1)).map(list)
picks = st.dictionaries(
    st.sampled_from([*COLUMNS, "/metadata", "/answers/q1"]), st.sampled_from(["winner", "loser"]), max_size=3
)
which = st.integers(0, 11)
first = st.just(0) | which
edit = st.tuples(st.just("edit"), first, edits)
merge = st.tuples(st.just("merge"), first, which, picks)
undo_of_merge = st.tuples(st.just("undo_merge"), which)
undo = st.tuples(st.just("undo"), which)
call = st.tuples(st.just("call"), first)
step = st.one_of(edit, edit, merge, merge, merge, undo, undo_of_merge, undo_of_merge, call)
# Two are merged into one, and the earlier merge is undone while the later one stands.
tangle = st.tuples(
    st.tuples(st.just("merge"), st.just(0), which, picks),
    edit,
    st.tuples(st.just("merge"), st.just(0), which, picks),
    st.tuples(st.just("undo_merge"), st.just(0)),
)
steps = st.one_of(step.map(lambda one: (one,)), tangle)


class History:
    """The store and the dictionary, step by step beside each other."""

    def __init__(self, starting):
        self.workspace = make_workspace()
        self.items = {code: ask_for(self.workspace, code) for code in ("q1", "q2")}
        self.world = World(NAMES)
        self.leads = {name: make_lead(self.workspace).pk for name in NAMES}
        self.entries = {}  # the stored entry of each that the dictionary tells of
        self.gone = {}  # the row of a lead as it was when it was merged away
        note(starting)
        for name, values in zip(NAMES, starting, strict=True):
            self.edit(name, values)

    def take(self, step):
        kind, *words = step
        note(step)
        live = [name for name in NAMES if not self.world.survivors[name]]
        if kind == "edit":
            self.edit(live[words[0] % len(live)], words[1])
        elif kind == "call":
            self.call(live[words[0] % len(live)])
        elif kind == "merge" and len(live) > 1:
            winner = live.pop(words[0] % len(live))
            self.merge(winner, live[words[1] % len(live)], words[2])
        elif kind == "undo":
            self.undo(words[0])
        elif kind == "undo_merge" and self.world.standing():
            standing = self.world.standing()
            self.undo_merge(standing[words[0] % len(standing)])

    def edit(self, name, values):
        told = as_told(values, self.world.values(name))
        entry = self.world.edit(name, told)
        outcome = apply_change(self.workspace, SYSTEM, ById(self.leads[name]), as_change(values))
        self.keep(entry, outcome.entry)

    def call(self, name):
        change = LeadChange(call=CallLog("busy"))
        apply_change(self.workspace, SYSTEM, ById(self.leads[name]), change)

    def merge(self, winner, loser, picked):
        self.gone[loser] = raw(self.leads[loser])
        merge = self.world.merge(winner, loser, picked)
        outcome = merge_leads(self.workspace, SYSTEM, self.leads[winner], self.leads[loser], picked)
        self.keep(merge, outcome.outcome.entry)
        event("merged")

    def undo(self, number):
        entries = [
            entry
            for entry in self.entries
            if entry.kind in {"edit", "undone"}
            and not self.world.is_undone(entry)
            and not self.world.survivors[entry.lead]
        ]
        if entries:
            entry = entries[number % len(entries)]
            where = ById(self.leads[entry.lead])
            outcome = undo_entry(self.workspace, SYSTEM, where, self.entries[entry].pk)
            undone, kept = self.world.undo(entry)
            self.keep(undone, outcome.outcome.entry)
            self.compare_kept(outcome, kept)

    def undo_merge(self, merge):
        if self.world.survivors[merge.lead]:
            with pytest.raises(Refused) as refusal:
                undo_merge(self.workspace, SYSTEM, self.entries[merge].pk)
            assert refusal.value.reason == "merged_away"
            return
        outcome = undo_merge(self.workspace, SYSTEM, self.entries[merge].pk)
        if any(other.number > merge.number for other in self.world.standing(merge.lead)):
            event("a merge undone under a later one")
        undone, kept = self.world.undo(merge)
        self.keep(undone, outcome.outcome.entry)
        self.compare_kept(outcome, kept)
        event("a merge undone, all of it" if not kept else "a merge undone, some of it")
        assert raw(self.leads[merge.loser]) == self.gone.pop(merge.loser)

    def keep(self, entry, stored):
        if entry is None:
            assert stored is None or stored.changes.keys() <= COUNTED
        else:
            self.entries[entry] = stored
            self.compare(entry.lead)

    def compare_kept(self, outcome, kept):
        found = {kept.path for kept in outcome.kept} - COUNTED
        assert found == kept
        assert all(kept.message for kept in outcome.kept)

    def compare(self, name):
        lead = Lead.objects.get(pk=self.leads[name])
        state = LeadState(self.workspace, lead)
        found = {path: getattr(lead, path) for path in COLUMNS}
        found |= {"/metadata/n": lead.metadata.get("n")}
        found |= {f"{TREE}/{key}": leaf for key, leaf in lead.metadata.get("a", {}).items()}
        found |= {f"/tags/{tag.normalized}": True for tag in state.tags.values()}
        for code, item in self.items.items():
            answer = state.answers.get(item.pk)
            assert answer is None or answer.pk == answer_id(lead.pk, item.pk)
            found[f"/answers/{code}"] = answer and (answer.value, answer.status)
        found |= {f"/contact_points/{row.kind}:{row.key}": True for row in state.contact_points}
        assert seen(found) == seen(self.world.values(name))
        assert lead.metadata.keys() <= {"a", "n"}
        assert lead.email_key == lead.email
        assert {row.key for row in state.contact_points} <= set(lead.search_text.split("\n"))
        self.check_counts(lead, state)

    def check_counts(self, lead, state):
        progress = state.progress()
        counted = (progress.required, progress.done, progress.in_review)
        assert (lead.checklist_required, lead.checklist_done, lead.checklist_in_review) == counted
        assert lead.checklist_groups == progress.groups_as_json()
        calls = Action.objects.filter(lead__in=[lead.pk, *lead.absorbed], kind="CALL", outcome="busy")
        assert lead.attempts == calls.count()
        sources = set(lead.field_sources.values())
        assert Entry.objects.filter(lead=lead, pk__in=sources).count() == len(sources)

    def compare_all(self):
        for name in NAMES:
            self.compare(name)
            survivor = self.world.survivor(name)
            assert find_lead(self.workspace, ById(self.leads[name])).pk == self.leads[survivor]
            if name in self.gone:
                winner = self.leads[self.world.survivors[name]]
                assert raw(self.leads[name]) == {**self.gone[name], "merged_into_id": winner}
            absorbed = {self.leads[one] for one in NAMES if one != name and self.is_within(one, name)}
            assert set(Lead.objects.get(pk=self.leads[name]).absorbed) == {str(key) for key in absorbed}

    def is_within(self, one, name):
        while one and one != name:
            one = self.world.survivors[one]
        return bool(one)


def seen(values):
    """What anybody can tell apart: an answer that was emptied shows as one that was never given."""
    return {path: value for path, value in values.items() if value and value != (None, "TODO")}


def as_told(values, before):
    told = {path: value or None for path, value in values.items() if path in (*COLUMNS, "/metadata/n")}
    if TREE in values:
        leaves = values[TREE] or dict.fromkeys(
            path.rpartition("/")[2] for path in before if path.startswith(TREE)
        )
        told |= {f"{TREE}/{key}": leaf for key, leaf in leaves.items()}
    told |= {f"/tags/{tag}": is_on or None for tag, is_on in values.get("tags", {}).items()}
    for code, value in values.get("answers", {}).items():
        path = f"/answers/{code}"
        # What was never answered is not touched by clearing it.
        if value is not None or path in before:
            told[path] = (value, "COMPLETED" if value else "TODO")
    return told


def as_change(values):
    patch = {path.rpartition("/")[2]: value for path, value in values.items() if path.startswith("/metadata")}
    fields = {name: values[name] for name in COLUMNS if name in values and name != "email"}
    if "email" in values:
        fields["email"] = values["email"] or CLEAR
    tags = values.get("tags", {})
    tagging = TagChange(
        names=tuple(tag for tag in tags if tags[tag]), remove=tuple(tag for tag in tags if not tags[tag])
    )
    answers = [AnswerChange(code, {"value": value}) for code, value in values.get("answers", {}).items()]
    return LeadChange(fields=fields, metadata=patch or None, tags=tagging, answers=tuple(answers))


def raw(key):
    return Lead.objects.filter(pk=key).values().get()


def run(starting, history):
    run = History(starting)
    for several in history:
        for one in several:
            run.take(one)
    run.compare_all()
    return run


calmly = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(calmly, max_examples=15)
@given(starts, st.lists(steps, min_size=4, max_size=8))
def test_a_history_ends_where_the_dictionary_says(starting, history):
    run(starting, history)


@pytest.mark.slow
@settings(calmly, max_examples=100)
@given(starts, st.lists(steps, min_size=8, max_size=20))
def test_a_long_history_ends_where_the_dictionary_says(starting, history):
    run(starting, history)


# Not the email: one that was replaced by an edit is gone, one that a merge replaced is a further one.
PLACES = ["first_name", "last_name", "source", "/metadata/n", f"{TREE}/b", f"{TREE}/c", "/answers/q1"]
moves = st.lists(
    st.tuples(st.sampled_from(["edit", "merge", "merge", "undo"]), which, which, st.sampled_from(PLACES)),
    max_size=16,
)


@settings(calmly, max_examples=150)
@given(starts, moves)
def test_what_was_undone_might_as_well_never_have_been(starting, moving):
    """The dictionary itself is held against a world without the entries that were taken out of it."""
    world, again = dictionary(starting), dictionary(starting)
    began = len(world.told)
    for number, (kind, one, other, path) in enumerate(moving):
        live = [name for name in NAMES if not world.survivors[name]]
        name = live.pop(one % len(live))
        undoable = [entry for entry in that_stand(world, began) if not world.survivors[entry.lead]]
        if kind == "edit":
            world.edit(name, {path: f"{number}" if other % 3 else None})
        elif kind == "merge" and live:
            world.merge(name, live[other % len(live)], {})
        elif kind == "undo" and undoable:
            world.undo(undoable[other % len(undoable)])

    for entry in that_stand(world, began):
        if entry.loser:
            again.merge(entry.lead, entry.loser, {})
        else:
            again.edit(entry.lead, {path: new for path, (_old, new) in entry.changes.items()})
    for name in NAMES:
        assert reached_by(world.values(name)) == reached_by(again.values(name))


def that_stand(world, began):
    return [entry for entry in world.told[began:] if not entry.undoes and not world.is_undone(entry)]


def dictionary(starting):
    world = World(NAMES)
    for name, values in zip(NAMES, starting, strict=True):
        world.edit(name, as_told(values, {}))
    return world


def reached_by(values):
    """An email that is the lead's own by now may stand among the further ones as well."""
    return {f"/contact_points/email:{values.get('email')}": True, **values}
