"""Octanist's PATCH, to the key and the status code."""

from __future__ import annotations

import pytest

from leadhub.web.models import RequestRecord
from leadhub.workspaces.ids import lead_ref
from leads.change import ById, DispositionWish, LeadChange
from leads.changes import apply_change
from leads.models import DispositionChange, Entry, Lead
from tests.api.caller import octo
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

ANA = {"name": "Ana Ruiz", "email": "Ana@Example.org", "phone": "+31 20 123 4567"}


def lead_of(caller, **change):
    return make_lead(caller.workspace, **{**ANA, **change})


def patch(caller, body=None, **words):
    return caller("PATCH", "/api/leads", body, **words)


def refusal(answer, status=400, code="VALIDATION_ERROR"):
    assert set(answer.body) == {"success", "error", "meta"}
    assert (answer.status, answer.body["error"]["code"], answer.body["success"]) == (status, code, False)
    assert set(answer.body["error"]) == {"code", "message", "details"}
    assert set(answer.body["meta"]) == {"requestId", "timestamp"}
    return answer.body["error"]["details"]


def fields_of(answer):
    return [error["field"] for error in refusal(answer)["errors"]]


def set_stage(lead, stage):
    change = LeadChange(disposition=DispositionWish(stage=stage))
    apply_change(lead.workspace, SYSTEM, ById(lead.pk), change)


def stage_of(lead):
    return Lead.objects.get(pk=lead.pk).disposition.stage


def test_the_page_to_the_key():
    caller = octo()
    lead = lead_of(caller)
    answer = patch(caller, {"email": "ana@example.org", "status": "won", "value": 5000})
    assert answer.status == 200
    assert answer.body == {
        "success": True,
        "data": {
            "leadId": lead_ref(lead.pk),
            "leadsUpdated": 1,
            "message": "Lead updated successfully",
        },
        "meta": {
            "requestId": answer.headers["X-Request-Id"],
            "timestamp": answer.body["meta"]["timestamp"],
        },
    }
    assert answer.body["meta"]["timestamp"].endswith("Z")
    assert len(answer.body["meta"]["timestamp"]) == len("2026-03-10T12:00:00.000Z")
    lead.refresh_from_db()
    assert (lead.disposition.stage, lead.value) == ("won", 5000)


# C1


@pytest.mark.parametrize("spelling", [lambda lead: lead_ref(lead.pk), lambda lead: f" {lead.pk} "])
def test_C1_the_id_decides_whatever_else_is_sent(spelling):
    caller = octo()
    lead = lead_of(caller)
    for number in range(2):
        make_lead(caller.workspace, name=f"Other {number}", email="other@example.org", phone="+31201234568")
    body = {"id": spelling(lead), "email": "other@example.org", "phone": "+31201234568", "note": "x"}
    answer = patch(caller, body)
    assert answer.body["data"]["leadId"] == lead_ref(lead.pk)
    assert answer.headers["Leadhub-Ignored"] == "email, phone"
    lead.refresh_from_db()
    assert (lead.email, lead.phone) == (ANA["email"], ANA["phone"])


@pytest.mark.parametrize(
    "body",
    [
        {"id": "lead_abc123", "email": "ana@example.org"},
        {"id": "nonsense", "phone": ANA["phone"]},
        {"email": "nobody@example.org", "phone": ANA["phone"]},
        {"email": "no address at all", "phone": ANA["phone"]},
        {"phone": "n/a"},
    ],
)
def test_C1_what_matches_nothing_is_not_found_without_falling_through(body):
    caller = octo()
    lead_of(caller)
    refusal(patch(caller, {**body, "status": "won"}), 404, "NOT_FOUND")


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_C1_blank_identifiers_count_as_absent(blank):
    caller = octo()
    lead = lead_of(caller)
    answer = patch(caller, {"id": blank, "email": blank, "phone": ANA["phone"]})
    assert answer.body["data"]["leadId"] == lead_ref(lead.pk)


@pytest.mark.parametrize("body", [{}, {"status": "won"}, {"id": None, "email": "", "phone": " "}])
def test_C1_without_an_identifier_nothing_can_be_meant(body):
    assert fields_of(patch(octo(), body)) == ["id"]


@pytest.mark.parametrize("value", [0, False, 5, ["x"], {"a": 1}])
@pytest.mark.parametrize("name", ["id", "email", "phone"])
def test_C1_an_identifier_of_a_wrong_type_is_refused(name, value):
    assert fields_of(patch(octo(), {name: value})) == [name]


@pytest.mark.parametrize("email", ["ana@example.org", " ANA@EXAMPLE.ORG "])
def test_C1_emails_are_compared_without_case(email):
    caller = octo()
    lead = lead_of(caller)
    assert patch(caller, {"email": email}).body["data"]["leadId"] == lead_ref(lead.pk)


@pytest.mark.parametrize("phone", ["+31201234567", "+31 (20) 123-45.67", "0031201234567"])
def test_C1_phones_are_compared_without_their_separators(phone):
    caller = octo(make_workspace(region="NL"))
    lead = lead_of(caller)
    assert patch(caller, {"phone": phone}).body["data"]["leadId"] == lead_ref(lead.pk)


# C2


def test_C2_several_matches_are_a_conflict_and_nothing_is_written():
    caller = octo()
    leads = [lead_of(caller) for _ in range(3)]
    entries = Entry.objects.count()
    answer = patch(caller, {"email": "ana@example.org", "status": "won", "note": "x"})
    assert refusal(answer, 409, "CONFLICT") == {"reason": "ambiguous", "count": 3}
    assert Entry.objects.count() == entries
    assert {stage_of(lead) for lead in leads} == {"new"}


@pytest.mark.parametrize("by", ["email", "phone"])
def test_C2_with_bulk_updates_all_matches_are_updated(by):
    caller = octo(make_workspace(allow_bulk_update=True))
    leads = [lead_of(caller) for _ in range(3)]
    make_lead(caller.workspace, name="Other")
    answer = patch(caller, {by: ANA[by], "status": "won", "value": 5, "note": "x"})
    assert answer.body["data"] == {
        "leadId": lead_ref(leads[-1].pk),
        "leadsUpdated": 3,
        "message": "Lead updated successfully",
    }
    assert {(stage_of(lead), Lead.objects.get(pk=lead.pk).note) for lead in leads} == {("won", "x")}
    assert Entry.objects.filter(lead__in=leads, note="x").count() == 3


def test_C2_matches_that_change_nothing_are_counted_too():
    caller = octo(make_workspace(allow_bulk_update=True))
    first, second = lead_of(caller), lead_of(caller)
    set_stage(first, "won")
    entries = Entry.objects.count()
    assert patch(caller, {"email": ANA["email"], "status": "won"}).body["data"]["leadsUpdated"] == 2
    assert Entry.objects.count() == entries + 1
    assert stage_of(second) == "won"


@pytest.mark.django_db(transaction=True)
def test_C2_a_bulk_update_is_all_or_none():
    caller = octo(make_workspace(allow_bulk_update=True))
    first, second = lead_of(caller), lead_of(caller)
    set_stage(second, "won")
    # To the lead that is open this repeats what it is; to the one that was won it says what nobody may say.
    assert fields_of(patch(caller, {"email": ANA["email"], "status": "open", "note": "x"})) == ["status"]
    assert not Lead.objects.exclude(note="").exists()
    assert Lead.objects.filter(pk=first.pk, note="").exists()


# C3


@pytest.mark.parametrize("word", ["qualified", "won", "lost"])
@pytest.mark.parametrize("key", ["status", "changedTo"])
def test_C3_a_status_may_come_under_either_name(key, word):
    caller = octo()
    lead = lead_of(caller)
    assert patch(caller, {"id": lead_ref(lead.pk), key: word}).status == 200
    assert stage_of(lead) == word


@pytest.mark.parametrize("other", ["lost", "nonsense", 5, None])
def test_C3_status_wins_and_only_the_winner_is_judged(other):
    caller = octo()
    lead = lead_of(caller)
    assert patch(caller, {"id": str(lead.pk), "status": "won", "changedTo": other}).status == 200
    assert stage_of(lead) == "won"


def test_C3_status_wins_even_when_it_only_repeats_what_is():
    caller = octo()
    lead = lead_of(caller)
    set_stage(lead, "won")
    answer = patch(caller, {"id": str(lead.pk), "status": "won", "changedTo": "lost"})
    assert (answer.status, answer.headers["Leadhub-Ignored"]) == (200, "changedTo")
    assert stage_of(lead) == "won"


@pytest.mark.parametrize("blank", [None, "", " "])
def test_C3_a_blank_status_leaves_the_word_to_the_other(blank):
    caller = octo()
    lead = lead_of(caller)
    assert patch(caller, {"id": str(lead.pk), "status": blank, "changedTo": "won"}).status == 200
    assert stage_of(lead) == "won"


@pytest.mark.parametrize("word", ["WON", "Won", "converted", "won ", "x", 1, True, ["won"], {"a": 1}])
@pytest.mark.parametrize("key", ["status", "changedTo"])
def test_C3_any_other_status_is_refused(key, word):
    caller = octo()
    lead = lead_of(caller)
    body = {"id": str(lead.pk), key: word, "value": 7}
    if key == "status":
        body["changedTo"] = "won"
    assert fields_of(patch(caller, body)) == ["status"]
    assert Lead.objects.get(pk=lead.pk).value is None


@pytest.mark.parametrize("stage", ["qualified", "won", "lost"])
def test_C3_nobody_can_be_set_back_to_open(stage):
    caller = octo()
    lead = lead_of(caller)
    set_stage(lead, stage)
    assert fields_of(patch(caller, {"id": str(lead.pk), "status": "open"})) == ["status"]


@pytest.mark.parametrize("stage", ["new", "contacted", "follow_up"])
def test_C3_an_open_lead_may_be_told_that_it_is_open(stage):
    caller = octo()
    lead = lead_of(caller)
    set_stage(lead, stage)
    assert patch(caller, {"id": str(lead.pk), "status": "open"}).status == 200
    assert stage_of(lead) == stage


def test_C3_the_older_name_takes_no_open_ever():
    caller = octo()
    lead = lead_of(caller)
    assert fields_of(patch(caller, {"id": str(lead.pk), "changedTo": "open"})) == ["status"]


def test_C3_a_loss_reason_is_for_lost_leads():
    caller = octo()
    lead = lead_of(caller)

    def after(**body):
        answer = patch(caller, {"id": str(lead.pk), **body})
        assert answer.status == 200
        shown = caller("GET", f"/api/leads/{lead.pk}").body["data"]
        return shown["status"], shown["lossReason"], answer.headers.get("Leadhub-Ignored")

    assert after(lossReason="early") == ("open", None, "lossReason")
    assert after(status="won", lossReason=["not even judged"]) == ("won", None, "lossReason")
    assert after(status="lost", lossReason="budget") == ("lost", "budget", None)
    assert after(lossReason="price") == ("lost", "price", None)
    assert after(lossReason=None) == ("lost", "price", None)
    assert after(status="lost", lossReason="") == ("lost", "price", None)
    assert after(status="qualified") == ("qualified", None, None)


@pytest.mark.parametrize("stage", ["invalid", "duplicate"])
def test_C3_a_lead_that_reads_as_lost_takes_a_loss_reason(stage):
    caller = octo()
    lead = lead_of(caller)
    set_stage(lead, stage)
    patch(caller, {"id": str(lead.pk), "status": "lost", "lossReason": "no such number"})
    assert caller("GET", f"/api/leads/{lead.pk}").body["data"]["lossReason"] == "no such number"
    assert stage_of(lead) == stage


def test_C3_the_first_time_of_being_qualified_stands():
    caller = octo()
    lead = lead_of(caller)
    patch(caller, {"id": str(lead.pk), "status": "won"})
    assert Lead.objects.get(pk=lead.pk).qualified_at is None
    patch(caller, {"id": str(lead.pk), "status": "qualified"})
    first = Lead.objects.get(pk=lead.pk).qualified_at
    for word in ("lost", "qualified", "qualified"):
        patch(caller, {"id": str(lead.pk), "status": word})
    assert Lead.objects.get(pk=lead.pk).qualified_at == first is not None
    assert DispositionChange.objects.filter(lead=lead).count() == 4


# C4


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (5000, 5000),
        (0, 0),
        ("0", 0),
        (12.5, 12.5),
        ("5000", 5000),
        ("5000.50", 5000.5),
        (" 5000 ", 5000),
        ("1e3", 1000),
        ("0.005", 0.01),
        (0.125, 0.13),
        (999999999999.99, 999999999999.99),
    ],
)
def test_C4_plain_numbers_are_taken_and_shown_as_numbers(sent, shown):
    caller = octo()
    lead = lead_of(caller)
    assert patch(caller, {"id": str(lead.pk), "value": sent}).status == 200
    value = caller("GET", f"/api/leads/{lead.pk}").body["data"]["value"]
    assert (value, isinstance(value, str)) == (shown, False)


@pytest.mark.parametrize(
    "value",
    [
        "5,000",
        "1.234,56",
        "€ 500",
        "500 EUR",
        "abc",
        "nan",
        "Infinity",
        "1_000",
        "٥",
        "0x10",
        True,
        False,
        [],
        {},
        -1,
        "-0.01",
        "1e13",
        1_000_000_000_000,
    ],
)
def test_C4_everything_else_is_refused(value):
    caller = octo()
    lead = lead_of(caller, value=7)
    assert fields_of(patch(caller, {"id": str(lead.pk), "value": value})) == ["value"]
    assert Lead.objects.get(pk=lead.pk).value == 7


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_C4_a_blank_value_says_nothing(blank):
    caller = octo()
    lead = lead_of(caller, value=7)
    assert patch(caller, {"id": str(lead.pk), "value": blank}).status == 200
    assert Lead.objects.get(pk=lead.pk).value == 7


# C5


def test_C5_a_note_is_appended_and_the_newest_is_the_leads_own():
    caller = octo()
    lead = lead_of(caller)
    for note in ("first", "second"):
        assert patch(caller, {"id": str(lead.pk), "note": note}).status == 200
    assert caller("GET", f"/api/leads/{lead.pk}").body["data"]["note"] == "second"
    noted = Entry.objects.filter(lead=lead).exclude(note="").order_by("id")
    assert [entry.note for entry in noted] == ["first", "second"]


@pytest.mark.parametrize("note", [None, "", " \n "])
def test_C5_a_blank_note_writes_no_entry(note):
    caller = octo()
    lead = lead_of(caller, note="first")
    entries = Entry.objects.count()
    assert patch(caller, {"id": str(lead.pk), "note": note}).status == 200
    assert (Entry.objects.count(), Lead.objects.get(pk=lead.pk).note) == (entries, "first")


@pytest.mark.parametrize("body", [{"note": 5}, {"note": "x" * 10_001}, {"note": ["x"]}])
def test_C5_a_note_that_is_none_is_refused(body):
    caller = octo()
    lead = lead_of(caller)
    assert fields_of(patch(caller, {"id": str(lead.pk), **body})) == ["note"]


def test_C5_the_order_of_checks():
    caller = octo()
    lead_of(caller), lead_of(caller)
    bad_key = {"X-API-KEY": "oct_" + "x" * 51}
    assert patch(caller, raw=b"{", headers=bad_key).status == 401
    assert fields_of(patch(caller, raw=b"{")) == ["body"]
    assert fields_of(patch(caller, {"status": "nonsense"})) == ["id"]
    assert fields_of(patch(caller, {"email": "nobody@example.org", "status": "nonsense"})) == ["status"]
    assert fields_of(patch(caller, {"email": ANA["email"], "value": "abc"})) == ["value"]
    refusal(patch(caller, {"email": "nobody@example.org", "status": "won"}), 404, "NOT_FOUND")
    refusal(patch(caller, {"email": ANA["email"], "status": "won"}), 409, "CONFLICT")


def test_all_problems_come_at_once():
    caller = octo()
    lead = lead_of(caller)
    body = {"id": str(lead.pk), "status": "open", "changedTo": "won", "value": "5,000", "note": 5}
    set_stage(lead, "won")
    assert sorted(fields_of(patch(caller, body))) == ["note", "status", "value"]


# C6


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b"5", b'{"value": Infinity}'])
def test_C6_a_body_that_is_no_object_is_refused_in_the_envelope(raw):
    assert fields_of(patch(octo(), raw=raw)) == ["body"]


def test_C6_only_an_identifier_is_a_success_that_changes_nothing():
    caller = octo()
    lead = lead_of(caller)
    entries = Entry.objects.count()
    assert patch(caller, {"id": str(lead.pk)}).body["data"]["leadsUpdated"] == 1
    assert Entry.objects.count() == entries


def test_C6_unknown_keys_are_ignored_by_name():
    caller = octo()
    lead = lead_of(caller)
    answer = patch(caller, {"id": str(lead.pk), "currency": "EUR", "name": "New", "alsoQualified": True})
    assert answer.headers["Leadhub-Ignored"] == "currency, name, alsoQualified"
    assert Lead.objects.get(pk=lead.pk).first_name == "Ana"


# The house


@pytest.mark.parametrize("stage", ["new", "follow_up", "qualified", "won", "lost", "invalid"])
def test_the_whole_body_of_a_GET_changes_nothing(stage):
    caller = octo()
    lead = lead_of(caller, value=12.5, note="hi", custom=' {"a": 1} ', metadata={"utm_source": 5})
    set_stage(lead, stage)
    before, entries = Lead.objects.filter(pk=lead.pk).values().get(), Entry.objects.count()
    shown = caller("GET", f"/api/leads/{lead.pk}").body["data"]
    answer = patch(caller, shown)
    assert answer.body["data"]["leadsUpdated"] == 1
    assert "Leadhub-Ignored" not in answer.headers
    assert Lead.objects.filter(pk=lead.pk).values().get() == before
    assert Entry.objects.count() == entries


def test_a_merged_lead_leads_to_the_survivor():
    caller = octo()
    winner, loser = lead_of(caller), lead_of(caller)
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    answer = patch(caller, {"id": lead_ref(loser.pk), "note": "x"})
    assert answer.body["data"]["leadId"] == lead_ref(winner.pk)
    assert patch(caller, {"email": ANA["email"], "note": "y"}).body["data"]["leadsUpdated"] == 1


@pytest.mark.parametrize("by", ["id", "email", "phone"])
def test_another_workspaces_lead_answers_like_one_that_does_not_exist(by):
    theirs = make_lead(make_workspace(), **ANA)
    caller = octo()
    known = {"id": str(theirs.pk), "email": theirs.email, "phone": theirs.phone}[by]
    unknown = {"id": "lead_" + "0" * 32, "email": "x@example.org", "phone": "+31209999999"}[by]

    def error(value):
        return refusal(patch(caller, {by: value, "status": "won"}), 404, "NOT_FOUND")

    assert error(known) == error(unknown)
    assert stage_of(theirs) == "new"


def test_a_refused_write_is_kept_with_the_lead_it_was_about():
    caller = octo()
    lead = lead_of(caller)
    patch(caller, {"email": ANA["email"], "value": "abc"})
    record = RequestRecord.objects.get()
    assert (record.status, record.lead_id) == (400, lead.pk)
    assert [problem.field for problem in record.problems.all()] == ["value"]


@pytest.mark.parametrize("by", ["id", "email", "phone"])
@pytest.mark.parametrize("size", [0, 60_000])
def test_a_patch_takes_at_most_ten_statements(by, size, django_assert_max_num_queries):
    caller = octo()
    lead = lead_of(caller, metadata={"a": "x" * size}, custom="x" * size)
    identifier = {by: str(lead.pk) if by == "id" else ANA[by]}
    patch(caller, identifier)
    with django_assert_max_num_queries(10):
        body = {**identifier, "status": "lost", "value": "12.5", "note": "x", "lossReason": "y"}
        assert patch(caller, body).status == 200
