"""Saved views: whose they are, who may share and change them, what is pinned and opened first."""

from __future__ import annotations

import pytest

from leadhub.workspaces.models import WorkspaceEntry
from leads.changes.views import MOST_PINNED, delete_view, keep_view, save_view
from leads.errors import Forbidden, Invalid, NotFound
from leads.models import KeptView, SavedView
from leads.queries.counts import Count
from leads.queries.lists import leads_of
from leads.queries.views import count_views, find_view, views_of
from tests.leads.counting import queries_of
from tests.make import make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    workspace = make_workspace()
    agent = make_user_actor(make_member(workspace))
    manager = make_user_actor(make_member(workspace, "manager"), "manager")
    return workspace, agent, manager


def names(workspace, actor):
    return [own.view.name for own in views_of(workspace, actor.user_id)]


def test_a_private_view_is_its_owners_and_a_shared_one_is_everybodys(desk):
    workspace, agent, manager = desk
    mine = save_view(
        workspace, agent, {"name": " Mine ", "query": "?stage=new&after=x&view=y&order=-created_at"}
    )
    shared = save_view(workspace, manager, {"name": "Fair", "query": "source=fair", "is_shared": True})
    elsewhere = make_workspace()

    assert mine.query == "stage=new&order=-created_at"
    assert (names(workspace, agent), names(workspace, manager)) == (["Fair", "Mine"], ["Fair"])
    assert names(elsewhere, agent) == []
    with pytest.raises(NotFound):
        find_view(workspace, manager.user_id, mine.pk)
    with pytest.raises(NotFound):
        find_view(elsewhere, agent.user_id, shared.pk)
    with pytest.raises(NotFound):
        find_view(workspace, agent.user_id, "nonsense")
    assert list(WorkspaceEntry.objects.filter(kind="view_saved").values_list("user", flat=True)) == [
        manager.user_id
    ]


def test_who_may_share_and_change_a_view(desk):
    workspace, agent, manager = desk
    shared = save_view(workspace, manager, {"name": "Fair", "is_shared": True})
    with pytest.raises(Forbidden):
        save_view(workspace, agent, {"name": "Ours", "is_shared": True})
    with pytest.raises(Forbidden):
        save_view(workspace, agent, {"query": "source=web"}, shared.pk)
    with pytest.raises(Forbidden):
        delete_view(workspace, agent, shared.pk)
    other = make_user_actor(make_member(workspace, "owner"), "owner")
    assert save_view(workspace, other, {"query": "source=web"}, shared.pk).query == "source=web"
    delete_view(workspace, other, shared.pk)
    assert not SavedView.objects.exists()


def test_what_is_wrong_with_a_view_is_said(desk):
    workspace, agent, _manager = desk
    save_view(workspace, agent, {"name": "Mine"})
    for values in (
        {"name": "  "},
        {"name": "Mine"},
        {"name": "x" * 101},
        {"name": "y", "query": "a=" + "b" * 5000},
    ):
        with pytest.raises(Invalid):
            save_view(workspace, agent, values)
    assert SavedView.objects.count() == 1


def test_each_member_pins_and_opens_first_what_they_like(desk):
    workspace, agent, manager = desk
    one = save_view(workspace, manager, {"name": "One", "is_shared": True})
    two = save_view(workspace, agent, {"name": "Two"})
    keep_view(workspace, agent, one.pk, pinned=True, default=True)
    keep_view(workspace, agent, two.pk, default=True)

    assert [(own.is_pinned, own.is_default, own.is_mine) for own in views_of(workspace, agent.user_id)] == [
        (True, False, False),
        (False, True, True),
    ]
    assert not any(own.is_pinned or own.is_default for own in views_of(workspace, manager.user_id))
    assert queries_of(lambda: views_of(workspace, agent.user_id)) == 1
    with pytest.raises(NotFound):
        keep_view(workspace, manager, two.pk, pinned=True)
    for number in range(MOST_PINNED - 1):
        keep_view(workspace, agent, save_view(workspace, agent, {"name": f"n{number}"}).pk, pinned=True)
    with pytest.raises(Invalid):
        keep_view(workspace, agent, two.pk, pinned=True)
    delete_view(workspace, agent, two.pk)
    assert not KeptView.objects.filter(is_default=True).exists()


def test_pinned_views_are_counted_in_one_query(desk):
    workspace, _agent, _manager = desk
    for source in ("web", "web", "fair"):
        make_lead(workspace, source=source)
    rows = [leads_of(workspace, {"source": source}) for source in ("web", "fair", "none")]
    counts = []
    assert queries_of(lambda: counts.extend(count_views(workspace, rows))) == 1
    assert counts == [Count(2, False), Count(1, False), Count(0, False)]
    assert count_views(workspace, []) == []
