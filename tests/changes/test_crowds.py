"""Many writers at once: nothing is lost, nothing is doubled, nobody hears of a lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from leads.change import ById, ContactPointChange, LeadChange, NewLead, TagChange
from leads.changes import apply_change
from leads.changes.ordering import move_disposition
from leads.errors import DuplicateEmail
from leads.models import Entry, Lead, Tag
from leads.queries.catalogue import load_catalogue
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 16


def all_at_once(work):
    """Run `work(number)` in sixteen threads that start together; give back what each said."""
    start = Barrier(CROWD)

    def run(number):
        start.wait()
        try:
            return work(number)
        except DuplicateEmail as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(run, range(CROWD)))


def test_sixteen_writers_of_metadata_keep_every_key():
    workspace = make_workspace()
    lead = make_lead(workspace)

    all_at_once(
        lambda number: apply_change(
            workspace, SYSTEM, ById(lead.pk), LeadChange(metadata={f"key_{number}": number})
        )
    )

    lead.refresh_from_db()
    assert lead.metadata == {f"key_{number}": number for number in range(CROWD)}
    assert (lead.version, Entry.objects.filter(lead=lead).count()) == (CROWD + 1, CROWD + 1)


def test_sixteen_leads_want_one_email_and_one_gets_it():
    workspace = make_workspace()
    leads = [make_lead(workspace) for _number in range(CROWD)]
    wanted = LeadChange(fields={"email": "one@x.org"}, unique_email=True)

    said = all_at_once(lambda number: apply_change(workspace, SYSTEM, ById(leads[number].pk), wanted))

    assert sum(isinstance(answer, DuplicateEmail) for answer in said) == CROWD - 1
    assert Lead.objects.filter(email_key="one@x.org").count() == 1


def test_sixteen_writers_make_one_tag():
    workspace = make_workspace()
    leads = [make_lead(workspace) for _number in range(CROWD)]

    all_at_once(
        lambda number: apply_change(
            workspace, SYSTEM, ById(leads[number].pk), LeadChange(tags=TagChange(names=("Hot",)))
        )
    )

    assert Tag.objects.filter(workspace=workspace).count() == 1
    assert all(lead.lead_tags.count() == 1 for lead in leads)


def test_of_several_who_move_a_disposition_at_once_each_moves_it_a_place():
    workspace = make_workspace()
    first, *others = (row.pk for row in load_catalogue(workspace).dispositions.values())

    all_at_once(lambda number: number < 5 and move_disposition(workspace, SYSTEM, first, 1))

    workspace.refresh_from_db()
    rows = load_catalogue(workspace).dispositions.values()
    assert [row.pk for row in rows] == [*others[:5], first, *others[5:]]
    assert [row.order for row in rows] == list(range(len(rows)))


def test_sixteen_writers_create_leads_side_by_side():
    workspace = make_workspace()

    said = all_at_once(
        lambda number: apply_change(
            workspace,
            SYSTEM,
            NewLead(),
            LeadChange(
                fields={"email": f"a{number}@x.org"},
                contact_points=(ContactPointChange("email", f"b{number}@x.org"),),
            ),
        )
    )

    assert len({outcome.lead.pk for outcome in said}) == CROWD == Lead.objects.count()
