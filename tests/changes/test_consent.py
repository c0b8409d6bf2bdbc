"""Opting out: true of everybody with the same number or address, now and later, through any door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from leadhub.workspaces.clock import now
from leads.change import CLEAR, Archive, ById, ConsentWish, ContactPointChange, LeadChange
from leads.changes import apply_change, consent
from leads.changes.actions import plan_action
from leads.changes.do_not_contact import import_do_not_contact
from leads.changes.suppression import suppressed
from leads.errors import Invalid
from leads.models import Action, ConsentEvent, Entry, Event, Job, Lead, Suppression
from leads.outbox import consent as spreading
from leads.outbox.jobs import JobQueue
from tests.make import SYSTEM, make_lead, make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "6782319992", "ana@x.org"
COLUMNS = {
    "all": "opted_out_at",
    "call": "call_opted_out_at",
    "email": "email_opted_out_at",
    "sms": "sms_opted_out_at",
}
TESTER = replace(SYSTEM, tests=True)


@pytest.fixture
def workspace():
    return make_workspace()


def change(lead, **words):
    return apply_change(lead.workspace, SYSTEM, ById(lead.pk), LeadChange(**words))


def opt_out(lead, channel="sms", **words):
    return change(lead, consent=(ConsentWish(channel, opted_in=False, **words),))


def opt_in(lead, channel="sms", **words):
    return change(lead, consent=(ConsentWish(channel, opted_in=True, **words),))


def is_out(lead, channel="sms"):
    return getattr(Lead.objects.get(pk=lead.pk), COLUMNS[channel]) is not None


def point(kind, value):
    return (ContactPointChange(kind, value),)


# Those who are there


@pytest.mark.parametrize("channel", COLUMNS)
def test_others_with_the_same_number_are_opted_out_each_with_its_own_entry(workspace, channel):
    first, second = make_lead(workspace, phone=PHONE), make_lead(workspace, phone="+1 (678) 231-9992")
    entry = opt_out(first, channel, source="STOP").entry
    assert is_out(first, channel)
    assert is_out(second, channel)
    told = Entry.objects.get(lead=second, kind="consent")
    assert told.input == {"channels": [channel], "source": "same number or address", "lead": str(first.pk)}
    assert (told.created_at >= entry.created_at, Lead.objects.get(pk=second.pk).version) == (True, 2)
    event = ConsentEvent.objects.get(lead=second)
    assert (event.channel, event.opted_in, event.source) == (channel, False, "same number or address")
    assert Event.objects.filter(lead_id=second.pk, kind="lead.opted_out").count() == 1


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"email": EMAIL}, {"email": "ANA@x.org"}),
        ({"email": EMAIL}, {"contact_points": point("email", EMAIL)}),
        ({"contact_points": point("email", EMAIL)}, {"email": EMAIL}),
        ({"contact_points": point("phone", PHONE)}, {"contact_points": point("phone", PHONE)}),
        ({"contact_points": point("phone", PHONE)}, {"phone": PHONE}),
    ],
)
def test_further_numbers_and_addresses_count(workspace, mine, theirs):
    first, second = make_lead(workspace, **mine), make_lead(workspace, **theirs)
    opt_out(first)
    assert is_out(second)


def test_others_are_left_alone(workspace):
    first = make_lead(workspace, phone=PHONE)
    elsewhere = make_lead(make_workspace(), phone=PHONE)
    deleted, other = make_lead(workspace, phone=PHONE), make_lead(workspace, phone="6782310000")
    change(deleted, delete=True)
    nobody = [make_lead(workspace), make_lead(workspace)]
    opt_out(first)
    opt_out(nobody[0])
    assert not any(map(is_out, [elsewhere, deleted, other, nobody[1]]))


def test_an_archived_lead_is_live_and_a_test_lead_is_apart(workspace):
    first, archived = make_lead(workspace, phone=PHONE), make_lead(workspace, phone=PHONE)
    change(archived, archive=Archive())
    testing = make_lead(workspace, actor=TESTER, phone=PHONE)
    opt_out(first)
    assert is_out(archived)
    assert not is_out(testing)
    out = LeadChange(consent=(ConsentWish("all", opted_in=False),))
    apply_change(workspace, TESTER, ById(testing.pk), out)
    assert not is_out(first, "all")


def test_it_happens_once_and_goes_no_further_than_one_step(workspace):
    first = make_lead(workspace, phone=PHONE)
    second = make_lead(workspace, phone=PHONE, email=EMAIL)
    third = make_lead(workspace, email=EMAIL)
    opt_out(first)
    assert is_out(second)
    assert not is_out(third)
    version = Lead.objects.get(pk=second.pk).version
    opt_out(first, "sms", text_shown="STOP once more")
    assert Lead.objects.get(pk=second.pk).version == version


def test_what_is_planned_for_the_others_is_called_off_too(workspace):
    first, second = make_lead(workspace, phone=PHONE), make_lead(workspace, phone=PHONE)
    plan_action(workspace, SYSTEM, ById(second.pk), kind="CALL", at=now(), summary="Call")
    assert Lead.objects.get(pk=second.pk).next_action_at is not None
    opt_out(first, "call")
    assert Action.objects.get(lead=second).status == "CANCELLED"
    assert Lead.objects.get(pk=second.pk).next_action_at is None


def test_more_than_are_marked_at_once_are_left_to_a_job(workspace, monkeypatch):
    monkeypatch.setattr(consent, "AT_ONCE", 2)
    monkeypatch.setattr(spreading, "AT_ONCE", 2)
    leads = [make_lead(workspace, phone=PHONE) for _number in range(8)]
    opt_out(leads[0])
    assert sum(map(is_out, leads)) == 3
    run_jobs()
    assert all(map(is_out, leads))
    assert (Job.objects.get().state, Job.objects.get().output) == ("done", {"leads": 5})


def run_jobs():
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())


def test_opting_in_is_for_oneself(workspace):
    first, second = make_lead(workspace, phone=PHONE), make_lead(workspace, phone=PHONE)
    opt_out(first)
    opt_in(second, text_shown="Yes, please.")
    assert is_out(first)
    assert not is_out(second)
    assert Lead.objects.get(pk=second.pk).sms_opted_in_at is not None


# Those who come later


@pytest.mark.parametrize("words", [{"phone": "678 231 9992"}, {"contact_points": point("phone", PHONE)}])
def test_a_new_lead_with_the_number_is_opted_out_from_its_beginning(workspace, words):
    opt_out(make_lead(workspace, phone=PHONE))
    fresh = make_lead(workspace, **words)
    assert is_out(fresh)
    assert not is_out(fresh, "email")
    assert Entry.objects.filter(lead=fresh).count() == 1
    assert "/consent/sms" in Entry.objects.get(lead=fresh).changes


def test_a_lead_that_gets_the_number_is_opted_out_with_it(workspace):
    opt_out(make_lead(workspace, email=EMAIL), "all")
    lead = make_lead(workspace)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="CALL", at=now(), summary="Call")
    change(lead, fields={"email": EMAIL})
    assert is_out(lead, "all")
    assert Action.objects.get(lead=lead).status == "CANCELLED"
    change(lead, fields={"email": CLEAR})
    assert is_out(lead, "all")


def test_who_agreed_anew_stays_in_when_another_number_is_added(workspace):
    opt_out(make_lead(workspace, phone=PHONE))
    lead = make_lead(workspace, phone=PHONE)
    opt_in(lead, text_shown="Yes, please.")
    change(lead, fields={"email": EMAIL}, contact_points=point("phone", "6782310000"))
    assert not is_out(lead)
    signed = (ConsentWish("sms", opted_in=True, text_shown="I agree."),)
    assert not is_out(make_lead(workspace, phone=PHONE, consent=signed))
    assert is_out(make_lead(workspace, phone=PHONE, consent=(ConsentWish("sms", opted_in=True),)))


def test_a_write_with_an_opt_out_costs_the_same_few_statements(workspace, django_assert_max_num_queries):
    lead = make_lead(workspace, phone=PHONE)
    change(lead, fields={"source": "warm"})
    with django_assert_max_num_queries(8):
        change(lead, fields={"phone": "6782310001"}, consent=(ConsentWish("all", opted_in=False),))


# Lists


def test_a_list_marks_who_is_there_and_who_comes(workspace):
    here, further = (
        make_lead(workspace, phone=PHONE),
        make_lead(workspace, contact_points=point("email", EMAIL)),
    )
    report = import_do_not_contact(
        workspace, SYSTEM, ["(678) 231-9992", "", " Ana@X.org\n", "nonsense", "a@", PHONE], channel="call"
    )
    assert (report.read, report.listed, report.marked) == (5, 2, 2)
    assert [(problem.field, problem.code) for problem in report.problems] == [
        ("line 4", "invalid_phone"),
        ("line 5", "invalid_email"),
    ]
    assert is_out(here, "call")
    assert is_out(further, "call")
    assert is_out(make_lead(workspace, phone=PHONE), "call")
    assert not is_out(make_lead(make_workspace(), phone=PHONE), "call")
    assert import_do_not_contact(workspace, SYSTEM, [PHONE], channel="call").marked == 0


@pytest.mark.parametrize("line", ["(678) 231-9992 ; Ana", "Ana, 678-231-9992", "678-231-9992,stop"])
def test_a_line_that_holds_more_than_a_number_is_refused_instead_of_never_heeded(workspace, line):
    report = import_do_not_contact(workspace, SYSTEM, [line, PHONE])
    assert report.listed == 1
    assert [(problem.field, problem.code) for problem in report.problems] in (
        [("line 1", "invalid_phone")],
        [],  # understood: the number alone was listed, which is the other line's, too
    )


def test_a_list_holds_no_number_and_no_address(workspace):
    import_do_not_contact(workspace, SYSTEM, [PHONE, EMAIL])
    rows = list(Suppression.objects.values_list("key_hash", flat=True))
    assert len(rows) == 2
    assert not any(text in row for row in rows for text in ("6782319992", EMAIL, EMAIL.casefold()))


def test_a_list_is_still_known_after_the_data_keys_were_rotated(workspace, settings):
    import_do_not_contact(workspace, SYSTEM, [PHONE])
    settings.DATA_KEYS = {"v2": b"2" * 32, **settings.DATA_KEYS}
    assert is_out(make_lead(workspace, phone=PHONE), "all")
    assert suppressed(workspace, [("phone", "+16782319992")], ["do_not_contact"]) == {
        ("phone", "+16782319992"): {"all"}
    }


def test_who_opts_in_is_off_the_list(workspace):
    import_do_not_contact(workspace, SYSTEM, [PHONE], channel="sms")
    lead = make_lead(workspace, phone=PHONE)
    assert is_out(lead)
    opt_in(lead, text_shown="Yes.")
    assert not Suppression.objects.exists()
    assert not is_out(make_lead(workspace, phone=PHONE, email="b@x.org"))


def test_a_list_is_for_a_channel_that_exists(workspace):
    with pytest.raises(Invalid):
        import_do_not_contact(workspace, SYSTEM, [PHONE], channel="pigeon")


# In a crowd


@pytest.mark.django_db(transaction=True)
def test_many_with_one_number_opt_out_at_once():
    workspace = make_workspace()
    leads = [make_lead(workspace, phone=PHONE) for _number in range(8)]
    start = Barrier(len(leads))

    def run(lead):
        start.wait()
        try:
            opt_out(lead)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(leads)) as pool:
        list(pool.map(run, leads))
    assert all(map(is_out, leads))
    assert ConsentEvent.objects.count() == len(leads)
