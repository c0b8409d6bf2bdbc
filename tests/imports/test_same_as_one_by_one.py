"""The set-based body of the writer against the other one: the same rows come to the same stored state."""

import datetime as dt
import json
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadhub.workspaces import clock
from leads.change import (
    CLEAR,
    AnswerChange,
    Archive,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.changes.catalogue import save_disposition
from leads.changes.erase import erase_lead
from leads.errors import Problem
from leads.imports.engine import run
from leads.imports.row import Row
from tests.imports.dumps import differing, dump
from tests.imports.one_by_one import bring_one_by_one
from tests.imports.rows import IMPORTER, make_batch
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
_numbers = count(1)

EMAILS = ["ana", "BEN", "ben", "zoë", "out", "erased"]
EMAILS = [f"{name}@example.org" for name in EMAILS] + ["no email", ""]
PHONES = ["(678) 555-0100", "+16785550101", "678 555 0102", "+49 30 901820", "n/a", "555", "x" * 70]
NAMES = ["Ana", "  Ana  Maria ", "Zoë", "O'Neill\tJr", "名前", "a" * 101, "\x00", "Ben", CLEAR, 7]

fields = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(NAMES),
        "last_name": st.sampled_from(["Ng", "Ångström", "", "back\\slash"]),
        "name": st.sampled_from(["Ana Ng", "Cher"]),
        "email": st.sampled_from([*EMAILS, CLEAR]),
        "phone": st.sampled_from([*PHONES, CLEAR]),
        "external_id": st.sampled_from(["crm-1", "crm-2", "crm-3", "gone", ""]),
        "source": st.sampled_from(["web", "fair"]),
        "value": st.sampled_from([12, "99.5", "1e3", "-1", CLEAR]),
        "enabled": st.booleans(),
        "assignee_type": st.sampled_from(["AI_AGENT", "HUMAN_AGENT", "robot"]),
        "captured_at": st.sampled_from(["2026-01-02T03:04:05Z", "soon"]),
        "email_verified": st.booleans(),
        "time_zone": st.sampled_from(["Europe/Berlin", "Nowhere"]),
        "click_ids": st.sampled_from([{"gclid": "x"}, {"gclid": None}, {}]),
        "loss_reason": st.just("too dear"),
        "next_action_at": st.just("2026-04-01T10:00:00Z"),
        "nonsense": st.just("x"),
    },
)
words = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.sampled_from(
            [{"a": 1}, {"a": {"b": None, "c": "ä\\n"}}, {"a": None}, CLEAR, {"x": [1.5]}]
        ),
        "address": st.sampled_from([{"city": "Bonn"}, {"city": CLEAR, "state": "GA"}, {"latitude": "1.25"}]),
        "profile": st.sampled_from([{"income": 5000, "birth_date": "1990-02-03"}, {"gender": "?"}]),
        "tags": st.sampled_from(
            [
                TagChange(names=("hot",)),
                TagChange(names=("Hot", "new one", "ﬁne")),
                TagChange(names=("cold",), replace=True),
                TagChange(remove=("hot",)),
                TagChange(names=("missing",), create=False),
            ]
        ),
        "answers": st.sampled_from(
            [
                (AnswerChange("tax_id", {"value": "12-3456789"}),),
                (AnswerChange("tax_id", {"value": CLEAR}), AnswerChange("owner", {"value": True})),
                (AnswerChange("nothing", {"value": 1}),),
                (AnswerChange("owner", {"status": "SKIPPED"}),),
            ]
        ),
        "disposition": st.sampled_from(
            [
                DispositionWish(stage="qualified"),
                DispositionWish(stage="lost", reason="no budget"),
                DispositionWish(outcome="sold", strict=True),
                DispositionWish(stage="follow_up", words={"callback_at": "2026-05-01T10:00:00Z"}),
                DispositionWish(outcome="nowhere"),
            ]
        ),
        "note": st.sampled_from(["called twice", "two\nlines"]),
        "consent": st.sampled_from(
            [
                (ConsentWish("email", False),),
                (ConsentWish("all", False, at=MOMENT),),
                (ConsentWish("sms", True, text_shown="I agree"),),
                (ConsentWish("all", True, text_shown="Signed."),),
            ]
        ),
        "contact_points": st.sampled_from(
            [
                (ContactPointChange("email", "second@example.org", "office"),),
                (ContactPointChange("phone", "+16785550101"),),
                (ContactPointChange("email", "second@example.org", remove=True),),
            ]
        ),
        "archive": st.just(Archive(reason=3, note="old")),
        "unarchive": st.just(True),
        "call": st.just(CallLog("no_answer", at=MOMENT)),
        "problems": st.just((Problem("line", "ragged", "The row has too many cells."),)),
    },
)
changes = st.builds(lambda fields, words: LeadChange(fields=fields, **words), fields, words)
options = st.fixed_dictionaries(
    {
        "on_match": st.sampled_from(["skip", "fill", "overwrite", "create"]),
        "match": st.permutations(["external_id", "email", "phone"]).flatmap(
            lambda keys: st.integers(0, 3).map(lambda n: tuple(keys[:n]))
        ),
        "batch_size": st.integers(1, 7),
    },
    optional={
        "tags": st.just(("imported", "hot")),
        "consent": st.just("Terms of the fair, 2026."),
        "disposition": st.just("contacted"),
        "region": st.just("DE"),
        "announce": st.booleans(),
        "assignee": st.just("the agent"),
    },
)


def make_desk():
    """A workspace with a checklist, tags, and leads of every kind that rows may meet."""
    workspace = make_workspace(name="Desk")
    for code, kind in (("tax_id", "EIN"), ("owner", "BOOLEAN")):
        ask_for(workspace, code, kind, is_required=True)
    save_disposition(
        workspace, SYSTEM, {"outcome": "sold", "label": "Sold", "stage": "won", "required_items": ["tax_id"]}
    )
    agent = make_member(workspace, email=f"agent-{next(_numbers)}@desk.example")
    with clock.at(MOMENT - dt.timedelta(days=3)):
        out = (ConsentWish("email", False), ConsentWish("all", False))
        answers = (AnswerChange("owner", {"value": True}),)
        hot = TagChange(names=("hot",))
        make_lead(workspace, first_name="Ana", email="ana@example.org", external_id="crm-1", tags=hot)
        make_lead(workspace, first_name="Out", email="out@example.org", phone="678 555 0102", consent=out)
        make_lead(workspace, last_name="Twin", phone="+16785550101")
        make_lead(workspace, last_name="Twin", phone="+16785550101", metadata={"a": {"b": 1}})
        make_lead(workspace, name="Zoë", email="ZOË@example.org", answers=answers)
        gone = make_lead(workspace, email="erased@example.org", external_id="gone")
        erase_lead(workspace, SYSTEM, ById(gone.pk), "asked")
    return workspace, agent


RESULTS = ("created", "updated", "unchanged", "skipped", "refused")


def bring_together(batch, rows):
    told = {row.line: ("", []) for row in rows}

    def hear(row, verdict):
        told[row.line] = (verdict.result, sorted(problem.code for problem in verdict.problems))

    run(batch, IMPORTER, iter(rows), report=hear)
    return {name: getattr(batch, name) for name in RESULTS}, list(told.values())


def bring_singly(batch, rows):
    told = bring_one_by_one(batch, IMPORTER, rows)
    results = [result for result, _codes in told]
    unstored = [one if one[0] in {"skipped", "refused"} else ("", []) for one in told]
    return {name: results.count(name) for name in RESULTS}, unstored


def check(rows, terms):
    """Both ways, on two workspaces that were made alike."""
    found = []
    for bring in (bring_together, bring_singly):
        workspace, agent = make_desk()
        mine = {**terms, **({"assignee": agent.pk} if "assignee" in terms else {})}
        with clock.at(MOMENT):
            told = bring(make_batch(workspace, **mine), rows)
        stored = dump(workspace)
        ours = ("import.finished", "lead.deleted")  # the end of it, and the lead that was erased before
        stored["Event"] = [row for row in stored["Event"] if row["kind"] not in ours]
        text = json.dumps(stored).replace(str(agent.pk), "the agent").replace(agent.email, "the agent")
        found.append((told, json.loads(text)))
    (together, stored_together), (singly, stored_singly) = found
    assert together == singly
    assert not differing(stored_together, stored_singly)


# To make a failing example smaller would take minutes.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": PHASES}


@settings(max_examples=15, derandomize=True, **CALM)
@given(st.lists(changes, min_size=1, max_size=9), options)
def test_rows_come_to_the_same_together_and_one_by_one(changes, terms):
    check([Row(line, {}, change) for line, change in enumerate(changes, start=2)], terms)


@pytest.mark.slow
@settings(max_examples=80, **CALM)
@given(st.lists(changes, min_size=1, max_size=14), options)
def test_many_more_rows_come_to_the_same(changes, terms):
    check([Row(line, {}, change) for line, change in enumerate(changes, start=2)], terms)
