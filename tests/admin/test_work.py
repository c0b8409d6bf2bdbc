"""My work: each row says why it is there, and every step of a row is a plain form that can be undone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leads.admin.clocks import written
from leads.change import Actor, ActorKind, ById, CallLog, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change, undo_entry
from leads.changes.actions import plan_action, reschedule_action
from leads.changes.claims import claim_lead
from leads.changes.messages import add_draft, write_message
from leads.models import Action, Entry, ImportBatch, Lead
from tests.admin.budget import assert_budget
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
HUMAN = {"assignee_type": "HUMAN_AGENT"}
INDEX = "/admin/"


@pytest.fixture
def desk(client):
    workspace = make_answerable(needs_reason=True)
    agent = make_member(workspace)
    client.force_login(agent)
    return workspace, agent


def make_due(workspace, agent, hours=-1, kind="CALL", **fields):
    lead = make_lead(workspace, assignee=agent.pk, **{"phone": "+14045550137", **fields})
    at = now() + timedelta(hours=hours)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind=kind, at=at, summary="Call again")
    return lead


def step(name, row):
    return reverse(f"admin:work_{name}", args=[row.pk])


def said(client, answer):
    """What the page that a step leads to says."""
    return client.get(answer["Location"]).content.decode()


def undo(client, text):
    """Press the undo button of the page."""
    address = re.search(r'action="(/admin/work/[0-9a-f-]+/undo/)"', text).group(1)
    fields = dict(re.findall(r'<input type="hidden" name="(entries|back)" value="([^"]*)"', text))
    return client.post(address, fields)


def test_each_row_says_why_it_is_there_what_happened_last_and_what_comes_next(client, desk):
    workspace, agent = desk
    make_due(workspace, agent, -3, name="Ana Diaz")
    make_lead(workspace, name="Ben", **HUMAN)
    make_lead(workspace, name="Cleo", assignee=agent.pk)
    make_lead(workspace, name="The AI has it")

    overdue = client.get(INDEX, {"part": "overdue"}).content.decode()
    assert "Call again: due 3 hours ago" in overdue
    assert "Lead created · the tests" in overdue
    assert "nobody has it" in client.get(INDEX, {"part": "new_unassigned"}).content.decode()
    assert "nothing is planned" in client.get(INDEX, {"part": "no_next_step"}).content.decode()
    assert "The AI has it" not in client.get(INDEX, {"part": "new_unassigned"}).content.decode()


def test_the_last_touch_is_what_people_said_and_did_and_no_bookkeeping(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent, -3, name="Ana Diaz", phone="+14045550199")
    actor = make_user_actor(agent)

    def last_touch(words):
        with clock_at(now() + timedelta(hours=2)):
            page = client.get(INDEX, {"part": "overdue"}).content.decode()
            known = client.get(reverse("admin:new_matches"), {"phone": "+14045550199"}).content.decode()
        return words in page and words in known

    call = apply_change(workspace, actor, ById(lead.pk), LeadChange(call=CallLog("no_answer")))
    plan_action(workspace, actor, ById(lead.pk), kind="TASK", at=now() + timedelta(hours=1), summary="Offer")
    tagged = apply_change(workspace, actor, ById(lead.pk), LeadChange(tags=TagChange(names=("Fair",))))
    undo_entry(workspace, actor, ById(lead.pk), tagged.entry.pk)
    claim_lead(workspace, actor, ById(lead.pk))
    batch = ImportBatch.objects.create(workspace=workspace, name="fair.csv")
    imported = Actor(ActorKind.IMPORT, "fair.csv", "import", import_batch_id=batch.pk)
    apply_change(workspace, imported, ById(lead.pk), LeadChange(note="From the fair"))
    assert last_touch("Call logged")
    apply_change(workspace, actor, ById(lead.pk), LeadChange(note="Wants an offer"))
    assert last_touch("Note added")
    noted = Entry.objects.get(lead=lead, kind="noted", import_batch=None)
    undo_entry(workspace, actor, ById(lead.pk), noted.pk)
    undo_entry(workspace, actor, ById(lead.pk), call.entry.pk, slip=True)
    assert last_touch("Lead created")


def test_an_empty_part_says_where_work_is(client, desk):
    workspace, agent = desk
    for number in range(4):
        make_lead(workspace, name=f"Lead {number}", assignee=agent.pk)

    page = client.get(INDEX, {"part": "overdue"}).content.decode()

    assert "Nothing under “Overdue”" in page
    assert "4 leads have no next step" in page


def test_done_takes_the_outcome_and_the_next_follow_up_in_one_form(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)

    answer = client.post(
        step("done", lead), {"outcome": "connected", "note": "Wants a quote", "when": "week", "back": INDEX}
    )

    lead.refresh_from_db()
    local = lead.next_action_at
    assert (answer["Location"], lead.attempts, local.weekday(), local.hour) == (INDEX, 1, 0, 9)
    assert set(Action.objects.filter(lead=lead).values_list("status", "outcome")) == {
        ("COMPLETED", ""),
        ("COMPLETED", "connected"),
        ("PENDING", ""),
    }
    assert "Wants a quote" in Entry.objects.get(lead=lead, kind="called").note


def test_a_task_is_done_with_any_words_and_undone_with_what_followed(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent, kind="TASK")
    answer = client.post(step("done", lead), {"outcome": "sent", "when": "tomorrow"})
    assert set(Action.objects.filter(lead=lead).values_list("kind", "status")) == {
        ("TASK", "COMPLETED"),
        ("CALL", "PENDING"),
    }

    undo(client, said(client, answer))

    assert set(Action.objects.filter(lead=lead).values_list("kind", "status")) == {
        ("TASK", "PENDING"),
        ("CALL", "CANCELLED"),
    }


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        ({"when": "hour"}, "2026-11-20T16:30:00+00:00"),
        ({"when": "tomorrow"}, "2026-11-21T14:00:00+00:00"),
        ({"when": "week"}, "2026-11-23T14:00:00+00:00"),
        ({"when": "at", "at": "2026-11-25T10:15", "zone": "mine"}, "2026-11-25T15:15:00+00:00"),
        ({"when": "at", "at": "2026-11-25T10:15", "zone": "theirs"}, "2026-11-25T18:15:00+00:00"),
    ],
)
def test_a_row_is_put_off_by_the_clock_here_or_there(client, desk, sent, due):
    workspace, agent = desk
    agent.time_zone = "America/New_York"
    agent.save()
    lead = make_due(workspace, agent, phone="+12135550137")

    with clock_at(datetime(2026, 11, 20, 15, 30, tzinfo=UTC)):
        client.post(step("snooze", lead), sent)

    assert Lead.objects.get(pk=lead.pk).next_action_at == datetime.fromisoformat(due)
    assert Action.objects.get(lead=lead).status == "PENDING"


def test_a_snooze_says_what_is_missing_and_is_undone(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    before = Lead.objects.get(pk=lead.pk).next_action_at

    refused = client.post(step("snooze", lead), {"when": "at", "at": ""})
    past = client.post(step("snooze", lead), {"when": "at", "at": "2020-01-01T10:00"})
    assert (refused.status_code, past.status_code) == (422, 422)
    assert "Say the day and the time." in refused.content.decode()
    answer = client.post(step("snooze", lead), {"when": "hour"})
    assert Lead.objects.get(pk=lead.pk).next_action_at > before
    undo(client, said(client, answer))

    assert Lead.objects.get(pk=lead.pk).next_action_at == before


def test_a_row_that_a_colleague_put_off_meanwhile_stays_where_they_put_it(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    form = client.get(step("snooze", lead)).content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', form)[1]
    week = now() + timedelta(days=7)
    moved = reschedule_action(workspace, SYSTEM, Action.objects.get(lead=lead).pk, at=week)

    asked = client.post(step("snooze", lead), {"when": "hour", "seen": seen})
    assert asked.status_code == 422
    assert "the tests planned this for" in asked.content.decode()
    assert Lead.objects.get(pk=lead.pk).next_action_at == moved.scheduled_at

    seen = re.search(r'name="seen" value="([^"]+)"', asked.content.decode())[1]
    assert client.post(step("snooze", lead), {"when": "hour", "seen": seen}).status_code == 302
    assert Lead.objects.get(pk=lead.pk).next_action_at < moved.scheduled_at


def test_the_second_of_two_who_hand_a_lead_over_is_told_who_has_it(client, desk):
    workspace, agent = desk
    lead, first, second = make_due(workspace, agent), make_member(workspace), make_member(workspace)
    client.force_login(make_member(workspace, "manager"))
    form = client.get(step("reassign", lead)).content.decode()
    version = re.search(r'name="version" value="(\d+)"', form)[1]
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"assignee": first.pk}))

    asked = client.post(step("reassign", lead), {"to": str(second.pk), "version": version})
    assert asked.status_code == 422
    assert f"the tests handed this lead over a moment ago; it is now with {first}" in asked.content.decode()
    assert Lead.objects.get(pk=lead.pk).assignee_id == first.pk

    version = re.search(r'name="version" value="(\d+)"', asked.content.decode())[1]
    client.post(step("reassign", lead), {"to": str(second.pk), "version": version})
    assert Lead.objects.get(pk=lead.pk).assignee_id == second.pk


def test_putting_off_what_nobody_has_makes_it_mine(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, name="Ana", **HUMAN)

    client.post(step("snooze", lead), {"when": "tomorrow"})

    lead.refresh_from_db()
    assert (lead.assignee_id, lead.next_action_at is not None) == (agent.pk, True)


def test_the_second_of_two_who_take_a_lead_is_told_who_was_first(client, desk):
    workspace, agent = desk
    colleague = make_member(workspace)
    lead = make_lead(workspace, name="Ana", **HUMAN)
    claim_lead(workspace, make_user_actor(colleague), ById(lead.pk))

    answer = client.post(step("take", lead))

    assert f"{colleague} is on this lead already" in said(client, answer)
    assert Lead.objects.get(pk=lead.pk).assignee_id is None


def test_a_lead_is_taken_over_from_the_ai(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, name="Ana")
    add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", body="Hello")
    assert "Take over from AI" in client.get(INDEX, {"part": "drafts"}).content.decode()

    client.post(step("take", lead))

    lead.refresh_from_db()
    assert (lead.assignee_id, lead.assignee_type) == (agent.pk, "HUMAN_AGENT")


@pytest.mark.parametrize(
    ("to", "kind"), [("colleague", "HUMAN_AGENT"), ("", "HUMAN_AGENT"), ("ai", "AI_AGENT")]
)
def test_a_lead_is_handed_over(client, desk, to, kind):
    workspace, agent = desk
    lead, colleague = make_due(workspace, agent), make_member(workspace)

    client.post(step("reassign", lead), {"to": str(colleague.pk) if to == "colleague" else to})

    lead.refresh_from_db()
    assert lead.assignee_type == kind
    assert lead.assignee_id == (colleague.pk if to == "colleague" else None)


@pytest.mark.parametrize("own_only", [False, True])
def test_who_handed_a_lead_over_by_mistake_has_it_back(client, desk, own_only):
    workspace, agent = desk
    workspace.own_leads_only = own_only
    workspace.save()
    lead, colleague = make_due(workspace, agent), make_member(workspace)

    undo(client, said(client, client.post(step("reassign", lead), {"to": str(colleague.pk)})))

    assert Lead.objects.get(pk=lead.pk).assignee_id == agent.pk


def test_what_a_colleague_did_or_was_given_long_ago_is_not_taken_back_from_them(client, desk):
    workspace, agent = desk
    first, second = (make_due(workspace, agent) for _each in range(2))
    colleague = make_member(workspace)
    client.post(step("reassign", first), {"to": str(colleague.pk)})
    gave = Entry.objects.get(lead=first, user=agent)
    mover = make_user_actor(make_member(workspace, "manager"), "manager")
    given = LeadChange(fields={"assignee": colleague.pk})
    moved = apply_change(workspace, mover, ById(second.pk), given).entry

    assert client.post(step("undo", second), {"entries": str(moved.pk)}).status_code == 403
    with clock_at(now() + timedelta(minutes=16)):
        assert client.post(step("undo", first), {"entries": str(gave.pk)}).status_code == 403
    assert set(Lead.objects.values_list("assignee", flat=True)) == {colleague.pk}


def test_nobody_hands_a_lead_to_somebody_of_another_workspace(client, desk):
    workspace, agent = desk
    lead, stranger = make_due(workspace, agent), make_member(make_workspace())

    answer = client.post(step("reassign", lead), {"to": str(stranger.pk)})

    assert (answer.status_code, str(stranger) in answer.content.decode()) == (422, False)


def make_draft(workspace, agent=None):
    lead = make_lead(
        workspace, email="ana@example.org", name="Ana", **({"assignee": agent.pk} if agent else {})
    )
    return lead, add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="Hello Ana")


def seen(client):
    page = client.get(INDEX, {"part": "drafts"}).content.decode()
    return re.search(r'name="seen" value="(\w+)"', page).group(1)


def test_a_draft_is_approved_once_and_only_as_it_was_read(client, desk):
    workspace, agent = desk
    _lead, draft = make_draft(workspace, agent)
    words = seen(client)

    changed = client.post(step("approve", draft), {"seen": "other words"})
    assert "read it again" in said(client, changed)
    first = client.post(step("approve", draft), {"seen": words})
    assert "on its way" in said(client, first)
    second = client.post(step("approve", draft), {"seen": words})
    assert f"{agent} approved this already; it is sent once." in said(client, second)
    assert Entry.objects.filter(kind="message_approved").count() == 1


def test_a_draft_that_was_planned_says_before_and_after_when_it_leaves(client, desk):
    workspace, agent = desk
    workspace.approve_all_messages = True
    workspace.save()
    User.objects.filter(pk=agent.pk).update(date_format="M j, Y, g:i a")
    at = now() + timedelta(hours=3)
    plan = {"channel": "EMAIL", "subject": "Hi", "body": "Hello Ana", "at": at}
    drafts = []
    for name in ("Ana", "Ben"):
        lead = make_lead(workspace, email=f"{name}@example.org", name=name)
        drafts.append(
            write_message(workspace, make_user_actor(make_member(workspace)), ById(lead.pk), **plan)
        )
    make_draft(workspace)
    when = written(at, reader=User.objects.get(pk=agent.pk))

    def pages(draft):
        queue = client.get(INDEX, {"part": "drafts"}).content.decode()
        lead = client.get(reverse("admin:lead", args=[draft.lead_id])).content.decode()
        return queue, lead

    for page in pages(drafts[0]):
        assert f"Planned for {when}; once approved, it leaves then." in page
    approved = client.post(step("approve", drafts[0]), {"seen": seen(client)})
    assert f"The message to Ana leaves on {when} <" in said(client, approved).replace("</p>", " </p>")
    with clock_at(at + timedelta(hours=1)):
        for page in pages(drafts[1]):
            assert f"Planned for {when}, which is over; it leaves as soon as it is approved." in page
        approved = client.post(step("approve", drafts[1]), {"seen": seen(client)})
        assert "The message to Ben is on its way." in said(client, approved)
        assert all("Planned for" not in page for page in pages(drafts[1]))


def test_a_draft_with_blanks_says_where_to_read_it_filled_in(client, desk):
    workspace, _agent = desk
    make_draft(workspace)
    assert "Its blanks are filled in" not in client.get(INDEX, {"part": "drafts"}).content.decode()
    lead = make_lead(workspace, email="ben@example.org", name="Ben")
    words = {"channel": "EMAIL", "subject": "Hi", "body": "Hello {{first_name}}"}
    add_draft(workspace, SYSTEM, ById(lead.pk), **words)

    page = client.get(INDEX, {"part": "drafts"}).content.decode()

    assert page.count("Its blanks are filled in when it leaves.") == 1
    address = reverse("admin:lead", args=[lead.pk])
    assert f'<a href="{address}">Read it on the lead’s page as it will leave</a>' in page
    assert "<p>Hello Ben</p>" in client.get(address).content.decode()


@pytest.mark.parametrize("own_only", [False, True])
def test_a_row_that_went_to_a_colleague_is_told_of_and_leaves_the_list_alone(client, desk, own_only):
    workspace, agent = desk
    workspace.own_leads_only = own_only
    workspace.save()
    lead, _other = (make_due(workspace, agent, -hours, name=f"Due {hours}") for hours in (2, 1))
    maria = make_member(workspace, email="maria@example.org")
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"assignee": maria.pk}))
    told = "a colleague has it by now" if own_only else "This lead is maria@example.org"
    back = f"{INDEX}?part=overdue"
    here = {"HX-Request": "true", "HX-Target": "queue"}

    for name in ("done", "snooze", "dispose", "reassign"):
        posted = client.post(step(name, lead), {"back": back}, headers=here, follow=True)
        page = posted.content.decode()
        assert posted.status_code == 200, name
        assert told in page and "Due 1" in page and "Due 2" not in page, name
        asked = client.get(step(name, lead), {"back": back}, headers={**here, "HX-Target": "panel-form"})
        assert asked["HX-Redirect"] == back, name
        assert told in client.get(back).content.decode(), name
        assert client.post(step(name, lead)).status_code == (404 if own_only else 403), name
    assert Lead.objects.get(pk=lead.pk).assignee_id == maria.pk


def test_a_draft_is_rejected_with_a_reason(client, desk):
    workspace, _agent = desk
    _lead, draft = make_draft(workspace)

    assert "Say why" in said(client, client.post(step("reject", draft), {"reason": ""}))
    client.post(step("reject", draft), {"reason": "Too pushy"})

    draft.refresh_from_db()
    assert (draft.status, draft.error) == ("CANCELLED", "Too pushy")


def test_where_a_lead_stands_is_one_form_that_names_what_is_missing(client, desk):
    workspace, agent = desk
    workspace.refresh_from_db()
    lead = make_due(workspace, agent)
    sent = {"outcome": "sold", "reason": "", "version": str(Lead.objects.get(pk=lead.pk).version)}

    refused = client.post(step("dispose", lead), {**sent, "note": "Nearly"})
    assert refused.status_code == 422
    assert "needs a reason" in refused.content.decode()
    assert "Nearly" in refused.content.decode()
    answer = client.post(
        step("dispose", lead),
        {**sent, "reason": "Signed", "note": "Good call", "when": "tomorrow", "kind": "task", "back": INDEX},
    )

    lead.refresh_from_db()
    assert (lead.disposition.outcome, lead.disposition_change.reason, lead.note) == (
        "sold",
        "Signed",
        "Good call",
    )
    assert Action.objects.filter(lead=lead, kind="TASK", status="PENDING").exists()
    assert "Undo" in said(client, answer)


def test_an_open_item_is_named_by_its_label(client):
    workspace = make_answerable(required_items=["tax_id"])
    agent = make_member(workspace)
    client.force_login(agent)
    lead = make_due(workspace, agent)

    refused = client.post(step("dispose", lead), {"outcome": "sold"})

    assert (refused.status_code, "#item-tax_id" in refused.content.decode()) == (422, True)
    assert "Tax ID" in refused.content.decode()


def test_an_overtaken_form_is_shown_again_with_what_was_typed(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    version = Lead.objects.get(pk=lead.pk).version
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(disposition=DispositionWish("qualified")))

    stale = client.post(
        step("dispose", lead), {"outcome": "contacted", "version": str(version), "note": "Mine"}
    )

    assert (stale.status_code, "Mine" in stale.content.decode()) == (409, True)
    assert f'name="version" value="{version + 1}"' in stale.content.decode()
    asked = " ".join(re.sub(r"<[^>]+>", "", stale.content.decode()).split())
    assert "Take theirs: Qualified" in asked and "Keep mine: Contacted" in asked

    again = {"outcome": "contacted", "version": str(version + 1), "note": "Mine", "keep.outcome": "theirs"}
    assert client.post(step("dispose", lead), again).status_code == 302
    lead.refresh_from_db()
    assert (lead.disposition.outcome, lead.note) == ("qualified", "Mine")


@pytest.mark.parametrize(("kind", "planned"), [("", "CALL"), ("task", "TASK")])
def test_a_next_step_is_kept_where_somebody_elses_status_stands(client, desk, kind, planned):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    version = Lead.objects.get(pk=lead.pk).version
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(disposition=DispositionWish("qualified")))
    typed = {"outcome": "contacted", "note": "Ask for Bo", "when": "week", "kind": kind}
    typed |= {"version": str(version + 1), "keep.outcome": "theirs"}

    assert client.post(step("dispose", lead), typed).status_code == 302

    made = Action.objects.filter(lead=lead, status="PENDING").latest("pk")
    told = "Ask for Bo" if kind else "Call back"
    assert (made.kind, made.summary, made.scheduled_at > now()) == (planned, told, True)
    lead.refresh_from_db()
    assert (lead.disposition.outcome, lead.note) == ("qualified", "Ask for Bo")


@pytest.mark.django_db(transaction=True)
def test_a_next_step_that_is_refused_keeps_the_note_from_being_written_twice(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)
    past = {"outcome": "contacted", "note": "Once", "when": "at", "at": "2020-01-01T10:00"}

    refused = client.post(step("dispose", lead), {**past, "keep.outcome": "theirs"})

    assert (refused.status_code, "Once" in refused.content.decode()) == (422, True)
    lead.refresh_from_db()
    assert lead.note == ""


def test_a_dialog_gets_the_form_alone_and_the_queue_itself_alone(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)

    form = client.get(step("done", lead), headers={"HX-Request": "true"}).content.decode()
    refused = client.post(step("snooze", lead), {}, headers={"HX-Request": "true"})
    queue = client.get(INDEX, headers={"HX-Request": "true", "HX-Target": "queue"}).content.decode()

    assert "<html" not in form and "How" not in form
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#panel-form")
    assert "<html" not in queue and "Parts of the work" in queue


@pytest.mark.parametrize("name", ["done", "snooze", "reassign", "take", "dispose", "undo"])
def test_another_workspaces_lead_is_not_there(client, desk, name):
    theirs = make_lead(make_workspace(), name="Secret")

    assert client.post(step(name, theirs)).status_code == 404
    assert Entry.objects.filter(lead=theirs).count() == 1


@pytest.mark.parametrize("name", ["done", "snooze", "reassign", "dispose", "undo"])
@pytest.mark.parametrize(("own_only", "status"), [(False, 403), (True, 404)])
def test_a_colleagues_lead_is_left_alone(client, desk, name, own_only, status):
    workspace, _agent = desk
    workspace.own_leads_only = own_only
    workspace.save()
    lead = make_lead(workspace, name="Hidden", assignee=make_member(workspace).pk)

    answer = client.post(step(name, lead), {"when": "hour"})

    assert answer.status_code == status
    assert Entry.objects.filter(lead=lead).count() == 1


def test_a_step_leads_nowhere_else(client, desk):
    workspace, agent = desk
    lead = make_due(workspace, agent)

    for back in ("https://evil.example/", "//evil.example/"):
        assert client.post(step("snooze", lead), {"when": "hour", "back": back})["Location"] == INDEX


@pytest.mark.parametrize("part", ["overdue", "drafts", "new_unassigned"])
def test_the_queue_costs_the_same_at_three_and_at_fifty_rows(client, desk, part):
    workspace, agent = desk

    def add_row(number):
        if part == "overdue":
            make_due(workspace, agent, name=f"Lead {number}")
        elif part == "drafts":
            make_draft(workspace, agent)
        else:
            make_lead(workspace, name=f"Lead {number}", **HUMAN)

    assert_budget(client, f"{INDEX}?part={part}", 8, add_row)
