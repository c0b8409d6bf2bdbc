"""Leadping's dispositions: set, read, retold and taken out; the lead's summary follows."""

from __future__ import annotations

from uuid import uuid4

import pytest

from leads.change import ById, DispositionWish, LeadChange
from leads.changes import apply_change
from leads.changes.catalogue import save_disposition
from leads.changes.undo import undo_entry
from leads.models import DispositionChange, Entry, Event, Lead
from tests.api.caller import ping, polly
from tests.api.leadping import entries, refusal
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

KEYS = (
    "leadId type outcome category notes reason changeSource changedByAutomationId timestamp followUpStatus"
    " callbackAt taskDueAt appointmentStartAt appointmentEndAt appointmentNotes assignedToUserId"
    " relatedCallEventId isMissedCallFollowUp sourceId id oldDispositionId oldDispositionType"
    " oldDispositionOutcome newDispositionId changedByUserId changedAt createdAt updatedAt"
).split()
WORDS = {
    "type": "Call",
    "outcome": "Interested, call again",
    "category": "Open",
    "notes": "Line one\nLine two",
    "reason": "Price",
    "changeSource": "AI",
    "changedByAutomationId": "auto-1",
    "timestamp": "2026-03-01T10:00:00.000Z",
    "followUpStatus": "pending",
    "callbackAt": "2026-03-02T10:00:00.000Z",
    "taskDueAt": "2026-03-03T10:00:00.000Z",
    "appointmentStartAt": "2026-03-04T10:00:00.000Z",
    "appointmentEndAt": "2026-03-04T11:00:00.000Z",
    "appointmentNotes": "Bring papers",
    "assignedToUserId": "user-1",
    "relatedCallEventId": "call-1",
    "isMissedCallFollowUp": False,
    "sourceId": "source-1",
}


def dispose(caller, lead, **words):
    answer = caller("POST", "/dispositions", {"leadId": str(lead.pk), **words})
    assert answer.status == 200, answer
    return answer.body


def current(caller, lead):
    return caller("GET", f"/leads/{lead.pk}").body["currentDisposition"]


def stage_of(lead):
    lead.refresh_from_db()
    return lead.disposition.stage


def test_setting_one_tells_all_that_was_said():
    caller = ping()
    lead = make_lead(caller.workspace)

    shown = dispose(caller, lead, **WORDS)

    assert set(shown) == set(KEYS)
    assert {name: shown[name] for name in WORDS} == WORDS
    assert shown["leadId"] == str(lead.pk)
    assert (shown["newDispositionId"], shown["oldDispositionId"]) == (shown["id"], None)
    assert shown["oldDispositionOutcome"] == "new"
    assert (shown["changedByUserId"], shown["changedAt"]) == (str(caller.key.pk), WORDS["timestamp"])
    assert shown["updatedAt"] is None
    assert current(caller, lead) == {
        "id": shown["id"],
        "category": "Open",
        "outcome": "Interested, call again",
        "displayName": "Interested, call again",
        "changedAt": WORDS["timestamp"],
        "changedByUserId": str(caller.key.pk),
        "changedByAutomationId": "auto-1",
        "source": "AI",
    }
    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")
    assert (entry.kind, entry.summary) == ("disposed", "Status changed")
    assert Event.objects.filter(lead_id=lead.pk, kind="lead.disposition_changed").count() == 1


@pytest.mark.parametrize(
    ("category", "stage"),
    [
        ("Open", "new"),
        ("Qualified", "qualified"),
        ("Converted", "won"),
        ("Lost", "lost"),
        ("Invalid", "invalid"),
        ("Duplicate", "duplicate"),
        (None, "new"),
    ],
)
def test_a_free_outcome_goes_by_its_category(category, stage):
    caller = ping()
    lead = make_lead(caller.workspace)
    shown = dispose(caller, lead, outcome="Whatever", category=category)
    assert (stage_of(lead), shown["outcome"], shown["category"]) == (stage, "Whatever", category or "Open")


@pytest.mark.parametrize(("stage", "then"), [("lost", "contacted"), ("follow_up", "follow_up")])
def test_an_open_lead_stays_where_it_is_and_a_closed_one_is_opened_again(stage, then):
    caller = ping()
    lead = make_lead(caller.workspace, disposition=DispositionWish(stage=stage))
    dispose(caller, lead, outcome="Wrote back", category="Open")
    assert stage_of(lead) == then


@pytest.mark.parametrize("outcome", ["sold", "SOLD", " Sold out ", "sold OUT"])
def test_an_outcome_of_the_catalogue_is_known_by_its_name_or_label(outcome):
    caller = ping()
    values = {"outcome": "sold", "label": "Sold out", "stage": "won"}
    sold = save_disposition(caller.workspace, SYSTEM, values)
    lead = make_lead(caller.workspace)
    shown = dispose(caller, lead, outcome=outcome)
    lead.refresh_from_db()
    assert (lead.disposition_id, shown["outcome"]) == (sold.pk, outcome.strip())
    summary = current(caller, lead)
    assert (summary["displayName"], summary["category"]) == ("Sold out", "Converted")


def test_a_category_alone_is_enough_and_nothing_is_not():
    caller = ping()
    lead = make_lead(caller.workspace)
    assert dispose(caller, lead, category="Lost")["outcome"] == "lost"
    for nothing in ({}, {"outcome": None}, {"outcome": " ", "category": None}, {"notes": "x"}):
        assert list(refusal(caller("POST", "/dispositions", {"leadId": str(lead.pk), **nothing}))) == [
            "outcome"
        ]


def test_the_same_once_more_is_a_step_of_its_own():
    caller = ping()
    lead = make_lead(caller.workspace)
    first = dispose(caller, lead, outcome="No answer", type="Call")
    second = dispose(caller, lead, outcome="No answer", type="Call")
    assert second["oldDispositionId"] == first["id"]
    assert (second["oldDispositionOutcome"], second["oldDispositionType"]) == ("No answer", "Call")
    history = caller("GET", f"/dispositions/lead/{lead.pk}")
    assert [row["id"] for row in history.body] == [second["id"], first["id"]]
    assert history.body == [second, first]
    assert caller("GET", f"/dispositions/{first['id']}").body == first


def test_what_other_doors_set_is_history_too():
    caller = ping()
    lead = make_lead(caller.workspace)
    neighbour = polly(caller.workspace)
    neighbour("PUT", f"/api/v1/leads/lead_{lead.pk.hex}", {"status": "converted"})
    summary = current(caller, lead)
    assert (summary["outcome"], summary["displayName"], summary["category"]) == ("won", "Won", "Converted")
    assert summary["source"] == "API"
    dispose(caller, lead, outcome="Gone", category="Lost")
    shown = neighbour("GET", f"/api/v1/leads/lead_{lead.pk.hex}").body["data"]
    assert shown["status"] == "lost"


def test_the_export_is_an_object_with_rows():
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, **WORDS)
    answer = caller("GET", f"/dispositions/lead/{lead.pk}/export")
    assert (answer.status, answer.body["rows"], answer.body["leadId"]) == (200, [step], str(lead.pk))


def test_a_merged_leads_history_is_read_with_its_survivors():
    caller = ping()
    winner, loser = make_lead(caller.workspace), make_lead(caller.workspace)
    step = dispose(caller, loser, outcome="won")
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    Lead.objects.filter(pk=winner.pk).update(absorbed=[str(loser.pk)])
    for lead in (winner, loser):
        rows = caller("GET", f"/dispositions/lead/{lead.pk}").body
        assert [(row["id"], row["leadId"]) for row in rows] == [(step["id"], str(winner.pk))]
    assert caller("GET", f"/dispositions/{step['id']}").body["leadId"] == str(winner.pk)
    for method in ("PUT", "DELETE"):
        refusal(caller(method, f"/dispositions/{step['id']}", {"notes": "x"}), 404)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"category": "Maybe"}, "category"),
        ({"changeSource": "Me"}, "changeSource"),
        ({"outcome": 5}, "outcome"),
        ({"outcome": "x" * 256}, "outcome"),
        ({"type": "x" * 65}, "type"),
        ({"notes": "x" * 10_001}, "notes"),
        ({"callbackAt": "soon"}, "callbackAt"),
        ({"timestamp": ""}, "timestamp"),
        ({"isMissedCallFollowUp": "yes"}, "isMissedCallFollowUp"),
        ({"assignedToUserId": 5}, "assignedToUserId"),
    ],
)
def test_a_bad_word_is_refused(sent, path):
    caller = ping()
    lead = make_lead(caller.workspace)
    body = {"leadId": str(lead.pk), "outcome": "won", **sent}
    assert list(refusal(caller("POST", "/dispositions", body))) == [path]
    step = dispose(caller, lead, outcome="won")
    assert list(refusal(caller("PUT", f"/dispositions/{step['id']}", sent))) == [path]
    assert (DispositionChange.objects.count(), entries(lead)) == (1, 2)


def test_the_lead_must_be_named_and_be_there():
    caller, stranger = ping(), ping()
    lead = make_lead(caller.workspace)
    for missing in ({}, {"leadId": None}, {"leadId": ""}, {"leadId": 5}):
        assert list(refusal(caller("POST", "/dispositions", {"outcome": "won", **missing}))) == ["leadId"]
    for who, lead_id in ((stranger, str(lead.pk)), (caller, str(uuid4())), (caller, "abc")):
        refusal(who("POST", "/dispositions", {"leadId": lead_id, "outcome": "won"}), 404)
        refusal(who("GET", f"/dispositions/lead/{lead_id}"), 404)
    step = dispose(caller, lead, outcome="won")
    for who, step_id in ((stranger, step["id"]), (caller, uuid4()), (caller, "abc")):
        for method in ("GET", "PUT", "DELETE"):
            refusal(who(method, f"/dispositions/{step_id}", {}), 404)
    caller("DELETE", f"/leads/{lead.pk}")
    for method in ("GET", "PUT", "DELETE"):
        refusal(caller(method, f"/dispositions/{step['id']}", {}), 404)


def test_a_strict_workspace_holds_its_rules_here_too():
    caller = ping(make_workspace(strict_stages=True))
    values = {"outcome": "dropped", "label": "Dropped", "stage": "lost", "needs_reason": True}
    save_disposition(caller.workspace, SYSTEM, values)
    lead = make_lead(caller.workspace)
    answer = caller("POST", "/dispositions", {"leadId": str(lead.pk), "outcome": "dropped"})
    assert list(refusal(answer)) == ["reason"]
    assert dispose(caller, lead, outcome="dropped", reason="Price")["reason"] == "Price"


# Telling a step anew


def test_editing_the_current_step_moves_the_lead():
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, **{**WORDS, "category": "Lost"})
    assert stage_of(lead) == "lost"

    answer = caller("PUT", f"/dispositions/{step['id']}", {"outcome": "Signed", "category": "Converted"})

    assert answer.status == 200, answer
    expected = {**step, "outcome": "Signed", "category": "Converted", "updatedAt": answer.body["updatedAt"]}
    assert answer.body == expected
    assert answer.body["updatedAt"] is not None
    assert stage_of(lead) == "won"
    summary = current(caller, lead)
    assert (summary["id"], summary["outcome"], summary["category"]) == (step["id"], "Signed", "Converted")
    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")
    assert entry.changes["disposition"] == ["lost", "won"]
    assert entry.changes[f"/dispositions/{step['id']}/outcome"] == ["Interested, call again", "Signed"]
    assert lead.version == entry.version == 3


def test_editing_an_earlier_step_leaves_the_lead_where_it_is():
    caller = ping()
    lead = make_lead(caller.workspace)
    first = dispose(caller, lead, outcome="No answer", category="Open")
    second = dispose(caller, lead, outcome="won")
    answer = caller("PUT", f"/dispositions/{first['id']}", {"outcome": "Busy", "category": "Lost"})
    assert (answer.body["outcome"], answer.body["category"]) == ("Busy", "Lost")
    assert stage_of(lead) == "won"
    shown = caller("GET", f"/dispositions/{second['id']}").body
    assert shown == {**second, "oldDispositionOutcome": "Busy"}


def test_a_step_is_merged_leaf_by_leaf_and_null_clears():
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, **WORDS)
    cleared = ("type", "notes", "reason", "followUpStatus", "callbackAt", "isMissedCallFollowUp", "sourceId")
    answer = caller("PUT", f"/dispositions/{step['id']}", dict.fromkeys(cleared))
    expected = {**step, **dict.fromkeys(cleared), "updatedAt": answer.body["updatedAt"]}
    assert answer.body == expected
    kept = caller("PUT", f"/dispositions/{step['id']}", {"timestamp": None, "changeSource": None})
    assert kept.body == expected
    assert list(refusal(caller("PUT", f"/dispositions/{step['id']}", {"outcome": None}))) == ["outcome"]
    other = {"leadId": str(make_lead(caller.workspace).pk)}
    assert list(refusal(caller("PUT", f"/dispositions/{step['id']}", other))) == ["leadId"]


@pytest.mark.parametrize("words", [WORDS, {"outcome": "sold"}, {"category": "Lost"}])
def test_a_step_sent_back_moves_nothing(words):
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, **words)
    row = Lead.objects.values().get(pk=lead.pk)
    answer = caller("PUT", f"/dispositions/{step['id']}", step)
    assert (answer.status, answer.body) == (200, step)
    assert "Leadhub-Ignored" not in answer.headers
    assert (Lead.objects.values().get(pk=lead.pk), entries(lead)) == (row, 2)


def test_a_step_that_becomes_qualified_stamps_the_lead():
    caller = ping()
    lead = make_lead(caller.workspace, disposition=DispositionWish(stage="lost"))
    apply_change(caller.workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"loss_reason": "Price"}))
    step = current(caller, lead)["id"]
    caller("PUT", f"/dispositions/{step}", {"outcome": "qualified", "category": None})
    lead.refresh_from_db()
    assert lead.qualified_at == lead.updated_at
    assert (lead.loss_reason, lead.disposition.stage) == ("", "qualified")


# Taking a step out


def test_deleting_the_current_step_puts_the_lead_on_the_one_before():
    caller = ping()
    lead = make_lead(caller.workspace)
    first = dispose(caller, lead, outcome="Nice", category="Qualified")
    second = dispose(caller, lead, outcome="Gone", category="Lost")

    answer = caller("DELETE", f"/dispositions/{second['id']}")

    assert (answer.status, answer.raw) == (204, b"")
    assert stage_of(lead) == "qualified"
    assert current(caller, lead)["id"] == first["id"]
    refusal(caller("GET", f"/dispositions/{second['id']}"), 404)
    refusal(caller("DELETE", f"/dispositions/{second['id']}"), 404)
    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")
    assert entry.changes["disposition"] == ["lost", "qualified"]
    gone = entry.changes[f"/dispositions/{second['id']}"]
    assert (gone[0]["outcome"], gone[2]) == ("Gone", "removed")


def test_deleting_the_only_step_leaves_a_new_lead():
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, outcome="Nice", category="Qualified")
    assert caller("DELETE", f"/dispositions/{step['id']}").status == 204
    assert (current(caller, lead), stage_of(lead), lead.qualified_at) == (None, "new", None)
    assert caller("GET", f"/dispositions/lead/{lead.pk}").body == []
    # And the way goes on from there.
    assert dispose(caller, lead, outcome="won")["oldDispositionId"] is None


def test_deleting_a_step_between_lets_its_neighbours_meet():
    caller = ping()
    lead = make_lead(caller.workspace)
    first, second, third = (dispose(caller, lead, outcome=word, type=word) for word in ("a", "b", "c"))
    assert caller("DELETE", f"/dispositions/{second['id']}").status == 204
    assert current(caller, lead)["id"] == third["id"]
    shown = caller("GET", f"/dispositions/{third['id']}").body
    assert shown == {
        **third,
        "oldDispositionId": first["id"],
        "oldDispositionOutcome": "a",
        "oldDispositionType": "a",
    }
    caller("DELETE", f"/dispositions/{first['id']}")
    shown = caller("GET", f"/dispositions/{third['id']}").body
    assert (shown["oldDispositionId"], shown["oldDispositionOutcome"]) == (None, "new")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_where_the_lead_stood_can_be_had_back(method):
    caller = ping()
    lead = make_lead(caller.workspace)
    step = dispose(caller, lead, outcome="Gone", category="Lost")
    assert caller(method, f"/dispositions/{step['id']}", {"outcome": "won", "category": None}).status < 300
    assert stage_of(lead) == {"PUT": "won", "DELETE": "new"}[method]
    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")

    undone = undo_entry(caller.workspace, SYSTEM, ById(lead.pk), entry.pk)

    assert stage_of(lead) == "lost"
    assert "disposition" in undone.undone
    assert current(caller, lead)["category"] == "Lost"


def test_the_history_takes_as_many_statements_as_it_is_long_or_short(django_assert_max_num_queries):
    caller = ping()
    lead = make_lead(caller.workspace)
    for number in range(30):
        step = dispose(caller, lead, outcome=f"Try {number}")
    with django_assert_max_num_queries(3):
        assert len(caller("GET", f"/dispositions/lead/{lead.pk}").body) == 30
    with django_assert_max_num_queries(10):
        dispose(caller, lead, outcome="Try again")
    with django_assert_max_num_queries(10):
        caller("PUT", f"/dispositions/{step['id']}", {"notes": "x"})
