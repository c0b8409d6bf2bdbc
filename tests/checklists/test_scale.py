"""Large checklists cost no more queries, and changing one touches no lead in the request."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checklists.specs import ChecklistSpec
from leadhub.workspaces.ids import new_id
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change
from leads.changes.definitions import apply_definitions
from leads.changes.recounting import recount_leads
from leads.models import Lead
from leads.queries.full import load_full_lead
from tests.api.caller import omni
from tests.checklists.make import make_group, make_item, when
from tests.leads.counting import queries_of, warm_up
from tests.make import SYSTEM, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

COLUMNS = [field.attname for field in Lead._meta.concrete_fields]


def large(groups=6, items=40):
    """So many items in so many groups, each asking about the one before, three levels deep."""
    found = [[] for _group in range(groups)]
    for number in range(items):
        words = {}
        if number:
            deepest = {"operator": "OR", "rules": [{"code": f"i{number - 1}", "op": "is_set"}]}
            deep = {"operator": "OR", "rules": [deepest, {"code": "lead.source", "op": "is_set"}]}
            words["conditions"] = {"operator": "AND", "rules": [deep, {"code": "lead.stage", "op": "is_set"}]}
        found[number * groups // items].append(make_item(f"i{number}", **words))
    return ChecklistSpec(tuple(make_group(*members, name=f"G{at}") for at, members in enumerate(found)))


def answered(codes):
    return LeadChange(answers=tuple(AnswerChange(code, {"value": "x"}) for code in codes))


def test_forty_items_cost_as_many_queries_as_two(client):
    def costs(groups, items):
        call = omni(make_workspace())
        workspace = call.workspace
        apply_definitions(workspace, SYSTEM, large(groups, items))
        lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
        client.force_login(make_member(workspace))
        half = [f"i{number}" for number in range(items // 2)]
        apply_change(workspace, SYSTEM, ById(lead.pk), answered(half))
        warm_up(workspace)
        rest = [f"i{number}" for number in range(items // 2, items)]
        page, bundle = reverse("admin:lead", args=[lead.pk]), f"/api/v1/leads/{lead.pk}/checklist"
        for address in (page, bundle):  # what a process and a session ask once
            client.get(address, headers=call.carried)
        found = (
            queries_of(lambda: load_full_lead(workspace, ById(lead.pk))),
            queries_of(lambda: client.get(page)),
            queries_of(lambda: client.get(bundle, headers=call.carried)),
            queries_of(lambda: apply_change(workspace, SYSTEM, ById(lead.pk), answered(rest))),
        )
        lead.refresh_from_db()
        assert (lead.checklist_done, lead.checklist_required) == (items, items)
        return found

    small, whole = costs(2, 2), costs(6, 40)
    assert whole == small
    assert whole[0] <= 8


def multiply(lead, times):
    """So many rows more, alike but for their ids."""
    columns = Lead.objects.filter(pk=lead.pk).values(*COLUMNS).get() | {"disposition_change_id": None}
    leads = [Lead(**columns | {"id": new_id(), "external_id": str(number)}) for number in range(times)]
    return Lead.objects.bulk_create(leads, batch_size=500)


@pytest.mark.slow
def test_a_change_of_the_checklist_rewrites_no_lead_and_reads_are_right_at_once():
    workspace = make_workspace()
    spec = ChecklistSpec((make_group(make_item("one"), name="A"),))
    apply_definitions(workspace, SYSTEM, spec)
    lead = make_lead(workspace, first_name="Ana")
    many = 20_000
    leads = multiply(lead, many)
    before = versions()
    wanted = ChecklistSpec((make_group(make_item("one"), make_item("two"), name="A"),))

    with CaptureQueriesContext(connection) as captured:
        apply_definitions(workspace, SYSTEM, wanted)

    written = [
        row["sql"] for row in captured if row["sql"].lstrip("( ").upper().startswith(("UPDATE", "INSERT"))
    ]
    assert written and not [sql for sql in written if '"leads_lead"' in sql]
    assert len(captured) < 30
    assert versions() == before
    workspace.refresh_from_db()
    assert load_full_lead(workspace, ById(lead.pk)).definitions.item("two")
    call = omni(workspace)
    shown = call("GET", f"/api/v1/leads/{leads[0].pk}/checklist").body
    assert "two" in str(shown)
    # The rest is the worker's: batch by batch, and each holds only its own rows.
    after, rounds = None, 0
    while True:
        batch = recount_leads(workspace, after, only_old=True, batch=1000)
        after, rounds = batch.last, rounds + 1
        if after is None:
            break
    assert rounds >= many // 1000
    fresh = Lead.objects.filter(workspace=workspace, checklist_required=2)
    assert fresh.filter(checklist_revision=workspace.definitions_revision).count() == many + 1


def versions():
    """What each row is made of; on PostgreSQL also which transaction wrote it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, xmin::text, checklist_revision FROM leads_lead ORDER BY id")
            return cursor.fetchall()
    return list(Lead.objects.order_by("pk").values_list("pk", "checklist_revision", "updated_at"))


def test_progress_of_an_older_checklist_is_counted_on_the_fly():
    workspace = make_workspace()
    apply_definitions(workspace, SYSTEM, ChecklistSpec((make_group("one", name="A"),)))
    lead = make_lead(workspace, first_name="Ana")
    apply_change(workspace, SYSTEM, ById(lead.pk), answered(["one"]))
    group = make_group("one", make_item("two", conditions=when("one", "is_set")), name="A")
    apply_definitions(workspace, SYSTEM, ChecklistSpec((group,)))
    shown = omni(workspace)("GET", f"/api/v1/leads/{lead.pk}/checklist").body
    assert "two" in str(shown)
    lead.refresh_from_db()
    assert lead.checklist_required == 1
