"""Messages: written, approved once, looked at again when they are sent, and what is heard of them later."""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from leadhub.workspaces.clock import at, now
from leads.change import (
    CLEAR,
    Actor,
    ActorKind,
    Archive,
    ById,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
)
from leads.changes import apply_change, merge_leads, undo_entry
from leads.changes.actions import cancel_action, complete_action, reschedule_action
from leads.changes.approval import approve_message, edit_message, reject_message, resend_message
from leads.changes.correspondence import receive_message, report_message
from leads.changes.messages import add_draft, write_message
from leads.changes.suppression import suppress
from leads.errors import Forbidden, Invalid, NotFound, Refused
from leads.models import Action, ConsentEvent, Entry, Event, Lead, Message
from leads.outbox import gate, lease
from leads.outbox.messages import ATTEMPTS, MessageQueue
from leads.outbox.waiting import discard_messages, messages_by_workspace
from tests.make import SYSTEM, make_key, make_lead, make_member, make_user_actor, make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OUT = (ConsentWish("email", opted_in=False),)


@pytest.fixture(autouse=True)
def _ask_anew():
    gate.forget()
    yield
    gate.forget()


@pytest.fixture
def workspace():
    return make_workspace(name="Acme Loans")


@pytest.fixture
def user(workspace):
    user = make_member(workspace, email="ana@desk.example")
    user.full_name, user.signature = "Ana Ruiz", "Ana Ruiz\nAcme Loans"
    user.save()
    return user


@pytest.fixture
def agent(user):
    return make_user_actor(user)


@pytest.fixture
def machine(workspace):
    key, _text = make_key(workspace, "omniai")
    return Actor(ActorKind.KEY, key.name, "omniai", api_key_id=key.pk, tests=False)


@pytest.fixture
def lead(workspace):
    return make_lead(workspace, first_name="Ben", email="Ben@x.org", phone="6782319992")


def write(workspace, actor, lead, **words):
    defaults = {"channel": "EMAIL", "subject": "Two things", "body": "Hello {{ first_name|there }}."}
    return write_message(workspace, actor, ById(lead.pk), **{**defaults, **words})


def change(workspace, lead, **words):
    return apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(**words))


def send(owner="one"):
    """What a worker does with what is due now."""
    rows = MessageQueue().claim(owner, 100, [])
    for row in rows:
        MessageQueue().work(row, Idle())
    return len(rows)


def stand(action):
    action.refresh_from_db()
    return action.status, action.outcome


def last_entry(lead):
    return Entry.objects.filter(lead=lead).latest("id")


# A member's own


def test_a_members_email_goes_out_at_once_signed_and_answerable(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead)
    assert (action.status, action.state) == ("PENDING", "due")
    assert send() == 1
    (email,) = mailoutbox
    assert email.to == ["Ben@x.org"]
    assert email.subject == "Two things"
    assert email.body == "Hello Ben.\n\n-- \nAna Ruiz\nAcme Loans"
    assert email.reply_to == ["Ana Ruiz <ana@desk.example>"]
    assert email.from_email == "Ana Ruiz <leadhub@localhost>"
    assert stand(action) == ("COMPLETED", "sent")
    message = Message.objects.get()
    assert message.body == email.body
    assert message.details["to"] == "Ben@x.org"
    assert email.extra_headers["Message-ID"] == f"<{message.pk.hex}@localhost>"
    assert send() == 0


def test_it_is_told_once_and_shows_as_the_last_action(workspace, agent, lead):
    action = write(workspace, agent, lead)
    send()
    entry = last_entry(lead)
    assert (entry.kind, entry.action_id, entry.version) == ("messaged", action.pk, 2)
    assert Lead.objects.get().next_action_at is None


def test_an_address_may_be_named_if_it_is_the_leads(workspace, agent, lead, mailoutbox):
    change(workspace, lead, contact_points=(ContactPointChange("email", "work@x.org"),))
    write(workspace, agent, lead, to="WORK@x.org")
    send()
    assert mailoutbox[0].to == ["work@x.org"]
    with pytest.raises(Invalid) as refusal:
        write(workspace, agent, lead, to="someone@else.org")
    assert refusal.value.problems[0].code == "not_found"


def test_a_message_is_sent_when_its_time_has_come(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead, at=now() + DAY)
    assert send() == 0
    change(workspace, lead, fields={"first_name": "Benno"})
    with at(now() + 2 * DAY):
        assert send() == 1
    assert mailoutbox[0].body.startswith("Hello Benno.")
    assert stand(action) == ("COMPLETED", "sent")


def test_a_message_that_waits_can_be_put_off_or_called_off(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead, at=now() + DAY)
    reschedule_action(workspace, agent, action.pk, at=now() - DAY)
    action.refresh_from_db()
    assert action.due_at == action.scheduled_at
    cancel_action(workspace, agent, action.pk, reason="Called instead.")
    assert send() == 0
    assert mailoutbox == []
    with pytest.raises(Refused):
        complete_action(workspace, agent, write(workspace, agent, lead).pk)


@pytest.mark.parametrize(
    ("words", "field", "code"),
    [
        ({"channel": "PIGEON"}, "channel", "invalid_choice"),
        ({"body": " "}, "body", "required"),
        ({"body": "Hi {{ nickname }}"}, "body", "unknown_variable"),
        ({"body": "Hi {{ first_name"}, "body", "invalid_template"),
        ({"subject": "{{}}"}, "subject", "invalid_template"),
        ({"kind": "TASK"}, "kind", "invalid_choice"),
        ({"at": "soon"}, "at", "invalid_date"),
    ],
)
def test_a_bad_message_is_refused(workspace, agent, lead, words, field, code):
    with pytest.raises(Invalid) as refusal:
        write(workspace, agent, lead, **words)
    assert [(one.field, one.code) for one in refusal.value.problems] == [(field, code)]
    assert not Message.objects.exists()


def test_without_an_address_nothing_is_written(workspace, agent):
    with pytest.raises(Invalid) as refusal:
        write(workspace, agent, make_lead(workspace, first_name="Ben"))
    assert refusal.value.problems[0].message == "The lead has no email address."


# Blanks


def test_an_empty_blank_without_a_word_for_it_stops_the_message_with_a_sentence(workspace, agent):
    lead = make_lead(workspace, email="x@x.org")
    with pytest.raises(Invalid) as refusal:
        write(workspace, agent, lead, body="Dear {{ first_name }},")
    problem = refusal.value.problems[0]
    assert (problem.field, problem.code) == ("body", "empty_variable")
    assert "first_name" in problem.message


def test_a_blank_that_became_empty_stops_the_message_when_it_is_sent(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead, body="Dear {{ first_name }},", at=now() + DAY)
    change(workspace, lead, fields={"first_name": CLEAR})
    with at(now() + 2 * DAY):
        send()
    assert stand(action) == ("FAILED", "empty_variable")
    assert "first_name" in action.error
    assert last_entry(lead).kind == "message_stopped"
    assert mailoutbox == []


def test_what_stands_in_a_blank_is_text_and_nothing_else(workspace, agent, mailoutbox):
    lead = make_lead(workspace, first_name="{{ email }}", last_name="O'Hara", email="x@x.org")
    write(workspace, agent, lead, subject="{{last_name}} | {{ source|the web }}", body="{{ first_name }}")
    send()
    assert mailoutbox[0].subject == "O'Hara | the web"
    assert mailoutbox[0].body.startswith("{{ email }}")


def test_the_sender_and_the_workspace_can_be_named(workspace, agent, lead, mailoutbox):
    write(workspace, agent, lead, body="{{ sender_name }} of {{ workspace_name }}, {{ sender_email }}")
    send()
    assert mailoutbox[0].body.startswith("Ana Ruiz of Acme Loans, ana@desk.example")


# Approval


def test_what_a_machine_writes_waits_for_approval(workspace, agent, machine, lead, mailoutbox):
    action = write(workspace, machine, lead)
    assert (action.status, send()) == ("AWAITING_APPROVAL", 0)
    approve_message(workspace, agent, action.pk)
    entry = last_entry(lead)
    assert (entry.kind, entry.action_id) == ("message_approved", action.pk)
    assert entry.changes == {f"/actions/{action.pk}/status": ["AWAITING_APPROVAL", "PENDING"]}
    assert send() == 1
    assert mailoutbox[0].body == "Hello Ben."
    assert mailoutbox[0].reply_to == ["Ana Ruiz <ana@desk.example>"]


def test_an_answer_goes_to_who_owns_the_lead(workspace, agent, machine, lead, mailoutbox):
    owner = make_member(workspace)
    change(workspace, lead, fields={"assignee": owner.pk})
    approve_message(workspace, agent, write(workspace, machine, lead).pk)
    send()
    assert owner.email in mailoutbox[0].reply_to[0]


def test_a_workspace_may_want_approval_for_everything(workspace, user, lead):
    workspace.approve_all_messages = True
    workspace.save()
    agent = replace(make_user_actor(user), role="agent")
    action = write(workspace, agent, lead)
    assert action.status == "AWAITING_APPROVAL"
    with pytest.raises(Forbidden):
        approve_message(workspace, agent, action.pk)
    colleague = make_user_actor(make_member(workspace))
    assert approve_message(workspace, colleague, action.pk).status == "PENDING"
    assert approve_message(workspace, replace(agent, role="owner"), write(workspace, agent, lead).pk)


def test_a_machine_approves_nothing(workspace, machine, lead):
    action = write(workspace, machine, lead)
    with pytest.raises(Forbidden):
        approve_message(workspace, machine, action.pk)


def test_a_second_click_is_refused_and_sends_nothing(workspace, agent, machine, lead, mailoutbox):
    action = write(workspace, machine, lead)
    approve_message(workspace, agent, action.pk)
    for again in (approve_message, lambda *words: reject_message(*words, reason="No.")):
        with pytest.raises(Refused) as refusal:
            again(workspace, agent, action.pk)
        assert refusal.value.reason == "not_open"
    send()
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_approvers_at_once_send_once(workspace, machine, lead):
    action = write(workspace, machine, lead)
    approvers = [make_user_actor(make_member(workspace)) for _number in range(8)]
    start = Barrier(len(approvers))

    def approve(approver):
        start.wait()
        try:
            return approve_message(workspace, approver, action.pk)
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(approvers)) as pool:
        said = list(pool.map(approve, approvers))
    assert sum(isinstance(answer, Action) for answer in said) == 1
    assert Entry.objects.filter(kind="message_approved").count() == 1
    mail.outbox = []
    send()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(workspace, agent, lead):
    for _number in range(6):
        write(workspace, agent, lead)
    start, mail.outbox = Barrier(2), []

    def work(owner):
        start.wait()
        try:
            while send(owner):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, ["one", "two"]))
    assert len(mail.outbox) == 6
    assert set(Action.objects.values_list("status", flat=True)) == {"COMPLETED"}


def test_what_was_not_looked_at_is_not_approved(workspace, agent, machine, lead):
    action = write(workspace, machine, lead, body="One.")
    edit_message(workspace, make_user_actor(make_member(workspace)), action.pk, body="Two.")
    with pytest.raises(Refused) as refusal:
        approve_message(workspace, agent, action.pk, seen=("Two things", "One."))
    assert refusal.value.reason == "changed_meanwhile"
    assert approve_message(workspace, agent, action.pk, seen=("Two things", "Two.")).status == "PENDING"


def test_editing_is_told_with_both_texts(workspace, agent, machine, lead):
    action = write(workspace, machine, lead, body="One.")
    edit_message(workspace, agent, action.pk, body="Two.", subject="Other")
    assert Message.objects.get().body == "Two."
    assert last_entry(lead).changes == {
        f"/actions/{action.pk}/text": [
            {"subject": "Two things", "body": "One."},
            {"subject": "Other", "body": "Two."},
        ]
    }
    version = Lead.objects.get().version
    edit_message(workspace, agent, action.pk, body="Two.")
    assert Lead.objects.get().version == version
    with pytest.raises(Invalid):
        edit_message(workspace, agent, action.pk, body="{{ nobody }}")


def test_what_a_machine_rewrites_must_be_approved_anew(workspace, agent, machine, lead, mailoutbox):
    action = write(workspace, machine, lead, at=now() + DAY)
    approve_message(workspace, agent, action.pk)
    edit_message(workspace, machine, action.pk, body="Something else.")
    assert stand(action)[0] == "AWAITING_APPROVAL"
    with at(now() + 2 * DAY):
        assert send() == 0


def test_rejecting_needs_a_reason_and_keeps_it(workspace, agent, machine, lead):
    action = write(workspace, machine, lead)
    with pytest.raises(Invalid):
        reject_message(workspace, agent, action.pk, reason="")
    reject_message(workspace, agent, action.pk, reason="Wrong tone.")
    assert (stand(action), action.error) == (("CANCELLED", "rejected"), "Wrong tone.")
    assert last_entry(lead).kind == "message_rejected"
    with pytest.raises(Refused):
        approve_message(workspace, agent, action.pk)


# Consent and the life of the lead


def test_nothing_is_written_to_who_opted_out_and_the_timeline_says_so(workspace, agent, machine, lead):
    change(workspace, lead, consent=OUT)
    for actor in (agent, machine):
        with pytest.raises(Refused) as refusal:
            write(workspace, actor, lead)
        assert refusal.value.reason == "opted_out"
    rows = Action.objects.filter(lead=lead)
    assert {(row.status, row.outcome) for row in rows} == {("CANCELLED", "opted_out")}
    assert Entry.objects.filter(lead=lead, kind="message_stopped").count() == 2
    assert write(workspace, agent, lead, channel="SMS", subject="").status == "PENDING"


def test_a_draft_is_not_approved_after_the_opt_out(workspace, agent, machine, lead):
    kept = write(workspace, machine, lead, channel="SMS", subject="")
    draft = write(workspace, machine, lead)
    change(workspace, lead, consent=OUT)
    assert (stand(draft), stand(kept)[0]) == (("CANCELLED", "opted_out"), "AWAITING_APPROVAL")
    with pytest.raises(Refused):
        approve_message(workspace, agent, draft.pk)


@pytest.mark.parametrize("channel", ["email", "all"])
def test_consent_is_looked_at_when_it_is_sent(workspace, agent, lead, mailoutbox, channel):
    action = write(workspace, agent, lead)
    (row,) = MessageQueue().claim("one", 10, [])
    change(workspace, lead, consent=(ConsentWish(channel, opted_in=False),))
    MessageQueue().work(row, Idle())
    assert mailoutbox == []
    assert stand(action) == ("CANCELLED", "opted_out")
    assert last_entry(lead).kind == "message_stopped"
    assert send() == 0


def test_the_list_is_looked_at_when_it_is_sent(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead)
    suppress(workspace, [("email", "ben@x.org")], "do_not_contact", "email")
    send()
    assert (mailoutbox, stand(action)) == ([], ("CANCELLED", "opted_out"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"disposition": DispositionWish(stage="lost")}, "lost"),
        ({"disposition": DispositionWish(stage="invalid")}, "invalid"),
        ({"disposition": DispositionWish(stage="duplicate")}, "duplicate"),
        ({"archive": Archive()}, "archived"),
        ({"delete": True}, "deleted"),
    ],
)
def test_automated_messages_are_called_off_when_the_lead_is_closed(
    workspace, agent, machine, lead, words, code
):
    follow_up = write(workspace, machine, lead, kind="FOLLOW_UP_MESSAGE", at=now() + DAY)
    approve_message(workspace, agent, follow_up.pk)
    draft, own = write(workspace, machine, lead), write(workspace, agent, lead)
    approved_for_later = write(workspace, machine, lead, at=now() + DAY)
    approve_message(workspace, agent, approved_for_later.pk)
    entry = change(workspace, lead, **words).entry
    assert stand(follow_up) == stand(draft) == stand(approved_for_later) == ("CANCELLED", code)
    assert stand(own)[0] == "PENDING"
    assert follow_up.error.startswith("The lead ")
    assert entry.changes[f"/actions/{draft.pk}/status"] == ["AWAITING_APPROVAL", "CANCELLED"]


def test_a_won_lead_may_still_hear_from_us(workspace, machine, lead):
    draft = write(workspace, machine, lead)
    change(workspace, lead, disposition=DispositionWish(stage="won"))
    assert stand(draft)[0] == "AWAITING_APPROVAL"


def test_an_undo_of_the_loss_lets_the_messages_wait_again(workspace, machine, lead):
    draft = write(workspace, machine, lead)
    entry = change(workspace, lead, disposition=DispositionWish(stage="lost")).entry
    undo_entry(workspace, SYSTEM, ById(lead.pk), entry.pk)
    assert stand(draft) == ("AWAITING_APPROVAL", "")


def test_a_deleted_lead_hears_nothing(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead)
    change(workspace, lead, delete=True)
    send()
    assert (mailoutbox, stand(action)) == ([], ("CANCELLED", "deleted"))


def test_a_message_to_a_lead_that_was_merged_away_goes_to_the_survivor(workspace, agent, lead, mailoutbox):
    winner = make_lead(workspace, first_name="Benjamin", email="new@x.org")
    action = write(workspace, agent, lead)
    merge_leads(workspace, SYSTEM, winner.pk, lead.pk)
    send()
    assert mailoutbox[0].to == ["new@x.org"]
    assert mailoutbox[0].body.startswith("Hello Benjamin.")
    assert stand(action)[0] == "COMPLETED"


def test_a_test_lead_is_told_nothing(workspace, agent, mailoutbox):
    testing = replace(agent, tests=True)
    lead = make_lead(workspace, actor=replace(SYSTEM, tests=True), email="t@x.org")
    action = write(workspace, testing, lead)
    send()
    assert (mailoutbox, stand(action)) == ([], ("COMPLETED", "test_lead"))


# When the mail server will not


class Moody:
    """A mail server that says what it is told to."""

    def __init__(self, *troubles):
        self.troubles = list(troubles)
        self.sent = []

    def send_messages(self, messages):
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        self.sent += messages
        return len(messages)


@pytest.fixture
def server(monkeypatch):
    def tell(*troubles):
        moody = Moody(*troubles)
        monkeypatch.setattr(mail, "get_connection", lambda **_words: moody)
        return moody

    return tell


def test_a_mail_server_that_is_away_is_asked_again_with_the_same_id(workspace, agent, lead, server):
    moody = server(ConnectionRefusedError("no"), smtplib.SMTPServerDisconnected("gone"))
    action = write(workspace, agent, lead)
    for _attempt in range(3):
        with at(now() + DAY * _attempt):
            send()
    assert stand(action) == ("COMPLETED", "sent")
    assert action.attempt == 3
    assert len(moody.sent) == 1
    assert moody.sent[0].body.count("-- \n") == 1


def test_what_fails_for_good_is_on_the_timeline_and_can_be_sent_again(workspace, agent, lead, server):
    moody = server(smtplib.SMTPRecipientsRefused({"ben@x.org": (550, b"no such mailbox")}))
    action = write(workspace, agent, lead)
    send()
    assert stand(action) == ("FAILED", "not_sent")
    assert (action.state, "550 no such mailbox" in action.error) == ("dead", True)
    entry = last_entry(lead)
    assert (entry.kind, entry.action_id, entry.door) == ("message_stopped", action.pk, "worker")
    resend_message(workspace, agent, action.pk)
    send()
    assert (stand(action), len(moody.sent)) == (("COMPLETED", "sent"), 1)
    assert action.error == ""


def test_it_is_not_tried_for_ever(workspace, agent, lead, server):
    server(*[OSError("down")] * 10)
    action = write(workspace, agent, lead)
    for number in range(len(ATTEMPTS) + 2):
        with at(now() + DAY * number):
            send()
    assert stand(action) == ("FAILED", "not_sent")
    assert "OSError" in action.error


def test_a_worker_that_died_while_sending_leaves_it_to_the_next(workspace, agent, lead, mailoutbox):
    action = write(workspace, agent, lead)
    (row,) = MessageQueue().claim("one", 10, [])
    assert send("two") == 0
    with pytest.raises(Refused) as refusal:
        cancel_action(workspace, agent, action.pk, reason="No.")
    assert refusal.value.reason == "being_sent"
    with at(now() + 2 * lease.LENGTH):
        assert send("two") == 1
        MessageQueue().work(row, Idle())
    assert len(mailoutbox) == 1
    assert stand(action) == ("COMPLETED", "sent")


def test_a_line_break_in_a_subject_cannot_make_a_header(workspace, agent, mailoutbox):
    lead = make_lead(workspace, first_name="Ben", email="x@x.org")
    Lead.objects.update(first_name="Ben\nBcc: all@x.org")
    write(workspace, agent, lead, subject="Hi {{ first_name }}")
    send()
    assert mailoutbox[0].subject == "Hi Ben Bcc: all@x.org"
    assert mailoutbox[0].bcc == []


def test_a_copy_holds_what_is_due_and_releases_or_gives_it_up(workspace, agent, lead, settings, mailoutbox):
    action = write(workspace, agent, lead)
    settings.OUTBOUND = "hold"
    assert send() == 0
    ((slug, count, _first),) = messages_by_workspace()
    assert (slug, count) == (workspace.slug, 1)
    assert discard_messages() == 1
    assert stand(action) == ("FAILED", "discarded")
    resend_message(workspace, agent, action.pk)
    settings.OUTBOUND = "off"
    send()
    assert (mailoutbox, stand(action)) == ([], ("FAILED", "outbound_off"))


# What others send for us


def approved():
    return [event.payload for event in Event.objects.filter(kind="message.approved").order_by("id")]


def test_a_text_message_goes_out_as_an_event_and_is_reported_back(workspace, agent, machine, lead):
    action = write(workspace, machine, lead, channel="SMS", subject="", body="Hi {{ first_name }}")
    assert approved() == []
    approve_message(workspace, agent, action.pk)
    (payload,) = approved()
    assert payload["message"] == {
        "actionId": str(action.pk),
        "messageId": str(Message.objects.get().pk),
        "channel": "SMS",
        "to": "+16782319992",
        "subject": None,
        "body": "Hi Ben",
    }
    assert send() == 0
    with pytest.raises(Refused) as refusal:
        cancel_action(workspace, agent, action.pk, reason="No.")
    assert refusal.value.reason == "handed_over"
    report_message(workspace, machine, action.pk, status="sent", external_id="SM1")
    assert stand(action) == ("COMPLETED", "sent")
    report_message(workspace, machine, action.pk, status="delivered")
    assert action.output["external_id"] == "SM1"
    assert stand(action) == ("COMPLETED", "delivered")
    assert Entry.objects.filter(kind="message_reported").count() == 2


def test_a_members_text_message_is_handed_over_at_once_and_once(workspace, agent, lead):
    write(workspace, agent, lead, channel="SMS", subject="", body="Hi")
    assert [payload["message"]["body"] for payload in approved()] == ["Hi"]
    assert Message.objects.get().details["to"] == "+16782319992"
    assert send() == 0


def test_a_text_message_for_later_is_handed_over_when_it_is_due(workspace, agent, lead):
    write(workspace, agent, lead, channel="SMS", subject="", at=now() + DAY)
    assert (send(), approved()) == (0, [])
    with at(now() + 2 * DAY):
        assert send() == 1
        assert len(approved()) == 1
        assert send() == 0
    assert Message.objects.get().body == "Hello Ben."


def test_a_report_said_twice_or_late_changes_nothing(workspace, agent, machine, lead):
    action = write(workspace, agent, lead, channel="SMS", subject="")
    for _again in range(2):
        report_message(workspace, machine, action.pk, status="delivered")
    report_message(workspace, machine, action.pk, status="sent")
    assert stand(action) == ("COMPLETED", "delivered")
    assert Entry.objects.filter(kind="message_reported").count() == 1


def test_a_failure_is_reported_with_its_reason(workspace, agent, machine, lead):
    action = write(workspace, agent, lead, channel="SMS", subject="")
    report_message(workspace, machine, action.pk, status="failed", error="Landline.")
    assert (stand(action), action.error) == (("FAILED", "failed"), "Landline.")
    assert last_entry(lead).summary == "Message not sent"
    with pytest.raises(Refused):
        report_message(workspace, machine, write(workspace, machine, lead).pk, status="sent")
    with pytest.raises(Invalid):
        report_message(workspace, machine, action.pk, status="lost in the post")
    with pytest.raises(NotFound):
        report_message(make_workspace(), machine, action.pk, status="sent")


def test_a_text_message_that_failed_is_handed_over_once_more(workspace, agent, machine, lead):
    action = write(workspace, agent, lead, channel="SMS", subject="")
    report_message(workspace, machine, action.pk, status="failed", error="Landline.")
    resend_message(workspace, agent, action.pk)
    assert stand(action) == ("PENDING", "")
    first, second = (payload["message"] for payload in approved())
    assert first == second
    report_message(workspace, machine, action.pk, status="delivered")
    assert stand(action) == ("COMPLETED", "delivered")


def test_a_text_message_that_had_left_when_it_was_called_off_is_told_as_sent(workspace, agent, machine, lead):
    sent, waiting = (write(workspace, who, lead, channel="SMS", subject="") for who in (agent, machine))
    receive(workspace, machine, lead, "STOP")
    assert stand(sent) == stand(waiting) == ("CANCELLED", "opted_out")
    report_message(workspace, machine, sent.pk, status="failed")
    assert stand(sent) == ("CANCELLED", "opted_out")
    report_message(workspace, machine, sent.pk, status="delivered")
    assert stand(sent) == ("COMPLETED", "delivered")
    assert last_entry(lead).summary == "Message had left before it was called off"
    with pytest.raises(Refused) as refusal:
        report_message(workspace, machine, waiting.pk, status="sent")
    assert refusal.value.reason == "not_open"


# What a lead writes


def receive(workspace, machine, lead, body, **words):
    return receive_message(workspace, machine, ById(lead.pk), channel="SMS", body=body, **words)


def test_what_a_lead_wrote_is_there_once(workspace, machine, lead):
    first = receive(workspace, machine, lead, "When can we talk?", external_id="SM7", details={"from": "+1"})
    again = receive(workspace, machine, lead, "When can we talk?", external_id="SM7")
    assert first.pk == again.pk
    message = Message.objects.get()
    assert (message.direction, message.body, message.details["from"]) == (
        "INBOUND",
        "When can we talk?",
        "+1",
    )
    entry = last_entry(lead)
    assert (entry.kind, entry.action_id) == ("message_received", first.pk)
    assert stand(first) == ("COMPLETED", "")


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Unsubscribe", "opt-out"])
def test_stop_is_an_opt_out_of_everybody_with_the_number(workspace, machine, agent, lead, text):
    other = make_lead(workspace, phone="6782319992")
    draft = write(workspace, machine, lead, channel="SMS", subject="")
    receive(workspace, machine, lead, text)
    assert all(row.sms_opted_out_at for row in Lead.objects.filter(pk__in=[lead.pk, other.pk]))
    assert ConsentEvent.objects.get(lead=lead).text_shown == text.strip()
    assert stand(draft) == ("CANCELLED", "opted_out")
    receive(workspace, machine, lead, "START")
    assert Lead.objects.get(pk=lead.pk).sms_opted_out_at is None


def test_stop_in_a_sentence_is_a_sentence_and_help_is_noted(workspace, machine, lead):
    receive(workspace, machine, lead, "Please don't stop now")
    receive_message(workspace, machine, ById(lead.pk), channel="EMAIL", body="STOP")
    assert Lead.objects.get().sms_opted_out_at is None
    receive(workspace, machine, lead, "HELP")
    assert Lead.objects.get().sms_help_requested_at is not None


def test_a_draft_without_an_address_is_kept_and_not_approved(workspace, agent, machine):
    lead = make_lead(workspace, first_name="Ben")
    action = add_draft(workspace, machine, ById(lead.pk), channel="EMAIL", body="Hi")
    with pytest.raises(Invalid):
        approve_message(workspace, agent, action.pk)
    change(workspace, lead, fields={"email": "b@x.org"})
    assert approve_message(workspace, agent, action.pk).status == "PENDING"
