"""PollyBot's PUT, to the key and the status code."""

from __future__ import annotations

import pytest

from leadhub.workspaces.ids import lead_ref
from leads.change import DispositionWish
from leads.models import Entry, Lead
from tests.api.caller import polly
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

MARA = {"name": "Mara Lind", "email": "mara@example.org", "phone": "+46-8-555-0101", "source": "webinar"}


def lead_of(caller, **change):
    return make_lead(caller.workspace, **{**MARA, **change})


def put(caller, lead, body=None, **words):
    return caller("PUT", f"/api/v1/leads/{lead_ref(lead.pk)}", body, **words)


def refusal(answer, status=400, code="VALIDATION_ERROR"):
    assert (answer.status, answer.body["code"]) == (status, code), answer
    assert answer.body["success"] is False
    assert set(answer.body) == {"success", "error", "code", "details", "timestamp", "requestId"}
    assert answer.body["requestId"] == answer.headers["X-Request-Id"]
    return answer.body["details"]


def test_the_page_to_the_key():
    caller = polly()
    lead = lead_of(caller, metadata={"utm_source": "google", "company": "Old"})
    answer = put(
        caller,
        lead,
        {
            "name": "John Smith",
            "phone": "+1-555-456-7890",
            "status": "qualified",
            "source": "referral",
            "metadata": {"company": "New Tech Corp", "interests": ["enterprise_solution"]},
        },
    )
    assert answer.status == 200
    lead.refresh_from_db()
    assert answer.body == {
        "success": True,
        "data": {
            "id": lead_ref(lead.pk),
            "name": "John Smith",
            "email": "mara@example.org",
            "phone": "+1-555-456-7890",
            "source": "referral",
            "status": "qualified",
            "metadata": {
                "utm_source": "google",
                "company": "New Tech Corp",
                "interests": ["enterprise_solution"],
            },
            "createdAt": lead.created_at.isoformat(timespec="milliseconds")[:-6] + "Z",
            "updatedAt": lead.updated_at.isoformat(timespec="milliseconds")[:-6] + "Z",
            "workspaceId": f"ws_{caller.workspace.pk.hex}",
        },
    }
    assert (lead.first_name, lead.last_name) == ("John", "Smith")


@pytest.mark.parametrize("spelling", [lambda lead: lead_ref(lead.pk), lambda lead: str(lead.pk)])
def test_either_spelling_of_the_id_will_do(spelling):
    caller = polly()
    lead = lead_of(caller)
    assert caller("PUT", f"/api/v1/leads/{spelling(lead)}", {"source": "x"}).body["data"]["source"] == "x"


def test_absent_fields_stay():
    caller = polly()
    lead = lead_of(caller, metadata={"a": 1})
    before = caller("GET", f"/api/v1/leads/{lead.pk}").body["data"]
    after = put(caller, lead, {"status": "contacted"}).body["data"]
    assert after == {**before, "status": "contacted", "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]


# P1


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("new", "new"),
        ("contacted", "contacted"),
        ("qualified", "qualified"),
        ("converted", "won"),
        ("lost", "lost"),
        ("follow_up", "follow_up"),
    ],
)
def test_P1_each_status_word_enters_its_stage(word, stage):
    caller = polly()
    lead = lead_of(caller)
    assert put(caller, lead, {"status": word}).body["data"]["status"] == word
    lead.refresh_from_db()
    assert lead.disposition.stage == stage


@pytest.mark.parametrize("stage", ["invalid", "duplicate"])
def test_P1_an_invalid_or_duplicate_lead_reads_as_lost_and_stays_what_it_is(stage):
    caller = polly()
    lead = lead_of(caller)
    make_stage(caller, lead, stage)
    assert put(caller, lead, {"status": "lost"}).body["data"]["status"] == "lost"
    lead.refresh_from_db()
    assert lead.disposition.stage == stage


def make_stage(caller, lead, stage):
    from leads.change import ById, LeadChange
    from leads.changes import apply_change
    from tests.make import SYSTEM

    change = LeadChange(disposition=DispositionWish(stage=stage))
    apply_change(caller.workspace, SYSTEM, ById(lead.pk), change)


@pytest.mark.parametrize("word", ["NEW", "won", "open", "invalid_status", "New ", 5, True, ["new"], {}])
def test_P1_any_other_status_is_refused_with_the_six_words(word):
    caller = polly()
    details = refusal(put(caller, lead_of(caller), {"status": word}))
    assert details == {
        "field": "status",
        "value": word,
        "message": "Status must be one of: new, contacted, qualified, converted, lost, follow_up",
    }


# P2


def test_P2_the_worked_merge():
    caller = polly()
    stored = {"a": 1, "tags": ["x", "y"], "crm": {"id": 7, "owner": "lo"}, "old": True}
    sent = {"tags": ["z"], "crm": {"owner": None, "stage": 2}, "old": None, "new": "n"}
    lead = lead_of(caller, metadata=stored)
    merged = {"a": 1, "tags": ["z"], "crm": {"id": 7, "stage": 2}, "new": "n"}
    assert put(caller, lead, {"metadata": sent}).body["data"]["metadata"] == merged
    assert Lead.objects.get(pk=lead.pk).metadata == merged


@pytest.mark.parametrize(
    ("stored", "sent", "merged"),
    [
        ({}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 2}}, {"a": 1}, {"a": 1}),
        ({"a": {"b": 2}}, {"a": [1]}, {"a": [1]}),
        ({"a": [1, 2]}, {"a": []}, {"a": []}),
        ({"a": [1]}, {"a": [None, 1]}, {"a": [None, 1]}),
        ({"a": 1}, {"b": None}, {"a": 1}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 0, "b": False, "c": ""}, {"a": 0, "b": False, "c": ""}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_P2_metadata_is_merged_by_rfc_7396(stored, sent, merged):
    caller = polly()
    lead = lead_of(caller, metadata=stored)
    assert put(caller, lead, {"metadata": sent}).body["data"]["metadata"] == merged


def test_P2_metadata_holds_64_kib_after_the_merge():
    caller = polly()
    lead = lead_of(caller, metadata={"a": "x" * 40_000})
    details = refusal(put(caller, lead, {"metadata": {"b": "x" * 30_000}}))
    assert details["field"] == "metadata"
    assert put(caller, lead, {"metadata": {"a": "x" * 30_000, "b": "x" * 30_000}}).status == 200


@pytest.mark.parametrize("metadata", ["", "text", 5, True, ["a"]])
def test_P2_metadata_that_is_no_object_is_refused(metadata):
    caller = polly()
    details = refusal(put(caller, lead_of(caller), {"metadata": metadata}))
    assert (details["field"], details["value"]) == ("metadata", None)


def test_P2_metadata_nests_to_the_depth_that_any_body_may():
    caller = polly()
    lead = lead_of(caller)

    def nested(depth):
        return {"k": nested(depth - 1)} if depth else 1

    assert put(caller, lead, {"metadata": nested(31)}).status == 200
    assert refusal(put(caller, lead, {"metadata": nested(32)}))["field"] == "body"


# P3 and P4


def test_P3_an_email_that_another_live_lead_has_is_a_conflict():
    caller = polly()
    first = make_lead(caller.workspace, name="A", email="Taken@Example.org")
    make_lead(caller.workspace, name="B", email="taken@example.org")
    lead = lead_of(caller)
    answer = put(caller, lead, {"email": "TAKEN@example.ORG", "name": "Not Stored"})
    assert answer.status == 409
    assert answer.body["error"] == "Email already exists"
    assert refusal(answer, 409, "DUPLICATE_EMAIL") == {
        "email": "TAKEN@example.ORG",
        "existingLeadId": lead_ref(first.pk),
        "message": "A different lead with this email already exists in your workspace.",
    }
    lead.refresh_from_db()
    assert lead.first_name == "Mara"


def test_P3_ones_own_email_is_no_conflict_even_among_doubles():
    caller = polly()
    lead = lead_of(caller)
    make_lead(caller.workspace, name="Double", email=MARA["email"])
    assert put(caller, lead, {"email": "MARA@example.org"}).body["data"]["email"] == "MARA@example.org"


def test_P3_another_workspaces_lead_is_no_conflict():
    caller = polly()
    make_lead(make_workspace(), name="Elsewhere", email="new@example.org")
    assert put(caller, lead_of(caller), {"email": "new@example.org"}).status == 200


@pytest.mark.parametrize("gone", ["deleted", "merged", "test"])
def test_P4_a_lead_that_is_not_live_takes_no_email(gone):
    caller = polly()
    other = make_lead(caller.workspace, name="Gone", email="new@example.org")
    lead = lead_of(caller)
    values = {
        "deleted": {"deleted_at": other.created_at},
        "merged": {"merged_into": lead},
        "test": {"is_test": True},
    }
    Lead.objects.filter(pk=other.pk).update(**values[gone])
    assert put(caller, lead, {"email": "new@example.org"}).status == 200


def test_P4_an_archived_lead_keeps_its_email():
    caller = polly()
    other = make_lead(caller.workspace, name="Archived", email="new@example.org")
    Lead.objects.filter(pk=other.pk).update(archived_at=other.created_at)
    details = refusal(put(caller, lead_of(caller), {"email": "new@example.org"}), 409, "DUPLICATE_EMAIL")
    assert details["existingLeadId"] == lead_ref(other.pk)


# P5


@pytest.mark.parametrize("field", ["email", "phone", "source"])
def test_P5_null_clears(field):
    caller = polly()
    lead = lead_of(caller)
    assert put(caller, lead, {field: None}).body["data"][field] is None
    lead.refresh_from_db()
    assert getattr(lead, field) == ""


@pytest.mark.parametrize("field", ["phone", "source"])
def test_P5_a_blank_clears_too(field):
    caller = polly()
    assert put(caller, lead_of(caller), {field: "  "}).body["data"][field] is None


def test_P5_null_empties_the_metadata():
    caller = polly()
    lead = lead_of(caller, metadata={"a": {"b": 1}})
    assert put(caller, lead, {"metadata": None}).body["data"]["metadata"] == {}


@pytest.mark.parametrize("value", [None, "", "  "])
@pytest.mark.parametrize("field", ["name", "status"])
def test_P5_name_and_status_cannot_be_empty(field, value):
    caller = polly()
    details = refusal(put(caller, lead_of(caller), {field: value}))
    assert (details["field"], details["value"]) == (field, value)


def test_P5_a_blank_email_is_refused():
    caller = polly()
    assert refusal(put(caller, lead_of(caller), {"email": ""}))["field"] == "email"


@pytest.mark.parametrize("body", [{}, {"id": "lead_x", "createdAt": "2020", "nickname": "M"}])
def test_P5_a_body_that_changes_nothing_is_refused(body):
    caller = polly()
    assert refusal(put(caller, lead_of(caller), body))["field"] == "body"


def test_P5_read_only_and_unknown_keys_are_ignored_by_name():
    caller = polly()
    lead = lead_of(caller)
    body = {"source": "x", "id": "lead_x", "createdAt": "2020", "workspaceId": "ws_x", "nickname": "M"}
    answer = put(caller, lead, body)
    assert answer.headers["Leadhub-Ignored"] == "id, createdAt, workspaceId, nickname"
    assert answer.body["data"]["workspaceId"] == f"ws_{caller.workspace.pk.hex}"
    assert "nickname" not in answer.body["data"]["metadata"]


# P6


@pytest.mark.parametrize(
    "phone",
    ["+1-555-123-9999", "(404) 555 0137", "5550101", "+46.8.555.0101", "123456789012345", "+1 0000000"],
)
def test_P6_a_phone_comes_back_as_it_was_sent(phone):
    caller = polly()
    assert put(caller, lead_of(caller), {"phone": phone}).body["data"]["phone"] == phone


@pytest.mark.parametrize(
    "phone",
    ["call me", "555-CALL-NOW", "123456", "1234567890123456", "1 2 3 4 5 6 7 8 9 0 1", "555/0101", 5550101],
)
def test_P6_what_does_not_look_like_a_phone_is_refused(phone):
    caller = polly()
    details = refusal(put(caller, lead_of(caller), {"phone": phone}))
    assert (details["field"], details["value"]) == ("phone", phone)


def test_P6_one_field_per_error_in_the_order_of_the_page():
    caller = polly()
    lead = lead_of(caller)
    bad = {"metadata": 5, "status": "x", "source": "s" * 51, "phone": "x", "email": "x", "name": None}
    for field in ("name", "email", "phone", "source", "status", "metadata"):
        assert refusal(put(caller, lead, bad))["field"] == field
        del bad[field]


def test_P6_an_unknown_lead_comes_before_a_bad_body():
    caller = polly()
    answer = caller("PUT", f"/api/v1/leads/lead_{'0' * 32}", raw=b"{nonsense")
    assert answer.body["error"] == "Lead not found"
    assert refusal(answer, 404, "LEAD_NOT_FOUND")["leadId"] == f"lead_{'0' * 32}"


def test_P6_a_bad_body_comes_before_a_taken_email():
    caller = polly()
    make_lead(caller.workspace, name="Other", email="taken@example.org")
    body = {"email": "taken@example.org", "status": "archived"}
    assert refusal(put(caller, lead_of(caller), body))["field"] == "status"


def test_P6_the_key_comes_before_the_lead():
    caller = polly()
    answer = caller("PUT", "/api/v1/leads/nonsense", {}, headers={"Authorization": "Bearer nonsense"})
    assert answer.status == 401


@pytest.mark.parametrize("name", ["N" * 100, "  Mara   Lind "])
def test_a_name_is_trimmed_and_may_have_100_characters(name):
    caller = polly()
    assert put(caller, lead_of(caller), {"name": name}).body["data"]["name"] == " ".join(name.split())


@pytest.mark.parametrize("body", [{"name": "N" * 101}, {"name": 5}, {"source": ["x"]}, {"email": {"a": 1}}])
def test_a_value_that_cannot_be_is_refused_and_nothing_is_stored(body):
    caller = polly()
    lead = lead_of(caller)
    (field,) = body
    assert refusal(put(caller, lead, {**body, "phone": "+1-555-456-7890"}))["field"] == field
    lead.refresh_from_db()
    assert lead.phone == MARA["phone"]


# The house


def test_the_whole_body_of_a_GET_changes_nothing():
    caller = polly()
    lead = lead_of(caller, metadata={"a": [1, {"b": None}], "n": 1.5})
    make_stage(caller, lead, "invalid")
    before, entries = Lead.objects.filter(pk=lead.pk).values().get(), Entry.objects.count()
    shown = caller("GET", f"/api/v1/leads/{lead.pk}").body["data"]
    answer = put(caller, lead, shown)
    assert (answer.status, answer.body["data"]) == (200, shown)
    assert "Leadhub-Ignored" not in answer.headers
    assert Lead.objects.filter(pk=lead.pk).values().get() == before
    assert Entry.objects.count() == entries


def test_the_echo_of_a_lead_without_name_and_of_an_odd_phone_is_not_judged():
    caller = polly()
    lead = make_lead(caller.workspace, phone="ask for Bo")
    shown = caller("GET", f"/api/v1/leads/{lead.pk}").body["data"]
    assert shown["name"] is None
    answer = put(caller, lead, {**shown, "source": "fair"})
    assert (answer.status, answer.body["data"]["phone"]) == (200, "ask for Bo")


def test_equal_values_write_no_entry_and_do_not_move_the_time():
    caller = polly()
    lead = lead_of(caller)
    entries = Entry.objects.count()
    answer = put(caller, lead, {"name": " Mara  Lind", "status": "new"})
    assert answer.status == 200
    assert Entry.objects.count() == entries
    assert Lead.objects.get(pk=lead.pk).updated_at == lead.updated_at


def test_one_change_is_one_entry_that_says_who_and_through_which_door():
    caller = polly()
    lead = lead_of(caller)
    answer = put(caller, lead, {"name": "New Name", "status": "lost", "metadata": {"a": 1}})
    entry = Entry.objects.filter(lead=lead).latest("id")
    assert (entry.door, entry.api_key_id) == ("pollybot", caller.key.pk)
    assert entry.request_id == answer.headers["X-Request-Id"]
    assert {"first_name", "last_name", "disposition", "/metadata/a"} <= set(entry.changes)


@pytest.mark.parametrize("size", [0, 60_000])
def test_a_put_takes_at_most_ten_statements(size, django_assert_max_num_queries):
    caller = polly()
    lead = lead_of(caller, metadata={"a": "x" * size})
    caller("GET", f"/api/v1/leads/{lead.pk}")
    body = {
        "name": "A B",
        "email": "new@example.org",
        "phone": "+14045550137",
        "status": "lost",
        "metadata": {"b": 1},
    }
    with django_assert_max_num_queries(10):
        assert put(caller, lead, body).status == 200


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 1e18, 0.1, 1e-300, -0.5])
def test_numbers_in_the_metadata_read_alike_on_both_databases(number):
    caller = polly()
    lead = lead_of(caller)
    assert put(caller, lead, {"metadata": {"n": number}}).body["data"]["metadata"] == {"n": number}
    shown = caller("GET", f"/api/v1/leads/{lead.pk}").body["data"]
    assert shown["metadata"] == {"n": number}
    assert put(caller, lead, shown).body["data"] == shown


@pytest.mark.parametrize("number", [1e19, -1e300])
def test_a_real_number_past_64_bits_is_refused(number):
    caller = polly()
    assert refusal(put(caller, lead_of(caller), {"metadata": {"n": number}}))["field"] == "body"
