"""PollyBot's promises when many call at once."""

from __future__ import annotations

from collections import Counter

import pytest

from leads.models import Entry, Lead
from tests.api.caller import polly
from tests.api.crowd import CROWD, at_once
from tests.make import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

FLAT = "/api/v1/leads"


def race_for_one_email():
    caller = polly()
    leads = [make_lead(caller.workspace, name=f"Lead {number}") for number in range(CROWD)]
    wanted = {"email": "Wanted@example.org", "source": "race"}
    answers = at_once([lambda lead=lead: caller("PUT", f"{FLAT}/{lead.pk}", wanted) for lead in leads])
    assert Counter(answer.status for answer in answers) == {200: 1, 409: CROWD - 1}
    winner = Lead.objects.get(email_key="wanted@example.org")
    losers = [answer.body for answer in answers if answer.status == 409]
    assert {body["details"]["existingLeadId"] for body in losers} == {f"lead_{winner.pk.hex}"}
    assert Lead.objects.filter(source="race").count() == 1
    assert Entry.objects.filter(door="pollybot").count() == 1


def test_P3_of_16_leads_that_want_one_email_one_gets_it():
    race_for_one_email()


@pytest.mark.postgres
def test_P4_the_lock_on_the_email_holds_where_writers_run_side_by_side():
    for _ in range(3):
        race_for_one_email()
        Lead.objects.update(email="", email_key="", source="")
        Entry.objects.all().delete()


def test_P3_of_16_creates_with_one_email_one_succeeds():
    caller = polly()
    body = {"name": "Ana Ruiz", "email": "ana@example.org"}
    answers = at_once([lambda: caller("POST", FLAT, body)] * CROWD)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: CROWD - 1}
    assert Lead.objects.count() == 1


def test_16_writers_of_different_metadata_keys_lose_none():
    caller = polly()
    lead = make_lead(caller.workspace, name="Ana")
    calls = [
        lambda number=number: caller("PUT", f"{FLAT}/{lead.pk}", {"metadata": {f"k{number}": number}})
        for number in range(CROWD)
    ]
    assert {answer.status for answer in at_once(calls)} == {200}
    lead.refresh_from_db()
    assert lead.metadata == {f"k{number}": number for number in range(CROWD)}
    assert Entry.objects.filter(lead=lead, door="pollybot").count() == CROWD


def test_16_requests_with_one_idempotency_key_have_one_effect():
    caller = polly()
    body = {"name": "Ana Ruiz", "email": "ana@example.org"}
    headers = {"Idempotency-Key": "once"}
    answers = at_once([lambda: caller("POST", FLAT, body, headers=headers)] * CROWD)
    assert {answer.status for answer in answers} <= {201, 409}
    created = [answer for answer in answers if answer.status == 201]
    assert len({answer.raw for answer in created}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in created) == 1
    assert {answer.body["code"] for answer in answers if answer.status == 409} <= {"REQUEST_IN_PROGRESS"}
    assert Lead.objects.count() == 1


def test_two_deletes_at_once_succeed_once():
    caller = polly()
    lead = make_lead(caller.workspace, name="Ana")
    answers = at_once([lambda: caller("DELETE", f"{FLAT}/{lead.pk}")] * 4)
    assert Counter(answer.status for answer in answers) == {200: 1, 404: 3}
