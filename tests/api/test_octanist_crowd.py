"""Octanist's promises when many call at once."""

from __future__ import annotations

import pytest

from leads.models import Entry, Lead
from tests.api.caller import octo
from tests.api.crowd import CROWD, at_once
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

LEADS = "/api/leads"


def test_16_notes_on_one_lead_are_all_in_its_story():
    caller = octo()
    lead = make_lead(caller.workspace, name="Ana", email="ana@example.org")
    notes = [f"note {number}" for number in range(CROWD)]
    calls = [
        lambda note=note: caller("PATCH", LEADS, {"email": "ana@example.org", "note": note}) for note in notes
    ]
    assert {answer.status for answer in at_once(calls)} == {200}
    told = Entry.objects.filter(lead=lead, door="octanist").order_by("version")
    assert sorted(entry.note for entry in told) == sorted(notes)
    lead.refresh_from_db()
    assert (lead.note, lead.version) == (told.last().note, 1 + CROWD)


def test_bulk_updates_that_overlap_wait_for_each_other():
    caller = octo(make_workspace(allow_bulk_update=True))
    for number in range(6):
        # Each lead is reached by either address or number, in another order.
        make_lead(caller.workspace, name=f"L{number}", email="desk@example.org", phone="+14045550137")
    bodies = [{"email": "desk@example.org"}, {"phone": "+14045550137"}] * (CROWD // 2)
    calls = [
        lambda number=number, body=body: caller("PATCH", LEADS, {**body, "value": number})
        for number, body in enumerate(bodies)
    ]
    answers = at_once(calls)
    assert {answer.status for answer in answers} == {200}
    assert {answer.body["data"]["leadsUpdated"] for answer in answers} == {6}
    # All of one update or none of it: the last one is seen on every lead.
    assert Lead.objects.values_list("value", flat=True).distinct().count() == 1
