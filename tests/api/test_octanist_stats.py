"""Octanist's figures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhub.workspaces import clock
from leads.change import DispositionWish
from leads.models import Lead
from tests.api.caller import octo
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 10, 12, tzinfo=UTC)


def stats(caller, body, at=MARCH):
    with clock.at(at):
        answer = caller("POST", "/api/stats", body)
    assert answer.status == 200, answer
    return answer.body["data"]


def refused(caller, body):
    answer = caller("POST", "/api/stats", body)
    error = answer.body["error"]
    assert answer.status == 400
    return error["code"], [problem["field"] for problem in error["details"]["errors"]]


def make_leads(caller, count=1, stage="new", at=MARCH, **fields):
    with clock.at(at):
        for _ in range(count):
            make_lead(caller.workspace, disposition=DispositionWish(stage=stage), **fields)


def test_the_figures_to_the_key():
    caller = octo()
    make_leads(caller, 9, source="gtm")
    make_leads(caller, 6, "qualified", source="api", value=900)
    make_leads(caller, 10, "won", source="api", value="2500.50")
    make_leads(caller, 3, "lost", source="")
    make_leads(caller, 1, "invalid", source="gtm")
    make_leads(caller, 1, "duplicate", source="gtm")
    assert stats(caller, {}) == {
        "usage": {
            "leadsUsed": 30,
            "leadsLimit": None,
            "lockedLeads": 0,
            "periodStart": "2026-03-01T00:00:00.000Z",
            "periodEnd": "2026-03-31T23:59:59.999Z",
        },
        "leads": {
            "total": 30,
            "byStatus": {"open": 9, "qualified": 6, "won": 10, "lost": 5},
            "bySource": {"gtm": 11, "api": 16, "unknown": 3},
        },
        "conversion": {
            "qualified": 16,
            "qualificationRate": 0.7,
            "winRate": 0.625,
            "averageValue": 2500.5,
            "totalValue": 25005,
        },
    }


def test_no_leads_are_no_rates():
    conversion = stats(octo(), {})["conversion"]
    assert set(conversion.values()) == {0}


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ({}, "2026-03-01", "2026-03-31"),
        ({"period": None}, "2026-03-01", "2026-03-31"),
        ({"period": "current"}, "2026-03-01", "2026-03-31"),
        ({"period": "previous"}, "2026-02-01", "2026-02-28"),
        (
            {"period": "custom", "startDate": "2026-01-31", "endDate": "2026-01-31"},
            "2026-01-31",
            "2026-01-31",
        ),
        ({"period": "current", "startDate": "nonsense"}, "2026-03-01", "2026-03-31"),
    ],
)
def test_a_period_is_whole_days_to_their_last_millisecond(body, start, end):
    usage = stats(octo(), body)["usage"]
    assert usage["periodStart"] == f"{start}T00:00:00.000Z"
    assert usage["periodEnd"] == f"{end}T23:59:59.999Z"


@pytest.mark.parametrize(
    ("at", "previous_start", "end"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), "2025-12-01", "2026-01-31"),
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-11-01", "2026-12-31"),
        (datetime(2028, 2, 29, 23, 59, 59, 999000, tzinfo=UTC), "2028-01-01", "2028-02-29"),
    ],
)
def test_months_turn_with_the_year(at, previous_start, end):
    caller = octo()
    assert stats(caller, {"period": "previous"}, at)["usage"]["periodStart"][:10] == previous_start
    assert stats(caller, {}, at)["usage"]["periodEnd"][:10] == end


def test_only_live_leads_that_came_in_then_are_counted():
    caller = octo()
    make_leads(caller, at=datetime(2026, 3, 31, 23, 59, 59, 999000, tzinfo=UTC), name="Counted")
    for at in (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)):
        make_leads(caller, at=at)
    make_leads(caller, 3, name="Gone")
    with clock.at(MARCH):
        make_lead(make_workspace(), name="Elsewhere")
    gone = list(Lead.objects.filter(first_name="Gone"))
    for lead, values in zip(
        gone, [{"deleted_at": MARCH}, {"merged_into": gone[1]}, {"is_test": True}], strict=True
    ):
        Lead.objects.filter(pk=lead.pk).update(**values)
    assert stats(caller, {})["leads"]["total"] == 1
    assert stats(octo(caller.workspace, test=True), {})["leads"]["total"] == 1


def test_a_body_is_needed_even_when_it_says_nothing():
    caller = octo()
    assert refused(caller, None) == ("VALIDATION_ERROR", ["body"])
    assert caller("POST", "/api/stats", {}).status == 200


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({"period": "year"}, "VALIDATION_ERROR", ["period"]),
        ({"period": 5}, "VALIDATION_ERROR", ["period"]),
        ({"period": "custom"}, "VALIDATION_ERROR", ["startDate", "endDate"]),
        ({"period": "custom", "startDate": "2026-01-01"}, "VALIDATION_ERROR", ["endDate"]),
        (
            {"period": "custom", "startDate": "1.1.2026", "endDate": "2026-01-31"},
            "INVALID_DATE",
            ["startDate"],
        ),
        (
            {"period": "custom", "startDate": "2026-02-30", "endDate": "x"},
            "INVALID_DATE",
            ["startDate", "endDate"],
        ),
        (
            {"period": "custom", "startDate": "2026-02-01", "endDate": "9999-12-31"},
            "INVALID_DATE",
            ["endDate"],
        ),
        (
            {"period": "custom", "startDate": "0001-01-01", "endDate": "2026-01-01"},
            "INVALID_DATE",
            ["startDate"],
        ),
        (
            {"period": "custom", "startDate": 20260101, "endDate": "2026-01-01"},
            "VALIDATION_ERROR",
            ["startDate"],
        ),
        (
            {"period": "custom", "startDate": "2026-02-02", "endDate": "2026-02-01"},
            "VALIDATION_ERROR",
            ["endDate"],
        ),
    ],
)
def test_a_period_that_cannot_be_is_refused(body, code, fields):
    assert refused(octo(), body) == (code, fields)


@pytest.mark.parametrize("count", [3, 50])
def test_the_figures_take_two_statements(count, django_assert_max_num_queries):
    caller = octo()
    make_leads(caller, count)
    stats(caller, {})
    with django_assert_max_num_queries(2):
        assert stats(caller, {})["leads"]["total"] == count
