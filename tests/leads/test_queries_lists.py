"""The lists: pages by cursor and by number, counts, and what a row brings along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q

from leadhub.workspaces.clock import now
from leads.change import AnswerChange, TagChange
from leads.errors import Invalid
from leads.models import Lead
from leads.queries.counts import Count
from leads.queries.filters import LeadFilter
from leads.queries.lists import (
    ORDERS,
    NumberedPage,
    Shown,
    count_leads,
    leads_of,
    list_leads,
    number_leads,
)
from tests.leads.counting import queries_of, warm_up
from tests.make import ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


def walk(workspace, filters=None, **options):
    """Every lead, page by page."""
    seen, after = [], None
    while True:
        page = list_leads(workspace, filters or {}, after=after, **options)
        seen += [row.lead for row in page.rows]
        assert page.next is None or len(page.rows) == options["limit"]
        after = page.next
        if after is None:
            return seen


def walk_back(workspace, **options):
    """To the last page and back to the first, which says that nothing comes ahead of it."""
    page = list_leads(workspace, {}, **options)
    while page.next:
        page = list_leads(workspace, {}, after=page.next, **options)
    seen = [row.lead for row in page.rows]
    while page.previous:
        page = list_leads(workspace, {}, after=page.previous, **options)
        seen = [row.lead for row in page.rows if row.lead not in seen] + seen
    assert page.rows == [] or page.rows[0].lead == seen[0]
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
@pytest.mark.parametrize("order", ORDERS)
def test_pages_go_through_all_leads_in_order(order, limit):
    workspace = make_workspace()
    start = now()
    for number in range(8):
        lead = make_lead(workspace, first_name=str(number))
        # Three and three share a moment, as the rows of an import do.
        at = start + timedelta(seconds=number // 3)
        Lead.objects.filter(pk=lead.pk).update(
            created_at=at, updated_at=-timedelta(hours=1) + at, next_action_at=None if number % 2 else at
        )
    column, sign = order.removeprefix("-"), -1 if order.startswith("-") else 1

    def place(lead):
        at = getattr(lead, column)
        if at is None:
            return (1, -lead.created_at.timestamp(), -lead.pk.int)
        return (0, sign * at.timestamp(), sign * lead.pk.int)

    expected = sorted(Lead.objects.filter(workspace=workspace), key=place)
    assert walk(workspace, order=order, limit=limit) == expected
    assert walk_back(workspace, order=order, limit=limit) == expected


def test_a_page_goes_on_where_the_last_one_ended_whatever_came_in_between():
    workspace = make_workspace()
    leads = [make_lead(workspace, first_name=str(number)) for number in range(4)]
    page = list_leads(workspace, {}, limit=2)
    make_lead(workspace, first_name="late")
    following = list_leads(workspace, {}, limit=2, after=page.next)
    assert [row.lead for row in page.rows + following.rows] == leads[::-1]
    assert following.next is None


def some_cursor(order="-created_at"):
    workspace = make_workspace()
    for _number in range(2):
        make_lead(workspace, first_name="Ada")
    return list_leads(workspace, {}, limit=1, order=order).next


@pytest.mark.parametrize(
    "after",
    ["x", "!!!!", "W10", "bnVsbA", "[]", "0" * 300, "eyJhIjoxfQ", 5, "WyJhIiwiYiIsImMiLDBd", "ä", "\x00"],
)
def test_a_cursor_that_is_none_is_refused(after):
    with pytest.raises(ValidationError) as refusal:
        list_leads(make_workspace(), {}, after=after)
    assert refusal.value.code == "invalid_cursor"


def test_a_cursor_of_another_order_is_refused():
    with pytest.raises(ValidationError) as refusal:
        list_leads(make_workspace(), {}, after=some_cursor(), order="-updated_at")
    assert refusal.value.code == "invalid_cursor"


def test_a_cursor_of_another_workspace_shows_none_of_its_leads():
    assert list_leads(make_workspace(), {}, after=some_cursor()).rows == []


def test_an_unknown_order_is_refused():
    with pytest.raises(ValidationError) as refusal:
        list_leads(make_workspace(), {}, order="-search_text")
    assert refusal.value.code == "invalid_choice"


def test_test_leads_are_listed_apart():
    workspace = make_workspace()
    live, test = (make_lead(workspace, first_name=name) for name in ("live", "test"))
    Lead.objects.filter(pk=test.pk).update(is_test=True)
    assert [row.lead for row in list_leads(workspace, {}).rows] == [live]
    assert [row.lead for row in list_leads(workspace, {}, tests=True).rows] == [test]
    assert len(list_leads(workspace, {}, tests=None).rows) == 2


def test_counting_stops_at_the_cap():
    workspace = make_workspace()
    for _number in range(3):
        make_lead(workspace, first_name="Ada")
    assert count_leads(workspace, {}) == Count(3, False)
    assert count_leads(workspace, {}, cap=3) == Count(3, False)
    assert count_leads(workspace, {}, cap=2) == Count(2, True)


def test_a_numbered_page_has_the_exact_total():
    workspace = make_workspace()
    leads = [make_lead(workspace, first_name=str(number)) for number in range(5)]

    def page(number, **options):
        found = number_leads(workspace, {}, page=number, limit=2, **options)
        return [row.lead for row in found.rows], found.total, found.pages

    assert page(1) == ([leads[4], leads[3]], 5, 3)
    assert page(3) == ([leads[0]], 5, 3)
    assert page(4) == ([], 5, 3)
    assert page(1, order=("first_name", "id")) == ([leads[0], leads[1]], 5, 3)
    assert number_leads(make_workspace(), {}, page=1, limit=2) == NumberedPage([], 0, 1, 2)


def test_a_mapping_with_something_wrong_in_it_is_refused():
    for work in (list_leads, count_leads, number_leads, leads_of):
        with pytest.raises(Invalid) as refusal:
            work(make_workspace(), {"stage": "knew"})
        assert [problem.code for problem in refusal.value.problems] == ["invalid_choice"]


def test_a_filter_that_the_caller_made_is_taken_as_far_as_it_was_understood():
    workspace = make_workspace()
    ada = make_lead(workspace, first_name="Ada", source="web")
    make_lead(workspace, first_name="Grace", source="fair")
    picked = LeadFilter({"source": "web", "tag": "long gone"}, workspace=workspace)
    assert [row.lead for row in list_leads(workspace, picked).rows] == [ada]
    assert [problem.field for problem in picked.problems] == ["tag"]


def test_a_door_adds_its_own_condition():
    workspace = make_workspace()
    owner = make_member(workspace)
    mine = make_lead(workspace, first_name="Ada", assignee=owner.pk)
    make_lead(workspace, first_name="Grace")
    picked = LeadFilter({}, workspace=workspace, also=Q(assignee=owner.pk))
    assert [row.lead for row in list_leads(workspace, picked).rows] == [mine]


def make_columns(workspace):
    for code in ("legal_name", "budget"):
        ask_for(workspace, code)


def test_a_row_brings_its_tags_and_the_answers_of_its_columns():
    workspace = make_workspace()
    make_columns(workspace)
    answers = (AnswerChange("legal_name", {"value": "Kiln"}), AnswerChange("budget", {"value": "5"}))
    make_lead(workspace, first_name="Ada", tags=TagChange(names=("b", "A")), answers=answers)
    [row] = list_leads(workspace, {}, shown=Shown(answers=["Legal_Name", "gone"])).rows
    assert [tag.name for tag in row.tags] == ["A", "b"]
    assert row.answers == {"legal_name": "Kiln"}


@pytest.mark.parametrize("count", [3, 50])
def test_a_list_takes_the_same_queries_for_few_and_for_many(count):
    workspace = make_workspace()
    make_columns(workspace)
    owner = make_member(workspace)
    answers = (AnswerChange("legal_name", {"value": "Kiln"}),)
    for number in range(count):
        fields = {"first_name": f"Ada {number}", "assignee": owner.pk, "metadata": {"place": "here"}}
        make_lead(workspace, **fields, tags=TagChange(names=(f"tag {number}", "all")), answers=answers)
    warm_up(workspace)

    def read(page):
        for row in page.rows:
            assert row.lead.disposition.stage == "new"
            assert row.lead.assignee.email
            assert row.lead.metadata == {"place": "here"}
            assert len(row.tags) == 2
        return len(page.rows)

    assert queries_of(lambda: read(list_leads(workspace, {}))) == 2
    assert queries_of(lambda: read(list_leads(workspace, {}, order="next_action_at"))) == 3
    whole = Shown(answers=["legal_name"], most=9)
    assert queries_of(lambda: read(list_leads(workspace, {}, shown=whole))) == 2
    assert queries_of(lambda: read(number_leads(workspace, {}))) == 3
    assert queries_of(lambda: count_leads(workspace, {})) == 1
    picky = {
        "search": "ada",
        "stage": ["new", "won"],
        "assignee": str(owner.pk),
        "tag": "all",
        "answer.legal_name": "Kiln",
        "metadata.place": "here",
    }
    # One more each for the members, the tags and the search.
    assert queries_of(lambda: list_leads(workspace, picky)) == 5
