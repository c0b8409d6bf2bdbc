"""A new lead by hand: mine, and never a second one by oversight; what a colleague has is told, not shown."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leads.models import Entry, Lead
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
NEW, MATCHES = "/admin/leads/new/", "/admin/leads/new/matches/"


def note_on(lead):
    return reverse("admin:new_note", args=[lead.pk])


def test_a_lead_added_by_hand_is_mine_and_a_persons(client, desk):
    _workspace, agent = desk

    client.post(NEW, {"name": "Zoe Quist", "phone": "404-555-0199", "note": "Walked in."})

    lead = Lead.objects.get()
    assert (lead.full_name, lead.assignee_id, lead.assignee_type) == ("Zoe Quist", agent.pk, "HUMAN_AGENT")
    assert Entry.objects.get(lead=lead).note == "Walked in."


def test_a_lead_without_anything_is_refused_with_what_to_do(client, desk):
    answer = client.post(NEW, {"source": "web"})

    assert answer.status_code == 422
    assert "Give a name, a business, a phone or an email." in answer.content.decode()
    odd = client.post(NEW, {"name": "Zoe", "email": "no address"})
    assert (odd.status_code, "Zoe" in odd.content.decode(), Lead.objects.count()) == (422, True, 0)


def test_who_is_there_already_is_shown_before_it_is_added_anyway(client, desk):
    workspace, _agent = desk
    make_lead(workspace, name="Ana Ruiz", phone="+14045550137", assignee=make_member(workspace).pk)
    sent = {"name": "Anna", "phone": "(404) 555-0137"}

    found = client.get(MATCHES, sent).content.decode()
    held = client.post(NEW, sent)
    assert "Ana Ruiz" in found and "same phone" in found
    assert (held.status_code, Lead.objects.count()) == (409, 1)
    assert "Add anyway" in held.content.decode()
    client.post(NEW, {**sent, "anyway": "1"})

    assert Lead.objects.count() == 2


def test_a_name_that_is_only_like_the_one_typed_is_not_called_the_same(client, desk):
    workspace, _agent = desk
    make_lead(workspace, name="Annika Lindgren")

    assert "similar name" in client.get(MATCHES, {"name": "Ann Lind"}).content.decode()
    assert "same name" in client.get(MATCHES, {"name": "annika  lindgren "}).content.decode()


def test_an_agent_kept_to_own_leads_hears_that_it_exists_and_leaves_a_note(client, desk):
    workspace, agent = desk
    workspace.own_leads_only = True
    workspace.save()
    maria = make_member(workspace)
    lead = make_lead(workspace, name="Ana Ruiz", email="ana@example.org", assignee=maria.pk)

    for typed in ({"email": "ana@example.org"}, {"name": "Ana Ruiz"}):
        found = client.get(MATCHES, typed).content.decode()
        assert f"{maria} has it, new" in found
        assert "Ana" not in found and "ana@example.org" not in found
        assert reverse("admin:lead", args=[lead.pk]) + '"' not in found
    answer = client.post(note_on(lead), {"note": "Rang the front desk."})

    lead.refresh_from_db()
    assert (lead.note, lead.assignee_id, answer["Location"]) == ("Rang the front desk.", maria.pk, "/admin/")


def test_another_workspaces_leads_match_nobody_and_take_no_note(client, desk):
    theirs = make_lead(make_workspace(), name="Secret", email="secret@example.org")

    assert (
        "same" not in client.get(MATCHES, {"email": "secret@example.org", "name": "Secret"}).content.decode()
    )
    assert client.post(note_on(theirs), {"note": "Hello"}).status_code == 404
    assert Entry.objects.filter(lead=theirs).count() == 1
