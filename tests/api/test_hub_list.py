"""The native list of leads: filters, search, order, paging by an opaque cursor."""

from __future__ import annotations

import pytest

from tests.api.hub import faults, hub
from tests.make import make_answerable, make_lead

pytestmark = pytest.mark.django_db


def names(answer):
    return [row["first_name"] for row in answer.body["data"]]


def make_some(call, count=5):
    return [
        make_lead(call.workspace, first_name=f"Lead {number}", source="fair" if number % 2 else "web")
        for number in range(count)
    ]


def test_pages_follow_one_another_without_a_gap():
    call = hub()
    make_some(call)
    found, cursor = [], ""
    for _page in range(3):
        answer = call("GET", f"/api/hub/leads?limit=2{cursor}")
        found += names(answer)
        cursor = f"&cursor={answer.body['next']}"
    assert found == [f"Lead {number}" for number in (4, 3, 2, 1, 0)]
    assert answer.body["next"] is None


def test_leads_are_filtered_sorted_searched_and_counted():
    call = hub()
    make_some(call)
    assert names(call("GET", "/api/hub/leads?source=fair")) == ["Lead 3", "Lead 1"]
    assert names(call("GET", "/api/hub/leads?source=fair&sort=created_at")) == ["Lead 1", "Lead 3"]
    assert names(call("GET", "/api/hub/leads?search=lead%204")) == ["Lead 4"]
    answer = call("GET", "/api/hub/leads?count=true&limit=1")
    assert answer.body["count"] == {"number": 5, "is_more": False}
    assert call("GET", "/api/hub/leads").body["count"] is None


def test_rows_show_answers_on_request():
    call = hub(make_answerable())
    lead = make_some(call, 1)[0]
    call("PATCH", f"/api/hub/leads/{lead.pk}/answers", {"tax_id": {"value": "12"}})
    row = call("GET", "/api/hub/leads?answers=tax_id,other").body["data"][0]
    assert row["answers"] == {"tax_id": "12", "other": None}
    assert "answers" not in call("GET", "/api/hub/leads").body["data"][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=abc", {"limit": "invalid_number"}),
        ("limit=-1", {"limit": "too_small"}),
        ("limit=0", {"limit": "too_small"}),
        ("limit=201", {"limit": "too_large"}),
        (f"limit={2**70}", {"limit": "too_large"}),
        ("cursor=nonsense", {"cursor": "invalid_cursor"}),
        ("sort=name", {"sort": "invalid_choice"}),
        ("stgae=new", {"stgae": "unknown_field"}),
        ("stage=nwe", {"stage": "invalid_choice"}),
        ("count=perhaps", {"count": "invalid_choice"}),
        ("deleted=true", {"deleted": "unknown_field"}),
        ("assignee=me", {"assignee": "invalid_choice"}),
    ],
)
def test_a_bad_parameter_is_refused_by_its_name(query, expected):
    call = hub()
    answer = call("GET", f"/api/hub/leads?{query}")
    assert (answer.status, faults(answer)) == (400, expected)


def test_a_misspelt_filter_is_told_the_nearest_one():
    fault = hub()("GET", "/api/hub/leads?stgae=new").body["errors"][0]
    assert fault["nearest"] == "stage"


def test_a_cursor_of_another_order_is_refused():
    call = hub()
    make_some(call)
    cursor = call("GET", "/api/hub/leads?limit=2").body["next"]
    answer = call("GET", f"/api/hub/leads?limit=2&sort=updated_at&cursor={cursor}")
    assert faults(answer) == {"cursor": "invalid_cursor"}


def test_a_list_takes_as_many_statements_at_fifty_leads_as_at_three(django_assert_max_num_queries):
    call = hub()
    for size in (3, 47):
        make_some(call, size)
        call("GET", "/api/hub/leads")
        with django_assert_max_num_queries(3):
            call("GET", "/api/hub/leads?limit=100")
