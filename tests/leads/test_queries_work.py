"""The queue: what is in each part, and in how many queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from leadhub.workspaces.clock import now
from leads.change import Archive, DispositionWish
from leads.models import Action, Lead
from leads.queries.counts import Count
from leads.queries.work import Desk, Part, count_queue, load_queue
from tests.leads.counting import queries_of, warm_up
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

AT = now()
HUMAN = {"assignee_type": "HUMAN_AGENT"}


def make_desk(workspace, user=None):
    return Desk(workspace, AT, AT + timedelta(hours=6), user.pk if user else None)


def in_queue(desk, part):
    return [row.lead for row in load_queue(desk, part).rows]


def make_due(workspace, hours, **fields):
    return make_lead(workspace, next_action_at=AT + timedelta(hours=hours), **HUMAN, **fields)


def make_draft(lead):
    return Action.objects.create(
        workspace_id=lead.workspace_id, lead=lead, kind="MESSAGE", status="AWAITING_APPROVAL"
    )


def test_each_lead_is_in_the_part_where_it_belongs():
    workspace = make_workspace()
    owner = make_member(workspace)
    overdue = make_due(workspace, -1, assignee=owner.pk)
    today = make_due(workspace, 5, assignee=owner.pk)
    upcoming = make_due(workspace, 6, assignee=owner.pk)
    fresh = make_lead(workspace, name="Ada", **HUMAN)
    idle = make_lead(workspace, name="Grace", assignee=owner.pk)
    stray = make_lead(workspace, name="Edith", disposition=DispositionWish("contacted"), **HUMAN)
    desk = make_desk(workspace)
    assert in_queue(desk, Part.OVERDUE) == [overdue]
    assert in_queue(desk, Part.DUE_TODAY) == [today]
    assert in_queue(desk, Part.UPCOMING) == [upcoming]
    assert in_queue(desk, Part.NEW_UNASSIGNED) == [fresh]
    assert in_queue(desk, Part.NO_NEXT_STEP) == [stray, idle]
    assert in_queue(desk, Part.DRAFTS) == []
    counts = {part: count.number for part, count in count_queue(desk).items()}
    assert counts == {part: len(in_queue(desk, part)) for part in Part}


def test_a_member_sees_their_own_and_what_nobody_has():
    workspace = make_workspace()
    owner, other = make_member(workspace), make_member(workspace)
    mine = make_due(workspace, -1, assignee=owner.pk)
    make_due(workspace, -1, assignee=other.pk)
    draft = make_draft(mine)
    make_draft(make_lead(workspace, name="Grace", assignee=other.pk))
    fresh = make_lead(workspace, name="Ada", **HUMAN)
    desk = make_desk(workspace, owner)
    assert in_queue(desk, Part.OVERDUE) == [mine]
    assert in_queue(desk, Part.NEW_UNASSIGNED) == [fresh]
    assert [row.action for row in load_queue(desk, Part.DRAFTS).rows] == [draft]
    assert in_queue(desk, Part.NO_NEXT_STEP) == []


def test_each_member_and_each_moment_is_asked_for_anew():
    workspace = make_workspace()
    owners = [make_member(workspace), make_member(workspace)]
    leads = [
        make_due(workspace, hours, assignee=owner.pk) for hours, owner in zip((-3, -1), owners, strict=True)
    ]
    assert [in_queue(make_desk(workspace, owner), Part.OVERDUE) for owner in owners] == [
        [one] for one in leads
    ]
    assert in_queue(make_desk(workspace), Part.OVERDUE) == leads
    earlier = Desk(workspace, AT - timedelta(hours=2), AT)
    assert in_queue(earlier, Part.OVERDUE) == leads[:1]
    assert [count_queue(desk)[Part.OVERDUE].number for desk in (make_desk(workspace), earlier)] == [2, 1]


def test_what_is_no_work_is_in_no_part():
    workspace, other = make_workspace(), make_workspace()
    make_lead(workspace, name="The AI has it")
    make_due(other, -1)
    gone = make_due(workspace, -1, archive=Archive())
    lost = make_lead(workspace, name="Lost", disposition=DispositionWish("lost"), **HUMAN)
    make_draft(gone)
    for name, value in [("is_test", True), ("deleted_at", AT), ("merged_into", lost)]:
        lead = make_due(workspace, -1)
        make_draft(lead)
        Lead.objects.filter(pk=lead.pk).update(**{name: value})
    desk = make_desk(workspace)
    assert count_queue(desk) == {part: Count(0, False) for part in Part}
    assert not any(in_queue(desk, part) for part in Part)


def test_the_queue_is_read_page_by_page():
    workspace = make_workspace()
    leads = [make_due(workspace, number - 9) for number in range(5)]
    desk, seen, after = make_desk(workspace), [], None
    while True:
        page = load_queue(desk, Part.OVERDUE, after=after, limit=2)
        seen += [row.lead for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == leads


def test_a_cursor_of_another_part_is_refused():
    workspace = make_workspace()
    desk = make_desk(workspace)
    for _number in range(2):
        make_due(workspace, -1)
    after = load_queue(desk, Part.OVERDUE, limit=1).next
    with pytest.raises(ValidationError) as refusal:
        load_queue(desk, Part.UPCOMING, after=after)
    assert refusal.value.code == "invalid_cursor"


def test_a_row_says_what_is_planned_next():
    workspace = make_workspace()
    lead = make_due(workspace, -1)
    for hours, kind in [(3, "CALL"), (-1, "TASK"), (-2, "FOLLOW_UP_MESSAGE")]:
        at = AT + timedelta(hours=hours)
        Action.objects.create(workspace=workspace, lead=lead, kind=kind, scheduled_at=at)
    assert load_queue(make_desk(workspace), Part.OVERDUE).rows[0].action.kind == "TASK"


def test_counting_stops_where_nobody_counts_any_more():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada", **HUMAN)
    Lead.objects.bulk_create(
        Lead(workspace=workspace, disposition_id=lead.disposition_id, assignee_type="HUMAN_AGENT")
        for _number in range(99)
    )
    assert count_queue(make_desk(workspace))[Part.NEW_UNASSIGNED] == Count(99, True)


@pytest.mark.parametrize("count", [3, 50])
@pytest.mark.parametrize("part", Part)
def test_the_queue_takes_the_same_queries_for_few_and_for_many(part, count):
    workspace = make_workspace()
    owner = make_member(workspace)
    hours = {Part.OVERDUE: -1, Part.DUE_TODAY: 1, Part.UPCOMING: 9}.get(part)
    owned = {} if part == Part.NEW_UNASSIGNED else {"assignee": owner.pk}
    for _number in range(count):
        lead = make_due(workspace, hours, **owned) if hours else make_lead(workspace, **HUMAN, **owned)
        if part == Part.DRAFTS:
            make_draft(lead)
    desk = make_desk(workspace)
    warm_up(workspace)

    def read():
        rows = load_queue(desk, part).rows
        assert len(rows) == count
        assert all(row.lead.disposition.stage for row in rows)
        assert {getattr(row.lead.assignee, "email", None) for row in rows}

    # The rows, their owners if they have any, and what is planned for them or what the draft says.
    assert queries_of(read) == (2 if part == Part.NEW_UNASSIGNED else 3)
    assert queries_of(lambda: count_queue(desk)) == 1
