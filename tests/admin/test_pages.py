"""The pages staff work in: who may open them, what they show, what a step does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leads.change import Archive, ById, CallLog, ConsentWish, DispositionWish, LeadChange
from leads.changes import apply_change
from leads.models import Entry, Lead
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    workspace = make_answerable(needs_reason=True)
    agent = make_member(workspace)
    client.force_login(agent)
    return workspace, agent


def lead_page(lead, step=""):
    return reverse(f"admin:lead_{step}", args=[lead.pk]) if step else reverse("admin:lead", args=[lead.pk])


def test_nobody_enters_without_signing_in(client):
    page = client.get(reverse("admin:index"))

    assert page.status_code == 302
    assert reverse("admin:login") in page["Location"]


def test_signing_in_leads_to_the_work(client):
    workspace = make_workspace()
    agent = make_member(workspace)

    signed_in = client.post(
        reverse("admin:login"),
        {
            "username": agent.email.upper(),
            "password": "a long enough password",
            "next": reverse("admin:index"),
        },
        follow=True,
    )

    assert signed_in.redirect_chain[-1][0] == reverse("admin:index")
    assert "My work" in signed_in.content.decode()


def test_a_member_of_nothing_is_told_to_ask(client):
    workspace = make_workspace()
    agent = make_member(workspace)
    workspace.delete()
    client.force_login(agent)

    page = client.get(reverse("admin:index"))

    assert page.status_code == 302 or "workspace" in page.content.decode()


def test_the_work_says_why_each_row_is_there(client, desk):
    workspace, _agent = desk
    make_lead(workspace, first_name="Ana", assignee_type="HUMAN_AGENT")

    page = client.get(reverse("admin:index"), {"part": "new_unassigned"})

    assert page.status_code == 200
    assert "Ana" in page.content.decode()
    assert "nobody has it" in page.content.decode()


def test_who_is_archived_is_found_when_nobody_else_is(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(archive=Archive(note="Moved away.")))

    palette = client.get(reverse("admin:palette"), {"query": "ana@example.org"}).content.decode()
    empty = client.get(reverse("admin:leads"), {"search": "ana@example.org"}).content.decode()
    archive = client.get(reverse("admin:leads"), {"search": "ana@example.org", "archived": "archived"})

    assert str(lead.pk) in palette and "archived" in palette
    assert "?search=ana%40example.org&amp;archived=archived" in empty
    assert str(lead.pk) in archive.content.decode()


def test_the_list_searches_and_filters(client, desk):
    workspace, _agent = desk
    make_lead(workspace, first_name="Ana", phone="6782319992")
    make_lead(workspace, first_name="Ben")

    found = client.get(reverse("admin:leads"), {"search": "678-231"}).content.decode()
    none = client.get(reverse("admin:leads"), {"stage": "won"}).content.decode()
    odd = client.get(reverse("admin:leads"), {"stage": "asleep", "after": "!!!", "order": "?"})

    assert "Ana" in found
    assert "Ben" not in found
    assert "No lead matches" in none
    assert odd.status_code == 200


def test_the_lead_page_tells_the_story(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    apply_change(
        workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"email": "a@example.com"}, note="call again")
    )

    page = client.get(lead_page(lead)).content.decode()

    assert "ana@example.org</del>" in page
    assert "call again" in page
    assert "Tax ID" in page


def test_a_call_is_logged_by_one_press(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, phone="6782319992")

    answer = client.post(lead_page(lead, "call"), {"outcome": "no_answer", "note": "rang out"}, follow=True)

    lead.refresh_from_db()
    assert (lead.attempts, lead.assignee_id, lead.note) == (1, agent.pk, "")
    assert "Call logged" in answer.content.decode()


def test_a_refused_step_says_why_and_keeps_what_was_typed(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)

    answer = client.post(lead_page(lead, "status"), {"outcome": "sold", "reason": "", "version": "1"})

    assert answer.status_code == 422
    assert "needs a reason" in answer.content.decode()
    assert Entry.objects.filter(lead=lead).count() == 1


def test_an_overtaken_form_loses_nothing(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace)
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(disposition=DispositionWish(stage="lost")))

    answer = client.post(lead_page(lead, "status"), {"outcome": "contacted", "version": "1"})

    assert answer.status_code == 409
    assert "the tests (system, command line) changed “Status”" in answer.content.decode()
    assert Lead.objects.get(pk=lead.pk).version == 2


def test_calling_after_an_opt_out_asks_for_a_reason(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, phone="6782319992", consent=(ConsentWish("call", opted_in=False),))

    assert client.post(lead_page(lead, "call"), {"outcome": "connected"}).status_code == 422
    given = client.post(lead_page(lead, "call"), {"outcome": "connected", "reason": "they rang us"})

    assert given.status_code == 302


def test_an_agent_leaves_a_colleagues_lead_alone(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, assignee=make_member(workspace).pk)

    assert client.get(lead_page(lead)).status_code == 200
    assert client.post(lead_page(lead, "tag"), {"name": "mine now"}).status_code == 403
    assert Entry.objects.filter(lead=lead).count() == 1


def test_where_agents_keep_to_their_own_a_colleagues_lead_is_not_there(client, desk):
    workspace, _agent = desk
    workspace.own_leads_only = True
    workspace.save()
    lead = make_lead(workspace, first_name="Hidden", assignee=make_member(workspace).pk)

    assert client.get(lead_page(lead)).status_code == 404
    assert "Hidden" not in client.get(reverse("admin:leads")).content.decode()


@pytest.mark.parametrize("step", ["", "note", "call", "status", "mine", "tag"])
def test_a_lead_of_another_workspace_is_not_there(client, desk, step):
    theirs = make_lead(make_workspace(), first_name="Secret")

    answer = client.post(lead_page(theirs, step)) if step else client.get(lead_page(theirs))

    assert answer.status_code == 404
    assert "No lead matches" in client.get(reverse("admin:leads"), {"search": "Secret"}).content.decode()


def test_a_member_of_two_workspaces_changes_desks(client, desk):
    _workspace, agent = desk
    other = make_workspace(name="Other desk")
    make_member(other, email=agent.email)
    first = client.get(reverse("admin:index")).content.decode()

    target = other if "· Other desk ·" not in first else desk[0]
    client.post(reverse("admin:choose_workspace"), {"workspace": str(target.pk)})

    assert f"· {target.name} ·" in client.get(reverse("admin:index")).content.decode()


def test_pages_cost_the_same_at_three_and_at_fifty_rows(client, desk, django_assert_max_num_queries):
    workspace, _agent = desk
    for number in range(3):
        make_lead(workspace, first_name=f"Lead {number}", assignee_type="HUMAN_AGENT")
    # What the process keeps of the workspace is read once.
    client.get(reverse("admin:leads"))
    counted = {}
    for total in (3, 40):
        while Lead.objects.count() < total:
            make_lead(workspace, first_name="More", assignee_type="HUMAN_AGENT")
        for name, query in (("leads", {}), ("index", {"part": "new_unassigned"})):
            with django_assert_max_num_queries(12) as queries:
                client.get(reverse(f"admin:{name}"), query)
            counted.setdefault(name, set()).add(len(queries))

    assert all(len(numbers) == 1 for numbers in counted.values()), counted


def test_nothing_is_inline(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, phone="6782319992")
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(call=CallLog("connected")))

    for target in (reverse("admin:index"), reverse("admin:leads"), lead_page(lead)):
        page = client.get(target)
        text = page.content.decode()
        assert "default-src 'self'" in page["Content-Security-Policy"]
        assert "style=" not in text
        assert "<script>" not in text
