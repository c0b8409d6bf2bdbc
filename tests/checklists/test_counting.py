"""Whatever happens to answers, to the checklist and to the leads: the counters are what a recount finds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklists.definitions import load_definitions
from checklists.specs import ChecklistSpec
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change, merge_leads, undo_entry, undo_merge
from leads.changes.definitions import apply_definitions
from leads.changes.recounting import recount_leads
from leads.models import Entry, Lead
from tests.checklists.make import make_group, make_item, when
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db
CODES = ("q1", "q2", "q3")
KINDS = {
    "required": {},
    "optional": {"is_required": False},
    "web": {"conditions": when("lead.source", "equals", "web")},
    "gone": None,
}
AFTER = {"conditions": when("q1", "equals", "x")}

number = st.integers(0, 5)
checklists = st.tuples(
    st.sampled_from(["required", "optional", "web"]), *[st.sampled_from([*KINDS, "after"])] * 2
)
step = st.one_of(
    st.tuples(st.just("define"), checklists),
    *[st.tuples(st.just("answer"), number, st.sampled_from(CODES), st.sampled_from(["x", "y", None]))] * 3,
    st.tuples(st.just("source"), number, st.sampled_from(["", "web"])),
    st.tuples(st.just("merge"), number, number, st.sampled_from(["", "winner", "loser"])),
    st.tuples(st.just("unmerge"), number),
    st.tuples(st.just("undo"), number),
)


class Desk:
    def __init__(self, kinds):
        self.workspace = make_workspace()
        self.define(kinds)
        self.leads = [make_lead(self.workspace).pk for _number in range(3)]

    def define(self, kinds):
        values = [AFTER if kind == "after" else KINDS[kind] for kind in kinds]
        pairs = zip(CODES, values, strict=True)
        items = [make_item(code, **given) for code, given in pairs if given is not None]
        group = make_group(*items, name="Questions")
        apply_definitions(self.workspace, SYSTEM, ChecklistSpec((group,)))
        self.workspace.refresh_from_db()

    def change(self, lead, **words):
        apply_change(self.workspace, SYSTEM, ById(self.live(lead)), LeadChange(**words))

    def answer(self, lead, code, value):
        if load_definitions(self.workspace).item(code):
            self.change(lead, answers=(AnswerChange(code, {"value": value}),))

    def source(self, lead, value):
        self.change(lead, fields={"source": value})

    def merge(self, winner, loser, side):
        first, second = self.live(winner), self.live(loser)
        if first != second:
            picks = {"/answers": side, "source": side} if side else {}
            merge_leads(self.workspace, SYSTEM, first, second, picks)

    def unmerge(self, which):
        gone = Lead.objects.filter(pk__in=self.leads, merged_into__merged_into=None)
        found = list(gone.exclude(merged_into=None))
        if found:
            undo_merge(self.workspace, SYSTEM, found[which % len(found)].pk)

    def undo(self, which):
        live = Entry.objects.filter(workspace=self.workspace, lead__merged_into=None, kind="updated")
        entries = live.order_by("-created_at", "-pk")
        undone = Entry.objects.exclude(undoes=None).values("undoes")
        found = list(entries.exclude(pk__in=undone)[:6])
        if found:
            entry = found[which % len(found)]
            undo_entry(self.workspace, SYSTEM, ById(entry.lead_id), entry.pk)

    def live(self, number):
        rows = Lead.objects.filter(pk__in=self.leads, merged_into=None).order_by("pk")
        return rows[number % len(rows)].pk


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(checklists, st.lists(step, min_size=4, max_size=16))
def test_the_counters_are_what_a_recount_finds(kinds, steps):
    desk = Desk(kinds)
    for name, *words in steps:
        getattr(desk, name)(*words)
        assert recount_leads(desk.workspace, None, store=False).differences == ()

    recount_leads(desk.workspace, None, only_old=True)
    counted = recount_leads(desk.workspace, None, store=False)
    assert (counted.leads, counted.old, counted.differences) == (3, 0, ())
