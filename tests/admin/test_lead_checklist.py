"""The checklist of a lead and the time: what was asked for only after the lead came says so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from checklists.specs import ChecklistSpec, GroupSpec, ItemSpec
from leadhub.workspaces.clock import at
from leads.change import ById
from leads.changes.definitions import apply_definitions, read_checklist
from leads.changes.one_offs import add_one_off_item
from leads.models import Lead
from tests.leads.counting import queries_of, warm_up
from tests.make import SYSTEM, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

MAY = datetime(2024, 5, 3, 12, tzinfo=UTC)


def publish(workspace, *labels):
    """What is asked already stays; the labels come after it."""
    stored = read_checklist(workspace).live().groups
    items = tuple(item for group in stored for item in group.items)
    fresh = tuple(
        ItemSpec(code=label.lower().replace(" ", "_"), label=label, field_type="TEXT") for label in labels
    )
    group = GroupSpec(name="Business", items=items + fresh, id=stored[0].id if stored else None)
    apply_definitions(workspace, SYSTEM, ChecklistSpec((group,)))


def came(lead, moment):
    Lead.objects.filter(pk=lead.pk).update(created_at=moment)


@pytest.fixture
def desk(client):
    """A workspace whose checklist asks for “Tax ID” since 1 May, and a lead that came on 2 May."""
    workspace = make_workspace()
    with at(MAY - timedelta(days=2)):
        publish(workspace, "Tax ID")
    lead = make_lead(workspace, first_name="Ana")
    came(lead, MAY - timedelta(days=1))
    client.force_login(make_member(workspace))
    return workspace, lead


def rows(client, lead):
    """{label: what its row says}"""
    page = client.get(reverse("admin:lead", args=[lead.pk])).content.decode()
    found = re.findall(r'<li id="item-\S+".*?</li>', page, re.DOTALL)
    texts = [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in found]
    return {text.split(" * ")[0]: text for text in texts}


def test_an_item_that_was_added_since_the_lead_came_says_so_with_the_day(client, desk):
    workspace, lead = desk
    with at(MAY):
        publish(workspace, "Open loans")
    fresh = make_lead(workspace)

    found = rows(client, lead)

    assert "added later 3 May 2024" in found["Open loans"]
    assert "added later" not in found["Tax ID"]
    assert "added later" not in rows(client, fresh)["Open loans"]


def test_a_lead_older_than_the_whole_checklist_says_so_once(client, desk):
    _workspace, lead = desk
    came(lead, MAY - timedelta(days=9))

    page = client.get(reverse("admin:lead", args=[lead.pk])).content.decode()

    assert "This checklist was made after the lead came." in page
    assert "added later" not in page


def test_an_item_of_this_lead_alone_says_since_when(client, desk):
    workspace, lead = desk
    with at(MAY):
        wanted = ItemSpec(code="", label="Lease", field_type="TEXT", is_required=True)
        add_one_off_item(workspace, SYSTEM, ById(lead.pk), wanted)

    found = rows(client, lead)

    assert "for this lead alone, added 3 May 2024" in found["Lease"]
    assert "added" not in found["Tax ID"]


def test_late_items_cost_no_further_question(client, desk):
    workspace, lead = desk
    address = reverse("admin:lead", args=[lead.pk])

    def cost():
        warm_up(workspace)
        client.get(address)
        return queries_of(lambda: client.get(address))

    few = cost()
    publish(workspace, *(f"Item {number}" for number in range(30)))

    assert cost() == few
    assert "added later" in rows(client, lead)["Item 29"]
