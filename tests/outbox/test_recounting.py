"""Checklist counters: verified, repaired, and refreshed after the definitions changed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from checklists.models import Item
from leadhub.workspaces.models import Workspace
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change
from leads.changes.recounting import recount_leads
from leads.models import Entry, Job, Lead
from leads.outbox.jobs import JobQueue
from leads.outbox.recounting import enqueue_recounts
from tests.make import SYSTEM, ask_for, make_answerable, make_lead
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db


def counters_of(lead):
    row = Lead.objects.get(pk=lead.pk)
    return row.checklist_required, row.checklist_done, row.checklist_revision


def add_item(workspace, code="license"):
    """The definitions change as their writer changes them."""
    ask_for(workspace, code)
    workspace = Workspace.objects.get(pk=workspace.pk)
    workspace.definitions_revision += 1
    workspace.catalogue_token = Item.objects.latest("id").pk
    workspace.save()
    return workspace


def run(*words):
    out = StringIO()
    call_command("recount_checklists", *words, stdout=out)
    return out.getvalue()


def work():
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())


def test_right_counters_are_left_alone():
    workspace = make_answerable()
    lead = make_lead(workspace, answers=(AnswerChange("tax_id", {"value": "12-3456789"}),))
    before = Lead.objects.values().get(pk=lead.pk)
    assert "leads counted: 1, wrong: 0" in run(workspace.slug)
    assert Lead.objects.values().get(pk=lead.pk) == before


def test_a_wrong_counter_is_printed_and_fails_the_command():
    workspace = make_answerable()
    lead = make_lead(workspace)
    Lead.objects.update(checklist_done=7)
    out = StringIO()
    with pytest.raises(CommandError, match="1 wrong"):
        call_command("recount_checklists", stdout=out)
    assert f"{workspace.slug} {lead.pk} checklist_done: stored 7, counted 0\n" in out.getvalue()
    assert counters_of(lead)[1] == 7


def test_a_wrong_counter_is_fixed_without_an_entry_or_a_version():
    workspace = make_answerable()
    lead = make_lead(workspace)
    Lead.objects.update(checklist_done=7)
    run(workspace.slug, "--fix")
    assert counters_of(lead)[1] == 0
    row = Lead.objects.get()
    assert (row.version, row.updated_at, Entry.objects.count()) == (lead.version, lead.updated_at, 1)


def test_an_older_revision_is_not_wrong_and_waits_for_the_worker():
    workspace = make_answerable()
    lead = make_lead(workspace)
    workspace = add_item(workspace)
    assert "wrong: 0, of an older revision: 1" in run(workspace.slug)
    assert counters_of(lead) == (1, 0, 1)


def test_the_worker_counts_anew_after_the_definitions_changed(monkeypatch):
    monkeypatch.setattr("leads.outbox.recounting.BATCH", 2)
    workspace = make_answerable()
    leads = [make_lead(workspace) for _number in range(5)]
    apply_change(
        workspace, SYSTEM, ById(leads[3].pk), LeadChange(answers=(AnswerChange("tax_id", {"value": "1"}),))
    )
    assert enqueue_recounts() == []
    workspace = add_item(workspace)

    [job] = enqueue_recounts()
    assert enqueue_recounts() == []
    work()
    assert [counters_of(lead) for lead in leads] == [(2, int(number == 3), 2) for number in range(5)]
    job.refresh_from_db()
    assert (job.state, job.output) == ("done", {"leads": 5})
    assert enqueue_recounts() == []


def test_a_recount_goes_on_where_it_was_interrupted(monkeypatch):
    class StopsOnce:
        lost = False
        stopping = True

    workspace = make_answerable()
    for _number in range(5):
        make_lead(workspace)
    add_item(workspace)
    enqueue_recounts()
    monkeypatch.setattr("leads.outbox.recounting.BATCH", 2)
    [row] = JobQueue().claim("one", 1, [])
    JobQueue().work(row, StopsOnce())
    assert Lead.objects.filter(checklist_revision=2).count() == 2
    assert Job.objects.get().done == 2
    work()
    assert Lead.objects.filter(checklist_revision=2).count() == 5
    assert Job.objects.get().output == {"leads": 5}


def test_items_of_one_lead_are_counted(django_assert_max_num_queries):
    workspace = make_answerable()
    lead, other = make_lead(workspace), make_lead(workspace)
    ask_for(workspace, "own", only_for=lead.pk, group=None)
    recount_leads(workspace, None)
    assert (counters_of(lead)[0], counters_of(other)[0]) == (2, 1)
    for _number in range(20):
        make_lead(workspace)
    with django_assert_max_num_queries(9):
        recount_leads(workspace, None)
