"""What owners and managers are told on every page, and what that costs."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leadhub.workspaces.ids import new_id
from leads.change import ById
from leads.changes.actions import plan_action
from leads.changes.endpoints import disable_endpoint, pause_endpoint, resume_endpoint
from leads.models import Action, Instance
from leads.outbox.gate import forget
from tests.admin.budget import queries_of
from tests.make import SYSTEM, make_lead, make_member, make_workspace
from tests.outbox.make import make_endpoint

pytestmark = pytest.mark.django_db
REASON = "Nothing was taken since Monday; look at the receiver and resume."


@pytest.fixture(autouse=True)
def _asks_again():
    forget()
    yield
    forget()


@pytest.fixture
def workspace():
    return make_workspace()


def page_of(client, workspace, role):
    client.force_login(make_member(workspace, role))
    return client.get(reverse("admin:profile")).content.decode()


def test_a_webhook_that_gave_up_is_told_to_those_who_look_after_it(client, workspace):
    endpoint, paused = make_endpoint(workspace), make_endpoint(workspace, name="By hand")
    pause_endpoint(workspace, SYSTEM, endpoint.pk, REASON)
    pause_endpoint(workspace, SYSTEM, paused.pk)
    link = reverse("admin:webhook", args=[endpoint.pk])

    owner = page_of(client, workspace, "owner")
    assert REASON in owner
    assert f'href="{link}"' in owner
    assert "By hand" not in owner
    manager = page_of(client, workspace, "manager")
    assert REASON in manager
    assert link not in manager
    assert REASON not in page_of(client, workspace, "agent")
    assert REASON not in page_of(client, make_workspace(), "owner")

    resume_endpoint(workspace, SYSTEM, endpoint.pk)
    assert REASON not in page_of(client, workspace, "owner")
    disable_endpoint(workspace, SYSTEM, endpoint.pk, "The receiver answered 410, gone.")
    assert "is switched off: The receiver answered 410, gone." in page_of(client, workspace, "owner")


def test_it_costs_no_query_as_long_as_all_is_well_and_none_when_it_is_not(client, workspace):
    address, endpoint = reverse("admin:profile"), make_endpoint(workspace)
    client.force_login(make_member(workspace))
    client.get(address)
    agents, _page = queries_of(client, address)
    client.force_login(make_member(workspace, "owner"))
    client.get(address)
    well, _page = queries_of(client, address)
    pause_endpoint(workspace, SYSTEM, endpoint.pk, REASON)
    client.get(address)
    broken, page = queries_of(client, address)
    assert REASON in page.content.decode()
    assert len(agents) == len(well) == len(broken)


@pytest.mark.parametrize("how", ["hold", "copy", "off"])
def test_that_nothing_leaves_is_told_with_how_many_wait(client, workspace, settings, how):
    lead = make_lead(workspace)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="TASK", at="2030-01-01T00:00:00Z", summary="Do")
    Action.objects.update(state="due", due_at="2030-01-01T00:00:00Z")
    if how == "copy":
        Instance.objects.create(pk=new_id())
    else:
        settings.OUTBOUND = how
    page = page_of(client, workspace, "manager")
    assert "Nothing leaves this installation" in page
    assert ("1 message or webhook waits." in page) == (how != "off")
    assert "Nothing leaves" not in page_of(client, workspace, "agent")
