"""Several writers of definitions at once: one after the other, and never one code twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from checklists.definitions import load_definitions
from checklists.models import Item
from checklists.specs import ChecklistSpec, ItemSpec
from leadhub.workspaces.models import Workspace, WorkspaceEntry
from leads.change import ById
from leads.changes.definitions import apply_definitions
from leads.changes.one_offs import add_one_off_item
from leads.errors import Invalid, Stale
from tests.checklists.make import make_group
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def at_once(*jobs):
    """What each job returns, or the refusal it met."""

    def run(job):
        try:
            return job()
        except (Invalid, Stale) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_many_editors_of_one_revision_one_wins():
    workspace = make_workspace()
    seen = workspace.definitions_revision

    def save(number):
        wanted = ChecklistSpec((make_group(f"code_{number}", name="A"),))
        mine = Workspace.objects.get(pk=workspace.pk)
        return lambda: apply_definitions(mine, SYSTEM, wanted, seen_revision=seen)

    results = at_once(*map(save, range(8)))

    workspace.refresh_from_db()
    assert sum(isinstance(result, Stale) for result in results) == 7
    assert workspace.definitions_revision == seen + 1
    assert WorkspaceEntry.objects.filter(kind="checklist_changed").count() == 1
    assert len(list(load_definitions(workspace).items)) == 1


def test_a_code_is_never_given_to_the_workspace_and_to_a_lead():
    workspace = make_workspace()
    leads = [make_lead(workspace, first_name=name) for name in ("Ana", "Bo", "Cy")]
    spec = ItemSpec(code="RENT", label="Rent", field_type="TEXT")

    def for_one(lead):
        return lambda: add_one_off_item(workspace, SYSTEM, ById(lead.pk), spec)

    def for_all():
        return apply_definitions(workspace, SYSTEM, ChecklistSpec((make_group("rent", name="A"),)))

    at_once(for_all, *map(for_one, leads))

    kinds = {item.only_for is None for item in Item.objects.filter(workspace=workspace)}
    assert len(kinds) == 1
