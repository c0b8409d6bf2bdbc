"""Leadping's other lead operations: read, delete, archive, tag; and which key may do what."""

from __future__ import annotations

from uuid import uuid4

import pytest

from leadhub.web.models import IdempotencyRecord, RequestRecord
from leads.change import TagChange
from leads.models import Entry, Lead, Tag
from tests.api.caller import ping, ping_source
from tests.api.leadping import PAGE, entries, refusal
from tests.api.tables import REQUEST_LOG, hashes
from tests.make import make_key, make_lead, make_workspace

pytestmark = pytest.mark.django_db

# A key is stamped when it is used, whatever comes of it.
LOG = REQUEST_LOG | {"workspaces.ApiKey"}
TAGGED = TagChange(names=("Hot", "New"))


def names_of(answer):
    return [tag["name"] for tag in answer.body["tags"]]


def test_a_lead_is_read_by_either_spelling_of_its_id():
    caller = ping()
    lead = make_lead(caller.workspace, first_name="Mara")
    for spelling in (str(lead.pk), str(lead.pk).upper(), f"lead_{lead.pk.hex}"):
        answer = caller("GET", f"/leads/{spelling}")
        assert (answer.status, answer.body["id"]) == (200, str(lead.pk))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/workflow-status"),
        ("POST", "/archive"),
        ("POST", "/unarchive"),
        ("POST", "/tags"),
        ("PUT", "/tags"),
        ("DELETE", "/tags/01890000-0000-7000-8000-000000000000"),
    ],
)
def test_what_is_not_the_keys_own_is_not_found(method, path):
    caller, stranger, tester = ping(), ping(), ping(test=True)
    lead = make_lead(caller.workspace)
    tests = ping(caller.workspace, test=True)
    for who, lead_id in ((stranger, lead.pk), (tests, lead.pk), (caller, uuid4()), (caller, "abc")):
        refusal(who(method, f"/leads/{lead_id}{path}", {}), 404)
    assert tester and entries(lead) == 1


def test_a_deleted_lead_is_gone_for_every_operation():
    caller = ping()
    lead = make_lead(caller.workspace)

    answer = caller("DELETE", f"/leads/{lead.pk}")

    assert (answer.status, answer.raw) == (204, b"")
    assert "html" not in answer.headers["Content-Type"]
    lead.refresh_from_db()
    assert lead.deleted_at is not None
    for method, path in (
        ("DELETE", ""),
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/archive"),
        ("POST", "/unarchive"),
    ):
        refusal(caller(method, f"/leads/{lead.pk}{path}", {}), 404)
    assert entries(lead) == 2


def test_a_delete_never_follows_a_merged_lead():
    caller = ping()
    winner, loser = make_lead(caller.workspace), make_lead(caller.workspace)
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    refusal(caller("DELETE", f"/leads/{loser.pk}"), 404)
    assert caller("GET", f"/leads/{loser.pk}").body["id"] == str(winner.pk)


def test_no_automation_of_theirs_runs_here():
    caller = ping()
    lead = make_lead(caller.workspace)
    answer = caller("GET", f"/leads/{lead.pk}/workflow-status")
    assert (answer.status, answer.body) == (200, {"leadId": str(lead.pk), "runs": []})


def test_a_lead_is_archived_and_comes_back():
    caller = ping()
    lead = make_lead(caller.workspace)

    archived = caller("POST", f"/leads/{lead.pk}/archive", {"reason": 0, "note": "Asked us to"})

    assert archived.status == 200
    body = archived.body
    assert (body["isArchived"], body["archiveReason"], body["archiveNote"]) == (True, 0, "Asked us to")
    assert (body["archivedAt"], body["archivedByUserId"]) == (body["modifiedAt"], str(caller.key.pk))
    # A second time keeps the first, and is nothing to tell.
    assert caller("POST", f"/leads/{lead.pk}/archive", {"reason": 5}).body == body
    back = caller("POST", f"/leads/{lead.pk}/unarchive")
    gone = ("archivedAt", "archivedByUserId", "archiveReason", "archiveNote")
    assert [back.body[name] for name in gone] == [None] * 4
    assert back.body["isArchived"] is False
    assert caller("POST", f"/leads/{lead.pk}/unarchive").body == back.body
    assert entries(lead) == 3


@pytest.mark.parametrize("body", [None, {}, {"reason": None, "note": None}])
def test_an_archive_needs_no_body(body):
    caller = ping()
    lead = make_lead(caller.workspace)
    answer = caller("POST", f"/leads/{lead.pk}/archive", body)
    assert (answer.status, answer.body["isArchived"], answer.body["archiveReason"]) == (200, True, None)


@pytest.mark.parametrize("reason", ["3", "Spam", 10, -1, 1.5, True, [], ""])
def test_L4_the_reason_of_an_archive_is_an_integer_from_0_to_9(reason):
    caller = ping()
    lead = make_lead(caller.workspace)
    assert list(refusal(caller("POST", f"/leads/{lead.pk}/archive", {"reason": reason}))) == ["reason"]
    assert entries(lead) == 1


def test_the_note_of_an_archive_has_500_characters():
    caller = ping()
    lead = make_lead(caller.workspace)
    path = f"/leads/{lead.pk}/archive"
    assert list(refusal(caller("POST", path, {"note": "x" * 501}))) == ["note"]
    assert list(refusal(caller("POST", path, {"note": 5}))) == ["note"]
    assert caller("POST", path, {"note": "x" * 500}).status == 200


def test_tags_are_added_replaced_and_removed():
    caller = ping()
    lead = make_lead(caller.workspace, tags=TAGGED)
    path = f"/leads/{lead.pk}/tags"

    added = caller("POST", path, {"tagNames": ["cold", "hot"], "createMissing": True})
    assert (added.status, names_of(added)) == (200, ["cold", "Hot", "New"])
    again = caller("POST", path, {"tagNames": ["COLD"]})
    assert again.body == added.body
    replaced = caller("PUT", path, {"tagIds": [added.body["tags"][0]["id"]], "tagNames": ["new"]})
    assert names_of(replaced) == ["cold", "New"]
    removed = caller("DELETE", f"{path}/{added.body['tags'][0]['id']}")
    assert (removed.status, names_of(removed)) == (200, ["New"])
    # It is off the lead already.
    assert caller("DELETE", f"{path}/{added.body['tags'][0]['id']}").body == removed.body
    assert names_of(caller("PUT", path, {})) == []
    assert entries(lead) == 5


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_missing_tags_are_made_only_when_asked_for(method):
    caller = ping()
    lead = make_lead(caller.workspace, tags=TAGGED)
    path = f"/leads/{lead.pk}/tags"
    for create in (False, None, ...):
        body = {"tagNames": ["Lukewarm"], "createMissing": create}
        if create is ...:
            del body["createMissing"]
        assert list(refusal(caller(method, path, body))) == ["tagNames"]
    assert list(refusal(caller(method, path, {"tagIds": [str(uuid4())]}))) == ["tagIds"]
    assert list(refusal(caller(method, path, {"createMissing": "yes"}))) == ["createMissing"]
    assert (Tag.objects.count(), entries(lead)) == (2, 1)


def test_an_archived_tag_stays_where_it_is_and_goes_nowhere_else():
    caller = ping()
    lead, other = make_lead(caller.workspace, tags=TAGGED), make_lead(caller.workspace)
    tag_id = caller("GET", f"/leads/{lead.pk}").body["tags"][0]["id"]
    assert caller("DELETE", f"/tags/{tag_id}").status == 200
    assert names_of(caller("GET", f"/leads/{lead.pk}")) == ["Hot", "New"]
    assert list(refusal(caller("POST", f"/leads/{other.pk}/tags", {"tagIds": [tag_id]}))) == ["tagNames"]
    assert caller("POST", f"/leads/{lead.pk}/tags", {"tagIds": [tag_id]}).status == 200


def test_an_unknown_tag_cannot_be_removed():
    caller = ping()
    lead = make_lead(caller.workspace, tags=TAGGED)
    theirs = make_lead(make_workspace(), tags=TAGGED).lead_tags.first().tag
    for tag_id in (uuid4(), "abc", theirs.pk):
        refusal(caller("DELETE", f"/leads/{lead.pk}/tags/{tag_id}"), 404)


# Keys


U = [
    ("GET", "/leads/{id}"),
    ("PUT", "/leads/{id}"),
    ("DELETE", "/leads/{id}"),
    ("GET", "/leads/{id}/workflow-status"),
    ("POST", "/leads/{id}/archive"),
    ("POST", "/leads/{id}/unarchive"),
    ("POST", "/leads/all/my"),
    ("POST", "/leads/{id}/tags"),
    ("PUT", "/leads/{id}/tags"),
    ("DELETE", "/leads/{id}/tags/{id}"),
    ("POST", "/dispositions"),
    ("GET", "/dispositions/{id}"),
    ("PUT", "/dispositions/{id}"),
    ("DELETE", "/dispositions/{id}"),
    ("GET", "/dispositions/lead/{id}"),
    ("GET", "/dispositions/lead/{id}/export"),
    ("GET", "/tags"),
    ("POST", "/tags"),
    ("PUT", "/tags/{id}"),
    ("DELETE", "/tags/{id}"),
]
K = [("POST", "/leads"), ("POST", "/leads/intake"), ("GET", "/leads/intake")]


@pytest.mark.parametrize(("method", "path"), U)
def test_a_source_key_opens_nothing_but_creation(method, path):
    workspace = make_workspace()
    lead = make_lead(workspace)
    for source in (ping_source(workspace), ping(workspace, scopes=("read", "write", "delete", "create"))):
        answer = source(method, path.format(id=lead.pk), {})
        refusal(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert entries(lead) == 1


@pytest.mark.parametrize(("method", "path"), K)
def test_nothing_but_a_source_key_creates(method, path):
    caller = ping(scopes=("read", "write", "delete", "admin"))
    refusal(caller(method, path, {"contact": {"email": "a@example.org"}}), 401)
    assert not Lead.objects.exists()


@pytest.mark.parametrize(("method", "path"), U + K)
def test_every_operation_asks_for_a_working_leadping_key(method, path):
    workspace = make_workspace()
    lead = make_lead(workspace)
    target = path.format(id=lead.pk)
    caller = ping(workspace)
    refusal(caller(method, target, {}, headers={"Authorization": None}), 401)
    refusal(caller(method, target, {}, headers={"Authorization": "Bearer lp_nonsense"}), 401)
    refusal(caller(method, target, {}, headers={"Authorization": f"Bearer {caller.text[:-1]}-"}), 401)
    for dialect in ("octanist", "omniai", "pollybot", "hub"):
        _key, text = make_key(workspace, dialect)
        answer = caller(method, target, {}, headers={"Authorization": f"Bearer {text}"})
        refusal(answer, 401)
        assert "another door" in answer.body["detail"]


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [(("read",), {"GET"}), (("write",), {"PUT", "POST"}), (("delete",), {"DELETE"})],
)
def test_a_scope_opens_its_methods(scopes, allowed):
    workspace = make_workspace()
    caller = ping(workspace, scopes=scopes)
    for method, path in (("GET", ""), ("PUT", ""), ("POST", "/archive"), ("DELETE", "")):
        lead = make_lead(workspace)
        answer = caller(method, f"/leads/{lead.pk}{path}", {})
        if method in allowed:
            assert answer.status in {200, 204}
        else:
            refusal(answer, 403)


def test_writing_is_enough_to_take_tags_off_and_steps_out():
    caller = ping(scopes=("read", "write"))
    lead = make_lead(caller.workspace, tags=TAGGED)
    tag_id = lead.lead_tags.first().tag_id
    step = caller("POST", "/dispositions", {"leadId": str(lead.pk), "outcome": "won"}).body
    assert caller("DELETE", f"/leads/{lead.pk}/tags/{tag_id}").status == 200
    assert caller("DELETE", f"/dispositions/{step['id']}").status == 204
    assert caller("DELETE", f"/tags/{tag_id}").status == 200
    refusal(caller("DELETE", f"/leads/{lead.pk}"), 403)


def test_a_key_may_stand_in_their_own_header():
    caller = ping()
    lead = make_lead(caller.workspace)
    headers = {"Authorization": None, "X-Leadping-Api-Key": caller.text}
    assert caller("GET", f"/leads/{lead.pk}", headers=headers).status == 200
    # The bearer is the one that counts.
    headers = {"Authorization": "Bearer lp_nonsense", "X-Leadping-Api-Key": caller.text}
    refusal(caller("GET", f"/leads/{lead.pk}", headers=headers), 401)


def test_too_many_requests_are_told_how_long_to_wait():
    caller = ping(make_workspace(rate_per_minute=2))
    lead = make_lead(caller.workspace)
    statuses = [caller("GET", f"/leads/{lead.pk}") for _number in range(3)]
    assert [answer.status for answer in statuses] == [200, 200, 429]
    refusal(statuses[-1], 429)
    assert int(statuses[-1].headers["Retry-After"]) >= 1


# What holds for every write


def writes(workspace):
    """One of each kind of write, with a key that may: (caller, method, path, body)."""
    caller, source = ping(workspace, scopes=("read", "write", "delete", "admin")), ping_source(workspace)
    lead = make_lead(workspace, tags=TAGGED, first_name="Mara")
    tag_id = lead.lead_tags.first().tag_id
    step = caller("POST", "/dispositions", {"leadId": str(lead.pk), "outcome": "won"}).body["id"]
    mail = {"contact": {"email": "new@example.org"}}
    return [
        (source, "POST", "/leads", {**mail, "tagNames": ["Fresh"]}),
        (source, "POST", "/leads/intake", {"email": "flat@example.org"}),
        (source, "GET", "/leads/intake?Email=query@example.org", None),
        (caller, "PUT", f"/leads/{lead.pk}", PAGE),
        (caller, "POST", f"/leads/{lead.pk}/archive", {"reason": 1}),
        (caller, "POST", f"/leads/{lead.pk}/unarchive", None),
        (caller, "POST", f"/leads/{lead.pk}/tags", {"tagNames": ["Cold"], "createMissing": True}),
        (caller, "PUT", f"/leads/{lead.pk}/tags", {"tagNames": ["Hot"]}),
        (caller, "DELETE", f"/leads/{lead.pk}/tags/{tag_id}", None),
        (caller, "POST", "/dispositions", {"leadId": str(lead.pk), "outcome": "Maybe", "category": "Open"}),
        (caller, "PUT", f"/dispositions/{step}", {"notes": "Twice"}),
        (caller, "DELETE", f"/dispositions/{step}", None),
        (caller, "POST", "/tags", {"name": "Brand new"}),
        (caller, "PUT", f"/tags/{tag_id}", {"color": "red"}),
        (caller, "DELETE", f"/tags/{tag_id}", None),
        (caller, "DELETE", f"/leads/{lead.pk}", None),
    ]


def test_a_dry_run_answers_the_same_and_stores_nothing():
    for caller, method, path, body in writes(make_workspace()):
        before = hashes(besides=LOG)
        dry = caller(method, path, body, headers={"Leadhub-Dry-Run": "true"})
        assert hashes(besides=LOG) == before, (method, path)
        wet = caller(method, path, body)
        assert (dry.status, dry.headers["Leadhub-Dry-Run"]) == (wet.status, "true"), (dry, wet)
        assert shape_of(dry.body) == shape_of(wet.body)


def shape_of(body):
    if isinstance(body, dict):
        return {name: shape_of(value) for name, value in body.items()}
    return [shape_of(item) for item in body] if isinstance(body, list) else type(body)


def test_a_write_with_a_key_is_done_once():
    for number, (caller, method, path, body) in enumerate(writes(make_workspace())):
        headers = {"Idempotency-Key": f"key-{number}"}
        first = caller(method, path, body, headers=headers)
        stored = hashes(besides=LOG)
        second = caller(method, path, body, headers=headers)
        assert first.status < 300, (method, path, first)
        assert (second.status, second.raw) == (first.status, first.raw), (method, path)
        assert second.headers["Idempotent-Replayed"] == "true"
        assert hashes(besides=LOG) == stored


@pytest.mark.django_db(transaction=True)
def test_one_key_with_two_bodies_is_422_and_with_a_refusal_the_same_again():
    caller = ping()
    lead = make_lead(caller.workspace)
    headers = {"Idempotency-Key": "one"}
    assert caller("PUT", f"/leads/{lead.pk}", {"enabled": False}, headers=headers).status == 200
    refusal(caller("PUT", f"/leads/{lead.pk}", {"enabled": True}, headers=headers), 422)
    headers = {"Idempotency-Key": "two"}
    first = caller("PUT", f"/leads/{lead.pk}", {"enabled": "x"}, headers=headers)
    again = caller("PUT", f"/leads/{lead.pk}", {"enabled": "x"}, headers=headers)
    assert refusal(again) == refusal(first)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert IdempotencyRecord.objects.count() == 2


def test_a_test_key_makes_and_touches_test_leads_only():
    workspace = make_workspace()
    source, tester, caller = ping_source(workspace, test=True), ping(workspace, test=True), ping(workspace)
    made = source("POST", "/leads", {"contact": {"email": "a@example.org"}}).body["id"]
    assert Lead.objects.get(pk=made).is_test is True
    refusal(caller("GET", f"/leads/{made}"), 404)
    assert tester("PUT", f"/leads/{made}", {"enabled": False}).status == 200
    step = tester("POST", "/dispositions", {"leadId": made, "outcome": "won"}).body["id"]
    for method in ("GET", "PUT", "DELETE"):
        refusal(caller(method, f"/dispositions/{step}", {}), 404)
    refusal(caller("POST", "/dispositions", {"leadId": made, "outcome": "won"}), 404)
    refusal(caller("GET", f"/dispositions/lead/{made}"), 404)
    assert caller("POST", "/leads/all/my", {}).body["items"] == []
    assert len(tester("POST", "/leads/all/my", {}).body["items"]) == 1


def test_every_request_is_recorded_with_its_lead_and_its_problems():
    caller = ping()
    lead = make_lead(caller.workspace)
    caller("PUT", f"/leads/{lead.pk}", {"contact": {"firstName": "Eva"}})
    caller("PUT", f"/leads/{lead.pk}", {"contact": {"email": "nobody"}})
    done, refused = RequestRecord.objects.order_by("id")
    assert (done.status, done.door, done.lead_id) == (200, "leadping", lead.pk)
    assert (refused.status, refused.code, refused.lead_id) == (400, "invalid", lead.pk)
    (problem,) = refused.problems.all()
    assert (problem.field, problem.code) == ("email", "invalid_email")
    assert Entry.objects.filter(lead=lead).latest("created_at").request_id == done.request_id


def test_a_key_of_two_dialects_opens_both():
    workspace = make_workspace()
    _key, text = make_key(workspace, "pollybot", "leadping")
    caller = ping(workspace)
    lead = make_lead(workspace)
    headers = {"Authorization": f"Bearer {text}"}
    assert caller("GET", f"/leads/{lead.pk}", headers=headers).status == 200
