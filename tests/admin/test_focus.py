"""Focus mode: one lead at a time, held against colleagues, the ladder of tries, and undo."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.clock import now
from leads.change import ById, CallLog, ConsentWish, LeadChange
from leads.changes import apply_change
from leads.changes.actions import plan_action
from leads.changes.claims import claim_lead
from leads.models import Action, Entry, Lead
from tests.admin.budget import queries_of
from tests.admin.test_work import HUMAN, make_due, said, undo
from tests.changes.test_crowds import CROWD, all_at_once
from tests.make import SYSTEM, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
START = "/admin/work/focus/"


def start(client, part="overdue", whose="mine"):
    """Press Start, and come to the first lead."""
    return client.post(START, {"part": part, "whose": whose}, follow=True)


def lead_in(answer):
    return answer.redirect_chain[-1][0].split("/")[-2]


def press(client, lead_id, outcome, **sent):
    return client.post(reverse("admin:work_call", args=[lead_id]), {"outcome": outcome, **sent}, follow=True)


def test_a_run_goes_through_the_part_and_says_how_far_it_is(client, desk):
    workspace, agent = desk
    leads = [make_due(workspace, agent, hours=-hours) for hours in (3, 2, 1)]

    page = start(client)
    for number, lead in enumerate(leads, start=1):
        assert lead_in(page) == str(lead.pk)
        text = page.content.decode()
        assert f"<strong>{number}</strong> of 3" in text
        page = press(client, lead.pk, "no_answer", attempts=0)

    assert "That was all: 3 leads worked through." in page.content.decode()
    assert not Lead.objects.filter(attempts=0).exists()


def test_who_was_called_in_this_run_waits_until_it_is_through_whatever_else_is_due(client, desk):
    workspace, agent = desk
    first, other = make_due(workspace, agent, hours=-3), make_due(workspace, agent, hours=-1)
    task = now() - timedelta(hours=2)
    plan_action(workspace, SYSTEM, ById(first.pk), kind="TASK", at=task, summary="Send the offer")
    assert lead_in(start(client)) == str(first.pk)
    client.post(reverse("admin:lead_call", args=[first.pk]), {"outcome": "connected"})

    assert lead_in(client.get(reverse("admin:work_next"), follow=True)) == str(other.pk)
    assert "That was all" in press(client, other.pk, "connected", attempts=0).content.decode()
    assert lead_in(start(client)) == str(first.pk)


def test_each_outcome_sets_the_next_try_by_the_ladder_until_it_is_climbed(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    moment = now()
    for tries, hours in enumerate([4, 24, 72, None], start=1):
        with clock_at(moment):
            press(client, lead.pk, "no_answer", attempts=tries - 1)
        lead.refresh_from_db()
        expected = None if hours is None else moment + timedelta(hours=hours)
        assert (lead.attempts, lead.next_action_at) == (tries, expected)
        moment += timedelta(days=4)


def test_the_message_says_when_the_next_try_is_and_that_there_is_none(client, desk):
    workspace, agent = desk
    agent.time_zone = "UTC"
    agent.save()

    with clock_at(datetime(2026, 11, 21, 15, 30, tzinfo=UTC)):
        lead = make_due(workspace, agent)
        page = press(client, lead.pk, "no_answer", attempts=0).content.decode()
        assert "No answer. Next step: 21 Nov 2026, 19:30." in page
        for attempts in (1, 2):
            press(client, lead.pk, "no_answer", attempts=attempts)
        page = press(client, lead.pk, "busy", attempts=3).content.decode()
        assert "Busy. No further try is planned." in page
        page = press(client, lead.pk, "connected", attempts=4).content.decode()
    assert "Connected.</p>" in page


def test_a_key_pressed_twice_logs_one_call(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    start(client)

    press(client, lead.pk, "no_answer", attempts=0)
    again = press(client, lead.pk, "no_answer", attempts=0)

    assert "was logged a moment ago" in again.content.decode()
    assert Lead.objects.get(pk=lead.pk).attempts == 1


def test_an_agreed_call_asks_for_its_time_and_takes_it_in_theirs(client, desk):
    workspace, agent = desk
    with clock_at(datetime(2026, 11, 20, 15, 30, tzinfo=UTC)):
        lead = make_due(workspace, agent, phone="+12135550137")
        refused = press(client, lead.pk, "callback", note="after lunch")
        assert refused.status_code == 422
        assert "Say when they want to be called back." in refused.content.decode()
        assert "after lunch" in refused.content.decode()
        assert "7:30 for them" in refused.content.decode()
        press(client, lead.pk, "callback", at="2026-11-23T09:00", zone="theirs")

    planned = Action.objects.get(lead=lead, status="PENDING")
    assert planned.scheduled_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert planned.agreed_zone == "America/Los_Angeles"


def test_the_page_of_a_lead_and_focus_mode_show_the_same_time_there(client, desk):
    workspace, agent = desk
    with clock_at(datetime(2026, 11, 20, 18, 30, tzinfo=UTC)):
        lead = make_due(workspace, agent, phone="+14045550137", address={"state": "HI", "country": "US"})
        pages = [client.get(reverse(f"admin:{name}", args=[lead.pk])) for name in ("lead", "work_focus_lead")]

    for page in pages:
        assert "08:30 for them" in page.content.decode()


def test_the_wrong_key_is_taken_back_whole(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    other = make_due(workspace, agent, hours=-0.5)
    start(client)

    page = press(client, lead.pk, "connected", attempts=0)
    assert lead_in(page) == str(other.pk)
    back = undo(client, page.content.decode())

    assert back["Location"] == reverse("admin:work_focus_lead", args=[lead.pk])
    text = said(client, back)
    assert "Undone" in text and "<strong>1</strong> of 2" in text
    lead.refresh_from_db()
    assert (lead.attempts, lead.first_response_at) == (0, None)
    assert Action.objects.get(lead=lead, status="PENDING").scheduled_at == lead.next_action_at


def typed_in(page, name):
    """What stands in a field of a form."""
    text = page.content.decode()
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>([^<]*)</textarea>', text)
    return (found or re.search(rf'name="{name}" value="([^"]*)"', text)).group(1)


def test_what_was_typed_with_a_call_that_is_undone_stands_in_its_form_again(client, desk):
    workspace, agent = desk
    lead, other = make_due(workspace, agent, hours=-2), make_due(workspace, agent, hours=-1)
    agreed = (now() + timedelta(days=30)).replace(second=0, microsecond=0, tzinfo=None).isoformat()[:16]
    start(client)
    done, focus = (reverse(f"admin:work_{name}", args=[lead.pk]) for name in ("done", "focus_lead"))

    page = press(client, lead.pk, "connected", attempts=0, note="Ask for <Bob>", at=agreed, when="at")
    undo(client, page.content.decode())

    for address in (focus, done, reverse("admin:lead_call", args=[lead.pk])):
        again = client.get(address)
        assert (typed_in(again, "note"), typed_in(again, "at")) == ("Ask for &lt;Bob&gt;", agreed), address
    again = client.get(focus).content.decode()
    assert "taken back" in again and '<details class="more" open>' in again
    assert typed_in(client.get(reverse("admin:work_focus_lead", args=[other.pk])), "note") == ""
    with clock_at(now() + timedelta(hours=1)):
        assert typed_in(client.get(focus), "note") == ""
    press(client, lead.pk, "no_answer", attempts=0, note="Rang out")
    assert typed_in(client.get(focus), "note") == ""


def test_what_a_colleague_typed_and_took_back_is_not_put_into_the_form(client, desk):
    workspace, agent = desk
    lead, other = make_due(workspace, agent), Client()
    other.force_login(make_member(workspace, "manager"))
    undo(other, press(other, lead.pk, "no_answer", attempts=0, note="Private").content.decode())

    assert Lead.objects.get(pk=lead.pk).attempts == 0
    assert typed_in(client.get(reverse("admin:work_focus_lead", args=[lead.pk])), "note") == ""


def test_what_happened_is_told_in_words_and_a_call_that_was_never_made_is_taken_back(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    make_due(workspace, agent, hours=-0.5)
    start(client)
    undo(client, press(client, lead.pk, "no_answer", attempts=0).content.decode())
    press(client, lead.pk, "connected", attempts=0)

    for name in ("work_focus_lead", "lead"):
        page = " ".join(client.get(reverse(f"admin:{name}", args=[lead.pk])).content.decode().split())
        story = page[page.index("What happened" if name == "work_focus_lead" else "story-lines") :]
        assert "Call: Connected" in story, name
        assert not re.search(r"connected\b|no_answer", story), name
        assert re.search(r"Call: No answer[^·]*taken back", story), name
        assert "called off" not in story, name


def test_holding_a_lead_is_told_quietly_and_offers_no_undo(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    page = start(client).content.decode()
    assert "Lead claimed" not in page[page.index("What happened") :]
    client.post(reverse("admin:work_skip", args=[lead.pk]))

    story = client.get(reverse("admin:lead_timeline", args=[lead.pk]), {"kind": "status"}).content.decode()
    held = Entry.objects.get(lead=lead, kind="claimed")
    line = story[story.index(f"e-{held.pk}") :]
    line = line[: line.index("</li>")]
    assert "Lead claimed" in line
    assert "Undo" not in line and "diffs" not in line
    sheet = client.get(reverse("admin:lead_undo", args=[lead.pk, held.pk])).content.decode()
    assert "nothing to take back" in sheet and "Take it back" not in sheet


def test_a_lead_that_a_colleague_holds_or_owns_is_not_handed_out(client, desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    held = make_lead(workspace, name="Held", **HUMAN)
    free = make_lead(workspace, name="Free", **HUMAN)
    claim_lead(workspace, make_user_actor(colleague), ById(held.pk))

    page = start(client, "new_unassigned")

    assert lead_in(page) == str(free.pk)
    assert "<strong>1</strong> of 1" in page.content.decode()
    assert Lead.objects.get(pk=free.pk).claimed_by_id == agent.pk


def test_who_looks_after_all_is_handed_a_colleagues_lead_which_stays_theirs(client, desk):
    workspace, agent = desk
    theirs, held = (make_due(workspace, agent, hours=-hours) for hours in (2, 3))
    claim_lead(workspace, make_user_actor(agent), ById(held.pk))
    client.force_login(make_member(workspace, "manager"))

    assert "is not on already" in start(client).content.decode()
    page = start(client, whose="everybody")
    assert lead_in(page) == str(theirs.pk)
    assert "of 1" in page.content.decode()
    press(client, theirs.pk, "connected", attempts=0)

    theirs.refresh_from_db()
    assert (theirs.assignee_id, theirs.attempts, theirs.claimed_by_id) == (agent.pk, 1, None)


def test_a_claim_is_renewed_while_the_page_is_open_and_given_back_by_skipping(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, name="Ana", **HUMAN)
    start(client, "new_unassigned")
    before = Lead.objects.get(pk=lead.pk).claimed_until
    hold = reverse("admin:work_hold", args=[lead.pk])

    with clock_at(now() + timedelta(minutes=5)):
        assert client.post(hold).status_code == 204
    assert Lead.objects.get(pk=lead.pk).claimed_until > before
    skipped = client.post(reverse("admin:work_skip", args=[lead.pk]), follow=True)

    assert Lead.objects.get(pk=lead.pk).claimed_by_id is None
    assert "worked through" in skipped.content.decode()


def test_whoever_lost_a_claim_is_told_and_asked_no_more(client, desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    lead = make_lead(workspace, name="Ana", **HUMAN)
    start(client, "new_unassigned")
    with clock_at(now() + timedelta(hours=1)):
        claim_lead(workspace, make_user_actor(colleague), ById(lead.pk))
        answer = client.post(reverse("admin:work_hold", args=[lead.pk]), headers={"HX-Request": "true"})
        page = client.get(reverse("admin:work_focus_lead", args=[lead.pk])).content.decode()

    assert (answer.status_code, "take the next one" in answer.content.decode()) == (286, True)
    assert "How did the call go?" not in page


@pytest.mark.parametrize("own_only", [False, True])
def test_whoever_calls_after_a_colleague_did_is_told_and_the_note_is_not_lost(client, desk, own_only):
    workspace, agent = desk
    workspace.own_leads_only = own_only
    workspace.save()
    lead, colleague = make_lead(workspace, name="Ana Diaz", **HUMAN), make_member(workspace)
    client.get(reverse("admin:work_focus_lead", args=[lead.pk]))
    called = LeadChange(call=CallLog("connected"))
    apply_change(workspace, make_user_actor(colleague), ById(lead.pk), called)

    page = press(client, lead.pk, "no_answer", attempts=0, note="She rang me back")

    text = page.content.decode()
    assert f"{colleague} has this lead by now, so your call was not logged. Your note was left for" in text
    lead.refresh_from_db()
    assert (lead.attempts, lead.assignee_id, lead.note) == (1, colleague.pk, "She rang me back")
    assert not own_only or "Ana Diaz" not in text


@pytest.mark.parametrize("own_only", [False, True])
@pytest.mark.parametrize("key", ["skip", "leave"])
def test_whoever_goes_on_from_a_lead_that_went_to_a_colleague_comes_to_the_next(client, desk, own_only, key):
    workspace, agent = desk
    workspace.own_leads_only = own_only
    workspace.save()
    lead, other = (make_due(workspace, agent, hours=-hours, name=f"Due {hours}") for hours in (2, 1))
    assert lead_in(start(client)) == str(lead.pk)
    change = LeadChange(fields={"assignee": make_member(workspace).pk})
    apply_change(workspace, SYSTEM, ById(lead.pk), change)

    page = client.post(reverse(f"admin:work_{key}", args=[lead.pk]), follow=True)

    assert page.status_code == 200
    if key == "skip":
        assert lead_in(page) == str(other.pk)
    else:
        assert "Due 1" in page.content.decode()


def test_the_first_call_makes_the_claim_ownership(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, name="Ana", **HUMAN)
    start(client, "new_unassigned")

    press(client, lead.pk, "voicemail", attempts=0)

    lead.refresh_from_db()
    assert (lead.assignee_id, lead.claimed_by_id) == (agent.pk, None)


def test_a_new_lead_shows_how_long_it_waits(client, desk):
    workspace, agent = desk
    with clock_at(now() - timedelta(minutes=12)):
        make_lead(workspace, name="Ana", **HUMAN)

    page = start(client, "new_unassigned").content.decode()

    assert re.search(r'data-since="[^"]+">12\D+minutes', page)


def test_calling_after_an_opt_out_asks_why(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent, kind="TASK", consent=(ConsentWish("call", opted_in=False),))

    page = start(client).content.decode()
    assert "Opted out of calls" in page
    assert press(client, lead.pk, "connected").status_code == 422
    press(client, lead.pk, "connected", reason="They rang us", attempts=0)
    assert Lead.objects.get(pk=lead.pk).attempts == 1


def test_another_workspaces_lead_is_not_handed_out_nor_shown(client, desk):
    theirs = make_lead(make_workspace(), name="Secret", **HUMAN)

    assert "Secret" not in start(client, "new_unassigned").content.decode()
    for name in ("focus_lead", "call", "hold", "skip", "leave"):
        address = reverse(f"admin:work_{name}", args=[theirs.pk])
        post = client.post(address, {"outcome": "connected"})
        assert post.status_code in {404, 286}, name
    assert client.get(reverse("admin:work_focus_lead", args=[theirs.pk])).status_code == 404
    assert Entry.objects.filter(lead=theirs).count() == 1


def test_the_page_takes_few_queries_whatever_happened_before(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    start(client)
    address = reverse("admin:work_focus_lead", args=[lead.pk])
    client.get(address)
    few, _page = queries_of(client, address)
    for number in range(12):
        press(client, lead.pk, "no_answer", attempts=number)
    many, _page = queries_of(client, address)

    assert (len(few), len(few) <= 9) == (len(many), True), "\n".join(few)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixteen_who_start_at_once_get_sixteen_leads():
    workspace = make_workspace()
    for number in range(CROWD):
        make_lead(workspace, name=f"Lead {number}", **HUMAN)
    clients = []
    for _number in range(CROWD):
        one = Client()
        one.force_login(make_member(workspace))
        clients.append(one)

    handed = all_at_once(lambda number: lead_in(start(clients[number], "new_unassigned")))

    assert len(set(handed)) == CROWD
    assert Lead.objects.exclude(claimed_by=None).count() == CROWD
