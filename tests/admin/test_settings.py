"""The settings: what owners change there, what is shown once, and that nothing of others is there."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from leadhub.web.models import RequestRecord
from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import find_key
from leadhub.workspaces.models import ApiKey, Membership, SignIn, User, Workspace, WorkspaceEntry
from leads.admin.clocks import ended, written
from leads.change import Actor, ActorKind, Archive, ById, CallLog, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.endpoints import create_endpoint
from leads.changes.rotating import rotate_key
from leads.models import (
    BulkRow,
    CallOutcome,
    Disposition,
    Entry,
    Job,
    Lead,
    MessageTemplate,
    Tag,
    WebhookDelivery,
    WebhookEndpoint,
)
from leads.outbox.jobs import JobQueue
from leads.outbox.log import send_test
from leads.queries.catalogue import load_catalogue
from tests.admin.budget import queries_of
from tests.make import SYSTEM, make_answerable, make_key, make_lead, make_member, make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
HOUR = timedelta(hours=1)


@pytest.fixture
def owner(client):
    workspace = make_answerable()
    owner = make_member(workspace, "owner")
    client.force_login(owner)
    return workspace, owner


def at(name, *args):
    return reverse(f"admin:{name}", args=args)


def text_of(page):
    return page.content.decode()


def make_webhook(workspace):
    values = {"name": "CRM", "url": "https://crm.example/hook", "events": ["lead.created"]}
    return create_endpoint(workspace, SYSTEM, values)[0]


def test_settings_are_kept_with_their_audit_and_refused_at_the_field(client, owner):
    workspace, _owner = owner
    given = {"name": "North", "region": "DE", "time_zone": "Europe/Berlin", "currency": "EUR"}
    given |= {"rate_per_minute": "60", "pollybot_rate_per_hour": "100", "request_record_days": "7"}
    given |= {"document_types": ["pdf"], "metadata_columns": "utm\nplan", "own_leads_only": "on"}
    given |= {"working_hours_0_from": "09:00", "working_hours_0_until": "17:00"}

    assert client.post(at("settings"), {**given, "region": "Atlantis"}).status_code == 422
    half = client.post(at("settings"), {**given, "working_hours_6_from": "10:00"})
    assert "a time until" in text_of(half) and 'value="10:00"' in text_of(half)
    refused = client.post(at("settings"), {**given, "rate_per_minute": "many"})
    assert "whole number" in text_of(refused)
    assert Workspace.objects.get(pk=workspace.pk).region == "US"
    assert client.post(at("settings"), given).status_code == 302

    workspace.refresh_from_db()
    assert (workspace.name, workspace.currency, workspace.own_leads_only) == ("North", "EUR", True)
    assert workspace.working_hours == [["09:00", "17:00"], *[None] * 6]
    assert (workspace.document_types, workspace.metadata_columns) == (["pdf"], ["utm", "plan"])
    entry = WorkspaceEntry.objects.filter(workspace=workspace, kind="settings_changed").get()
    assert entry.changes["region"] == ["US", "DE"]
    assert "Europe/Berlin" in text_of(client.get(at("audit"), {"kind": "settings_changed"}))


def test_a_leaver_hands_over_leads_and_steps_by_a_job_that_can_be_taken_back(client, owner):
    workspace, boss = owner
    leaver, heir = make_member(workspace), make_member(workspace)
    leads = [make_lead(workspace, assignee=leaver.pk) for _number in range(3)]
    kept = make_lead(workspace, assignee=boss.pk)

    page = text_of(client.get(at("member_leave", leaver.pk)))
    assert "3 leads" in page
    answer = client.post(at("member_leave", leaver.pk), {"heir": str(heir.pk)}, follow=True)

    assert "3 leads are being handed over" in text_of(answer)
    assert not Membership.objects.filter(user=leaver, left_at=None).exists()
    job = Job.objects.get(workspace=workspace, kind="bulk_change")
    assert job.input["wish"] == {"do": "assign", "assignee": str(heir.pk), "name": str(heir)}
    assert set(BulkRow.objects.filter(job=job).values_list("lead_id", flat=True)) == {
        lead.pk for lead in leads
    }
    assert Lead.objects.get(pk=kept.pk).assignee_id == boss.pk


def test_who_takes_over_is_a_member_who_stays(client, owner):
    workspace, _owner = owner
    leaver, stranger = make_member(workspace), make_member(make_workspace())
    for heir in (leaver.pk, stranger.pk):
        assert client.post(at("member_leave", leaver.pk), {"heir": str(heir)}).status_code == 422
    assert Membership.objects.filter(user=leaver, left_at=None).exists()


def test_the_last_owner_neither_leaves_nor_becomes_less(client, owner):
    workspace, boss = owner
    client.post(at("member_role", boss.pk), {"role": "agent"})
    assert "needs an owner" in text_of(client.get(at("members")))
    assert client.post(at("member_leave", boss.pk), {"heir": ""}).status_code == 422
    assert Membership.objects.get(user=boss).role == "owner"


def test_an_owner_who_was_only_invited_keeps_no_workspace(client, owner):
    workspace, boss = owner
    client.post(at("members"), {"email": "new@desk.example", "role": "owner", "name": ""})

    demoted = client.post(at("member_role", boss.pk), {"role": "agent"}, follow=True)
    removed = client.post(at("member_leave", boss.pk), {"heir": ""})

    for page in (demoted, removed):
        assert "there is only new@desk.example, who cannot yet" in text_of(page)
    assert removed.status_code == 422
    assert Membership.objects.get(user=boss).role == "owner"


def test_a_link_opens_no_account_that_is_somebodys_already(client, owner):
    workspace, _owner = owner
    elsewhere = make_member(make_workspace(), email="busy@desk.example")
    client.post(at("members"), {"email": elsewhere.email, "role": "agent", "name": ""})
    assert "welcome/" not in text_of(client.get(at("member_invited", elsewhere.pk)))

    client.post(at("members"), {"email": "new@desk.example", "role": "agent", "name": ""})
    fresh = User.objects.get(email="new@desk.example")
    assert "welcome/" in text_of(client.get(at("member_invited", fresh.pk)))
    client.post(at("member_invited", fresh.pk))
    assert "welcome/" in mail.outbox[0].body
    # Invited elsewhere as well: neither owner may set the password of the whole person any more.
    Membership.objects.create(workspace=make_workspace(), user=fresh)
    assert "welcome/" not in text_of(client.get(at("member_invited", fresh.pk)))


def test_a_link_of_an_invitation_that_was_used_says_what_to_do(client, owner):
    client.post(at("members"), {"email": "new@desk.example", "role": "agent", "name": ""})
    fresh = User.objects.get(email="new@desk.example")
    link = re.search(r"/admin/welcome/[\w/-]+", text_of(client.get(at("member_invited", fresh.pk))))[0]
    guest = Client()
    form = guest.get(link, follow=True)
    password = "a fresh long password"
    sent = {"new_password1": password, "new_password2": password}
    assert guest.post(form.request["PATH_INFO"], sent).status_code == 302

    again = text_of(Client().get(link, follow=True))

    assert "<h1>This link opens nothing any more</h1>" in again
    assert "reset" not in re.sub("<[^>]*>", "", again)
    assert "sign in with it" in again and "ask an owner of the workspace for a new link" in again
    assert reverse("admin:login") in again


def test_a_key_is_told_once_and_rotated_with_an_overlap(client, owner):
    workspace, _owner = owner
    given = {"name": "Chat", "dialects": ["hub"], "scopes": ["read"], "expires_at": ""}
    assert client.post(at("key_new"), {**given, "dialects": []}).status_code == 422
    told = client.post(at("key_new"), given)
    text = re.search(r"hub_\w{51}", text_of(told))[0]
    key = find_key(text)

    assert "no-store" in told["Cache-Control"]
    assert text not in text_of(client.get(at("key", key.public_id)))
    fresh = re.search(r"hub_\w{51}", text_of(client.post(at("key_rotate", key.public_id))))[0]
    old, new = ApiKey.objects.get(pk=key.pk), find_key(fresh)
    assert (new.name, new.scopes, new.dialects) == (old.name, old.scopes, old.dialects)
    assert old.expires_at is not None
    assert old.revoked_at is None
    choices = re.findall(r"<option[^>]*>Chat \((hub_\w+)…\)</option>", text_of(client.get(at("requests"))))
    assert choices == [f"{one.prefix}{one.public_id}" for one in (new, old)]
    client.post(at("key_revoke", new.public_id))
    assert client.post(at("key_rotate", new.public_id), follow=True).status_code == 200
    assert ApiKey.objects.filter(workspace=workspace).count() == 2


def rotated(client, key):
    """What took its place, by the page."""
    fresh = re.search(r"hub_\w{51}", text_of(client.post(at("key_rotate", key.public_id))))[0]
    return find_key(fresh), fresh


def opens(client, text):
    headers = {"Authorization": f"Bearer {text}"}
    return client.get("/api/hub/leads", headers=headers).status_code == 200


def test_revoking_a_rotated_key_ends_the_older_ones_too_and_says_so_before_and_after(client, owner):
    workspace, _owner = owner
    key, text = make_key(workspace, "hub")
    new, fresh = rotated(client, key)
    newest, last = rotated(client, new)
    _stranger, kept = make_key(workspace, "hub")
    assert all(opens(client, one) for one in (text, fresh, last, kept))
    assert "so does the older key that it replaced" in text_of(client.get(at("key", newest.public_id)))

    said = text_of(client.post(at("key_revoke", newest.public_id), follow=True))

    assert "is revoked, with what it had replaced" in said
    assert [opens(client, one) for one in (text, fresh, last, kept)] == [False, False, False, True]
    entry = WorkspaceEntry.objects.get(workspace=workspace, kind="key_revoked")
    assert entry.changes.keys() == {f"/keys/{one.public_id}" for one in (key, new, newest)}
    assert "with what it had replaced" in text_of(client.get(at("audit"), {"kind": "key_revoked"}))
    client.post(at("key_revoke", newest.public_id))
    assert WorkspaceEntry.objects.filter(workspace=workspace, kind="key_revoked").count() == 1


def test_the_page_of_a_rotated_key_shows_the_older_one_and_ends_it_alone(client, owner):
    workspace, _owner = owner
    key, text = make_key(workspace, "hub")
    assert "An older key still works" not in text_of(client.get(at("key", key.public_id)))
    new, fresh = rotated(client, key)
    page = text_of(client.get(at("key", new.public_id)))
    assert "An older key still works" in page
    assert at("key_revoke", key.public_id) in page
    assert at("key", new.public_id) in text_of(client.get(at("key", key.public_id)))

    back = client.post(at("key_revoke", key.public_id), {"back": new.public_id}, follow=True)

    assert back.request["PATH_INFO"] == at("key", new.public_id)
    assert "An older key still works" not in text_of(back)
    assert "so does the older key" not in text_of(back)
    assert (opens(client, text), opens(client, fresh)) == (False, True)


def test_the_page_of_a_key_says_what_is_recorded_and_what_is_not(client, owner):
    workspace, _owner = owner
    key, text = make_key(workspace, "hub")
    page = at("key", key.public_id)
    assert "It was never used. Its writes and refusals will stand here" in text_of(client.get(page))

    headers = {"Authorization": f"Bearer {text}"}
    read = client.get("/api/hub/leads", headers=headers)
    assert read.status_code == 200
    said = text_of(client.get(page))
    assert "No write and no refusal of it is recorded in the last 30 days. Reads that succeed are not" in said
    assert "never" not in said
    asked = client.get(f"/api/hub/requests/{read['X-Request-Id']}", headers=headers)
    assert (asked.status_code, "reads are not recorded" in asked.content.decode()) == (404, True)

    assert client.get("/api/hub/leads?limit=x", headers=headers).status_code == 400
    said = text_of(client.get(page))
    assert "reads that succeed are not recorded" in said and "Refused, by code" in said


def test_an_overlap_that_is_over_is_shown_no_more_and_keeps_its_end(client, owner):
    workspace, _owner = owner
    key, _text = make_key(workspace, "hub")
    with clock_at(now() - timedelta(hours=25)):
        new, _fresh = rotate_key(workspace, SYSTEM, key.public_id)
    assert "An older key still works" not in text_of(client.get(at("key", new.public_id)))

    client.post(at("key_revoke", new.public_id))

    key.refresh_from_db()
    assert (key.revoked_at, key.works_at(now())) == (None, False)
    entry = WorkspaceEntry.objects.get(workspace=workspace, kind="key_revoked")
    assert entry.changes.keys() == {f"/keys/{new.public_id}"}


def test_the_page_of_a_key_counts_what_it_did_and_whose_values_it_replaced(client, owner):
    workspace, boss = owner
    key, text = make_key(workspace, "hub")
    header = {"Authorization": f"Bearer {text}"}
    made = client.post(
        "/api/hub/leads", {"first_name": "Ana"}, content_type="application/json", headers=header
    )
    lead = json.loads(made.content)["id"]
    person = Actor(ActorKind.USER, "Boss", "admin", user_id=boss.pk, role="owner")
    apply_change(workspace, person, ById(lead), LeadChange(fields={"source": "fair"}))
    where = f"/api/hub/leads/{lead}"
    client.patch(where, {"source": "web"}, content_type="application/json", headers=header)
    client.patch(where, {"email": "nothing"}, content_type="application/json", headers=header)

    page = re.sub(r"\s+", " ", text_of(client.get(at("key", key.public_id))))

    assert "<dt>Leads created</dt><dd>1</dd>" in page
    assert "<dt>Leads changed</dt><dd>1</dd>" in page
    replaced = page[page.index("People’s values it replaced") :]
    assert "<code>source</code>" in replaced
    assert "Refused, by code" in page
    assert "Nothing was refused" not in page


def test_a_refused_request_is_found_and_run_again_as_it_would_go_now(client, owner):
    workspace, _owner = owner
    _key, text = make_key(workspace, "hub")
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    header = {"Authorization": f"Bearer {text}"}
    body = {"first_name": "Anna", "disposition": {"outcome": "brand_new"}}
    sent = client.patch(f"/api/hub/leads/{lead.pk}", body, content_type="application/json", headers=header)
    assert sent.status_code >= 400
    client.post(at("disposition_new"), {"label": "Brand new", "outcome": "brand_new", "stage": "new"})

    found = text_of(client.get(at("requests"), {"request_id": sent["X-Request-Id"], "refused": "1"}))
    record = RequestRecord.objects.get(request_id=sent["X-Request-Id"])
    assert at("request", record.pk) in found
    assert "Copy as curl" in text_of(client.get(at("request", record.pk)))
    before = Entry.objects.filter(lead=lead).count(), Lead.objects.get(pk=lead.pk).version
    again = text_of(client.post(at("request", record.pk)))

    assert "If it were sent now" in again
    assert ">Anna</ins>" in again
    assert "200" in again
    assert (Entry.objects.filter(lead=lead).count(), Lead.objects.get(pk=lead.pk).version) == before
    assert text not in again


def test_nobody_outside_this_process_is_vouched_for(client):
    for headers in ({"Authorization": "Bearer vouched"}, {"x-api-key": "vouched"}, {"vouched": "true"}):
        assert client.get("/api/hub/leads", headers=headers).status_code == 401


def test_a_webhook_promises_another_try_only_while_one_is_to_come(client, owner):
    workspace, _owner = owner
    row = make_webhook(workspace)
    for retry, paused, told in [(HOUR, None, True), (-HOUR, None, False), (HOUR, now(), False)]:
        WebhookEndpoint.objects.update(retry_at=now() + retry, paused_at=paused)
        assert ("Tried again" in text_of(client.get(at("webhook", row.pk)))) is told


def test_webhooks_are_made_tested_paused_replayed_and_deleted(client, owner):
    workspace, _owner = owner
    given = {"name": "CRM", "url": "https://crm.example/hook", "events": ["lead.created"], "api_key_id": ""}
    assert client.post(at("webhook_new"), {**given, "url": "http://127.0.0.1/"}).status_code == 422
    told = client.post(at("webhook_new"), given)
    assert "whsec_" in text_of(told)
    row = WebhookEndpoint.objects.get(workspace=workspace)
    for step in ("test", "pause", "resume"):
        assert client.post(at("webhook_step", row.pk, step)).status_code == 302
    delivery = WebhookDelivery.objects.get(endpoint=row)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="dead", due_at=None, attempts=[])
    assert "Send the failed one again" in text_of(client.get(at("webhook", row.pk)))
    lines = [
        {"attempt": own, "at": "", "status": 500, "ms": 3, "request": {}, "answer": "", "error": ""}
        for own in (1, 2, 1)
    ]
    WebhookDelivery.objects.filter(pk=delivery.pk).update(attempt=1, attempts=lines)
    told = text_of(client.get(at("delivery", delivery.pk)))
    assert re.findall(r"Attempt (\d)", told) == ["3", "2", "1"]
    assert 'data-label="Attempts">3<' in text_of(client.get(at("webhook", row.pk)))
    client.post(at("webhook_step", row.pk, "replay"))
    assert WebhookDelivery.objects.get(pk=delivery.pk).state == "due"
    assert client.post(at("delivery", delivery.pk)).status_code == 302
    assert "whsec_" in text_of(client.post(at("webhook_step", row.pk, "rotate")))
    client.post(at("webhook_step", row.pk, "delete"))
    assert not WebhookEndpoint.objects.filter(workspace=workspace).exists()


@pytest.mark.parametrize(
    ("one", "given"),
    [
        (
            "disposition",
            {"label": "Called twice", "outcome": "called_twice", "stage": "contacted"},
        ),
        ("outcome", {"label": "Gatekeeper", "outcome": "gatekeeper"}),
        ("tag", {"name": "Called twice", "colour": "#123456", "description": ""}),
    ],
)
def test_words_are_added_changed_archived_and_brought_back(client, owner, one, given):
    plural = f"admin:{one}s"
    assert client.post(at(f"{one}_new"), given).status_code == 302
    name = given.get("label") or given["name"]
    page = text_of(client.get(reverse(plural)))
    assert name in page
    row = re.search(rf'/settings/{one}s/([0-9a-f-]{{36}})/">{name}<', page)[1]
    assert client.post(at(one, row), {**given, next(iter(given)): ""}).status_code == 422
    assert client.post(at(f"{one}_new"), given).status_code == 422
    client.post(at(one, row), {"archived": "1"})
    assert "Bring back" in text_of(client.get(reverse(plural)))
    client.post(at(one, row), {"archived": "0"})
    assert "Bring back" not in text_of(client.get(reverse(plural)))


@pytest.mark.parametrize(
    ("one", "model", "name"), [("disposition", Disposition, "outcome"), ("outcome", CallOutcome, "slug")]
)
def test_the_name_for_integrations_is_made_from_the_label_where_none_is_given(
    client, owner, one, model, name
):
    workspace, _owner = owner
    rows = model.objects.filter(workspace=workspace)
    known = set(rows.values_list("pk", flat=True))
    labels = (
        "Spoke with the gatekeeper, who will call us back",
        "Spoke with the gatekeeper, who wrote",
        "後で",
    )

    for label in (*labels, labels[0]):
        given = {"label": label, "outcome": "", "stage": "contacted"}
        assert client.post(at(f"{one}_new"), given).status_code == 302, label

    made = list(rows.exclude(pk__in=known).order_by("order").values_list(name, flat=True))
    assert len(set(made)) == 4
    assert made[0].startswith("spoke_with_the_gatekeeper") and made[2] == "outcome"
    assert client.post(at(f"{one}_new"), {"label": "", "outcome": "", "stage": "new"}).status_code == 422
    row = rows.get(**{name: made[0]})
    assert (
        client.post(at(one, row.pk), {"label": "Gatekeeper", "outcome": "", "stage": "contacted"}).status_code
        == 302
    )
    assert rows.get(**{name: made[0]}).label == "Gatekeeper"


@pytest.mark.parametrize("one", ["disposition", "outcome"])
def test_what_has_an_order_moves_a_place_at_a_time_past_what_is_archived(client, owner, one):
    def listed():
        page = text_of(client.get(at(f"{one}s")))
        return re.findall(rf'<th scope="row"><a href="[^"]*/{one}s/([0-9a-f-]{{36}})/">', page)

    def move(key, step):
        return client.post(at(f"{one}_order"), {"key": key, "step": step})

    *others, left, right, last = listed()
    assert move(last, "up")["Location"] == f"{at(f'{one}s')}?moved={last}&by=up"
    assert listed() == [*others, left, last, right]
    client.post(at(one, last), {"archived": "1"})
    move(right, "up")
    assert listed() == [*others, right, left]
    # Another page, which was opened before, has it a place further down.
    move(right, "up")
    assert listed() == [*others[:-1], right, others[-1], left]
    move(others[0], "up")
    client.post(at(one, last), {"archived": "0"})
    assert listed() == [*others[:-1], right, others[-1], left, last]
    client.post(at(f"{one}_new"), {"label": "Fresh", "outcome": "fresh", "stage": "contacted"})

    *known, fresh = listed()
    assert set(known) == {*others, left, right, last}
    assert "moved up" in text_of(client.get(at("audit")))
    assert move(fresh, "sideways").status_code == 404
    assert move("nothing", "up").status_code == 404
    theirs = load_catalogue(make_workspace()).dispositions
    assert move(next(iter(theirs)), "down").status_code == 404


def test_the_ladder_is_hours(client, owner):
    workspace, _owner = owner
    refused = client.post(at("ladder"), {"retry_ladder": "2, soon"})
    assert (refused.status_code, Workspace.objects.get(pk=workspace.pk).retry_ladder) == (422, [4, 24, 72])
    page = text_of(refused)
    assert 'value="2, soon"' in page
    assert '<p class="problem">Enter a whole number' in page
    typed = text_of(client.post(at("ladder"), {"retry_ladder": "1; 12 , 48.5"}))
    assert 'value="1; 12 , 48.5"' in typed and "in the place of “1;”, “48.5”" in typed
    client.post(at("ladder"), {"retry_ladder": "2, 8 48"})
    assert Workspace.objects.get(pk=workspace.pk).retry_ladder == [2, 8, 48]
    client.post(at("ladder"), {"retry_ladder": ""})
    workspace.refresh_from_db()
    assert workspace.retry_ladder == []
    called = LeadChange(call=CallLog("no_answer"))
    assert apply_change(workspace, SYSTEM, ById(make_lead(workspace).pk), called).lead.next_action_at is None


def test_nothing_of_another_workspace_opens_by_its_id(client, owner):
    theirs = make_workspace()
    key, _text = make_key(theirs)
    webhook = make_webhook(theirs)
    delivery = send_test(theirs, webhook.pk)
    member = make_member(theirs)
    record = RequestRecord.objects.create(
        workspace_id=theirs.pk,
        request_id="req_x",
        door="hub",
        method="PUT",
        path="/x",
        status=400,
        duration_ms=1,
    )
    addresses = [
        *(at(name, member.pk) for name in ("member_invited", "member_role", "member_leave")),
        *(at(name, key.public_id) for name in ("key", "key_revoke")),
        *(at(name, webhook.pk) for name in ("webhook", "webhook_edit")),
        at("webhook_step", webhook.pk, "delete"),
        at("delivery", delivery.pk),
        at("request", record.pk),
    ]
    for address in addresses:
        assert client.get(address).status_code in {404, 302}, address
        assert client.post(address).status_code == 404, address
    assert "req_x" not in text_of(client.get(at("requests")))
    assert client.get(at("requests"), {"key": str(key.pk)}).status_code == 200
    assert WebhookEndpoint.objects.filter(pk=webhook.pk).exists()
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None


def test_one_changes_the_password_and_ends_other_sessions(client, owner):
    _workspace, boss = owner
    elsewhere, here = Client(), client
    for one in (elsewhere, here):
        one.post(reverse("admin:login"), {"username": boss.email, "password": PASSWORD, "next": "/admin/"})
    assert "this one" in text_of(here.get(at("sessions")))
    other = SignIn.objects.exclude(session_key=here.session.session_key).get(user=boss)
    here.post(at("session_end", other.pk))
    assert elsewhere.get(at("index")).status_code == 302
    assert not Session.objects.filter(session_key=other.session_key).exists()

    wrong = {"old": "guess", "new": "another long password", "again": "another long password"}
    assert here.post(at("password"), wrong).status_code == 422
    assert here.post(at("password"), {**wrong, "old": PASSWORD, "again": "different"}).status_code == 422
    assert here.post(at("password"), {**wrong, "old": PASSWORD}).status_code == 302
    assert here.get(at("index")).status_code == 200


def test_a_session_of_somebody_else_is_not_ended(client, owner):
    workspace, _owner = owner
    theirs = SignIn.objects.create(user=make_member(workspace), session_key="other")
    client.post(at("session_end", theirs.pk))
    assert SignIn.objects.filter(pk=theirs.pk).exists()


def test_a_forgotten_password_is_reset_by_mail_and_nobody_learns_who_is_here(client, owner):
    workspace, _owner = owner
    agent = make_member(workspace)
    client.logout()
    known = client.post(at("password_reset"), {"email": agent.email}, follow=True)
    unknown = client.post(at("password_reset"), {"email": "nobody@desk.example"}, follow=True)
    assert text_of(known) == text_of(unknown)
    assert [message.to for message in mail.outbox] == [[agent.email]]
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    fresh = {"new_password1": "another long password", "new_password2": "another long password"}
    done = client.post(form.request["PATH_INFO"], fresh, follow=True)
    assert "My work" in text_of(done)


def test_dates_and_numbers_are_written_as_their_reader_writes_them(client, owner):
    workspace, boss = owner
    given = {
        "full_name": "Bo",
        "time_zone": "Asia/Tokyo",
        "date_format": "Y-m-d H:i",
        "number_format": "1.234,5",
    }
    assert client.post(at("profile"), {**given, "theme": "dark", "signature": ""}).status_code == 302
    boss.refresh_from_db()
    assert (boss.theme, boss.shortcuts) == ("dark", False)
    page = text_of(client.get(at("audit")))
    assert re.search(r"JST\">20\d\d-\d\d-\d\d \d\d:\d\d</time>", page)
    assert 'data-theme="dark"' in page
    assert 'data-shortcuts="off"' in page
    assert client.post(at("profile"), {**given, "theme": "dark", "date_format": "<b>"}).status_code == 422


def test_lists_of_the_settings_cost_the_same_whatever_they_hold(client, owner):
    workspace, _owner = owner
    webhook = make_webhook(workspace)
    key, _text = make_key(workspace)
    addresses = [
        at(name) for name in ("members", "keys", "tags", "dispositions", "webhooks", "audit", "requests")
    ]
    addresses.append(at("webhook", webhook.pk))

    def grow():
        make_member(workspace)
        make_key(workspace)
        send_test(workspace, webhook.pk)
        RequestRecord.objects.create(
            workspace_id=workspace.pk, api_key_id=key.pk, request_id="r", door="hub", method="PUT", path="/x",
            status=400, duration_ms=1,
        )  # fmt: skip

    grow()
    for address in addresses:
        client.get(address)
    few = {address: len(queries_of(client, address)[0]) for address in addresses}
    for _number in range(10):
        grow()
    many = {address: len(queries_of(client, address)[0]) for address in addresses}
    assert few == many
    assert max(many.values()) <= 5, many


def test_a_template_is_tried_on_a_lead_and_on_nobody_before_it_is_kept(client, owner):
    workspace, _owner = owner
    make_lead(workspace, first_name="Zoe")
    given = {
        "name": "Hello",
        "channel": "EMAIL",
        "subject": "Hi {{ first_name }}",
        "body": "From {{ nobody }}",
    }

    refused = client.post(at("template_new"), given)
    assert refused.status_code == 422
    assert "There is no {{ nobody }}." in unescape(text_of(refused))
    given["body"] = "Dear {{ first_name|friend }}"
    tried = client.post(at("template_new"), {**given, "preview": "1"}, headers={"HX-Request": "true"})
    assert "Dear Zoe" in text_of(tried)
    assert "{{ first_name }} is empty for this lead." in text_of(tried)
    assert "Dear Zoe" in text_of(client.post(at("template_new"), {**given, "preview": "1"}))
    assert not MessageTemplate.objects.exists()

    assert client.post(at("template_new"), given).status_code == 302
    assert "Another template has this name." in text_of(client.post(at("template_new"), given))
    row = MessageTemplate.objects.get()
    page = text_of(client.get(at("template", row.pk)))
    seen = unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])
    client.post(at("template", row.pk), {**given, "subject": "Hello {{ first_name|you }}", "seen": seen})
    row.refresh_from_db()
    assert (row.subject, row.body) == ("Hello {{ first_name|you }}", given["body"])
    client.post(at("template", row.pk), {"archived": "1"})
    assert "Bring back" in text_of(client.get(at("templates")))
    assert WorkspaceEntry.objects.filter(kind="template_saved").count() == 3
    assert client.get(at("template", make_lead(workspace).pk)).status_code == 404


def test_two_who_change_different_settings_at_once_lose_nothing(client, owner):
    workspace, _owner = owner
    seen = re.search(r'name="seen" value="([^"]*)"', text_of(client.get(at("settings"))))[1]
    given = {
        "seen": unescape(seen),
        "name": workspace.name,
        "region": "US",
        "time_zone": "UTC",
        "currency": "EUR",
    }
    given |= {"rate_per_minute": "300", "pollybot_rate_per_hour": "1000", "request_record_days": "30"}
    given |= {"document_types": ["pdf", "image", "office", "csv"], "metadata_columns": ""}
    Workspace.objects.filter(pk=workspace.pk).update(name="Renamed meanwhile", rate_per_minute=77)

    assert client.post(at("settings"), given).status_code == 302

    workspace.refresh_from_db()
    assert (workspace.name, workspace.rate_per_minute, workspace.currency) == ("Renamed meanwhile", 77, "EUR")


def test_a_form_of_another_workspace_changes_nothing_in_this_one(client, owner):
    workspace, boss = owner
    other = make_workspace(name="South desk")
    make_member(other, "owner", email=boss.email)
    client.post(at("choose_workspace"), {"workspace": str(other.pk)})
    given = {"name": "New tag", "colour": "#123456", "description": "", "_desk": str(workspace.pk)}

    refused = client.post(at("tag_new"), urlencode(given), content_type="application/x-www-form-urlencoded")
    by_htmx = client.post(at("tag_new"), given, headers={"X-Desk": str(workspace.pk)})

    assert (refused.status_code, by_htmx.status_code) == (403, 403)
    assert "another tab" in text_of(refused)
    assert "South desk" in text_of(refused)
    assert client.post(at("tag_new"), {**given, "_desk": str(other.pk)}).status_code == 302
    assert client.post(at("theme"), {"theme": "dark", "_desk": str(workspace.pk)}).status_code == 302


def test_tags_and_dispositions_say_how_many_leads_have_them(client, owner):
    workspace, _owner = owner
    for number in range(3):
        make_lead(workspace, first_name=f"Ana {number}", tags=TagChange(names=("vip",)))
    gone = make_lead(workspace, first_name="Gone", tags=TagChange(names=("vip",)))
    apply_change(workspace, SYSTEM, ById(gone.pk), LeadChange(archive=Archive(note="moved")))
    make_lead(make_workspace(), first_name="Theirs", tags=TagChange(names=("vip",)))
    tag = Tag.objects.get(workspace=workspace)

    tags, dispositions = (text_of(client.get(at(name))) for name in ("tags", "dispositions"))

    assert f'?tag={tag.pk}">3<' in tags
    assert '?disposition=new">3<' in dispositions


def test_a_tag_is_merged_into_another_and_views_that_name_it_say_so(client, owner):
    workspace, _owner = owner
    leads = [make_lead(workspace, first_name="Ana", tags=TagChange(names=("vip",))) for _number in range(2)]
    make_lead(workspace, tags=TagChange(names=("hot",)))
    vip, hot = (Tag.objects.get(workspace=workspace, name=name) for name in ("vip", "hot"))

    assert at("tag_merge", vip.pk) in text_of(client.get(at("tags")))
    assert "2 leads have “vip”" in text_of(client.get(at("tag_merge", vip.pk)))
    for wrong in ("", str(vip.pk), str(make_lead(workspace).pk)):
        assert client.post(at("tag_merge", vip.pk), {"into": wrong}).status_code == 422
    watched = client.post(at("tag_merge", vip.pk), {"into": str(hot.pk)}, follow=True)
    assert "Merge tags: vip → hot" in text_of(watched)
    assert "vip → hot" in text_of(client.get(at("bulk")))

    JobQueue().work(JobQueue().claim("one", 1, [])[0], Idle())
    for query in ({"tag": "vip"}, {"tag": str(vip.pk)}):
        page = client.get(at("leads"), query)
        assert "The tag “vip” was merged into “hot”" in text_of(page)
        assert page.context_data["count"].number == 3
    assert "was merged into" not in text_of(client.get(at("leads"), {"tag": "hot"}))
    tags = text_of(client.get(at("tags")))
    assert f'?tag={hot.pk}">3<' in tags
    assert "merged into hot" in tags
    assert "merged into “hot”" in text_of(client.get(at("audit")))
    assert Entry.objects.filter(lead__in=leads, kind="updated").count() == 2
    theirs = make_lead(make_workspace(), tags=TagChange(names=("vip",))).lead_tags.get().tag
    assert client.get(at("tag_merge", theirs.pk)).status_code == 404


def test_the_audit_shows_no_codes_and_times_as_their_reader_writes_them(client, owner):
    workspace, boss = owner
    User.objects.filter(pk=boss.pk).update(date_format="d.m.Y, H:i", time_zone="Asia/Tokyo")
    endpoint = make_webhook(workspace)
    outcome = CallOutcome.objects.get(workspace=workspace, slug="busy")
    with clock_at(datetime(2026, 3, 5, 20, 30, tzinfo=UTC)):
        client.post(at("outcome", outcome.pk), {"archived": "1"})

    page = text_of(client.get(at("audit")))

    assert "</span>06.03.2026, 05:30</ins>" in page
    assert str(endpoint.pk) not in page
    assert "webhooks › name" in page
    assert ">call outcome saved</option>" in page


def test_a_sentence_that_ends_with_a_time_has_one_full_stop():
    moment = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    for style, shown in (("M j, Y, g:i a", "2:30 p.m.</time>"), ("", "14:30</time>.")):
        reader = User(date_format=style)
        page = Template("{% load words %}{% when moment 'end' %}").render(
            Context({"moment": moment, "desk": SimpleNamespace(user=reader)})
        )
        assert page.endswith(shown)
        assert ended(f"Until {written(moment, reader=reader)}.").count("p.m.") == (1 if style else 0)
        assert not ended(f"Until {written(moment, reader=reader)}.").endswith("..")


def test_days_and_clocks_are_written_as_their_reader_chose():
    moment = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    reader = User(date_format="M j, Y, g:i a")
    assert [written(moment, part, reader) for part in ("", "day", "clock")] == [
        "Mar 5, 2026, 2:30 p.m.",
        "Mar 5, 2026",
        "2:30 p.m.",
    ]
    assert written(moment.date(), reader=User(date_format="d/m/Y H:i")) == "05/03/2026"
    assert written(moment, "day") == "5 Mar 2026"
