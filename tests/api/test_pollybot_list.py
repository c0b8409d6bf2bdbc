"""PollyBot's list, flat and under a chatbot."""

from __future__ import annotations

import pytest

from leads.change import DispositionWish
from leads.models import Lead
from tests.api.caller import polly
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

FLAT = "/api/v1/leads"


def names(answer):
    assert answer.status == 200, answer
    return [lead["name"] for lead in answer.body["data"]["leads"]]


def make_leads(caller, *names, **change):
    for name in names:
        make_lead(caller.workspace, name=name, **change)


def test_a_page_to_the_key():
    caller = polly()
    lead = make_lead(caller.workspace, name="Bo Ek", email="bo@example.org", metadata={"a": 1})
    whole = caller("GET", f"{FLAT}/{lead.pk}").body["data"]
    del whole["workspaceId"]
    assert caller("GET", FLAT).body == {
        "success": True,
        "data": {
            "leads": [whole],
            "pagination": {
                "page": 1,
                "limit": 10,
                "total": 1,
                "totalPages": 1,
                "hasNext": False,
                "hasPrev": False,
            },
        },
    }


def test_the_newest_come_first_and_pages_follow_each_other():
    caller = polly()
    make_leads(caller, *(f"L{number}" for number in range(25)))
    expected = [f"L{number}" for number in range(24, -1, -1)]
    pages = [caller("GET", f"{FLAT}?page={page}&limit=10") for page in (1, 2, 3)]
    assert [name for page in pages for name in names(page)] == expected
    flags = [page.body["data"]["pagination"] for page in pages]
    assert [(flag["hasNext"], flag["hasPrev"]) for flag in flags] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert {(flag["total"], flag["totalPages"]) for flag in flags} == {(25, 3)}


def test_a_page_past_the_end_is_empty_with_true_totals():
    caller = polly()
    make_leads(caller, "A", "B")
    data = caller("GET", f"{FLAT}?page=9223372036854775807").body["data"]
    assert data["leads"] == []
    assert data["pagination"] == {
        "page": 2**63 - 1,
        "limit": 10,
        "total": 2,
        "totalPages": 1,
        "hasNext": False,
        "hasPrev": True,
    }


def test_no_leads_at_all_are_no_pages():
    pagination = polly()("GET", FLAT).body["data"]["pagination"]
    assert (pagination["total"], pagination["totalPages"], pagination["hasNext"]) == (0, 0, False)


def test_a_limit_above_a_hundred_is_a_hundred():
    caller = polly()
    assert caller("GET", f"{FLAT}?limit=500").body["data"]["pagination"]["limit"] == 100


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("text", ["0", "-1", "abc", "1.5", "1e3", "%D9%A1", str(2**70), "NaN"])
def test_a_page_or_limit_that_is_no_positive_number_is_refused(name, text):
    answer = polly()("GET", f"{FLAT}?{name}={text}")
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")
    assert answer.body["details"]["field"] == name


@pytest.mark.parametrize(
    ("status", "found"),
    [("new", ["new"]), ("converted", ["won"]), ("lost", ["duplicate", "invalid", "lost"]), ("follow_up", [])],
)
def test_a_status_filters_by_what_is_shown(status, found):
    caller = polly()
    for stage in ("new", "won", "lost", "invalid", "duplicate"):
        make_leads(caller, stage, disposition=DispositionWish(stage=stage))
    assert names(caller("GET", f"{FLAT}?status={status}")) == found


@pytest.mark.parametrize("status", ["won", "NEW", "nonsense"])
def test_an_unknown_status_is_refused(status):
    answer = polly()("GET", f"{FLAT}?status={status}")
    assert (answer.status, answer.body["details"]["field"]) == (400, "status")


def test_filters_combine_and_blank_or_unknown_ones_say_nothing():
    caller = polly()
    make_leads(caller, "Ana Ruiz", "Bo Ek", source="fair")
    make_leads(caller, "Ana Elsewhere", source="web")
    assert names(caller("GET", f"{FLAT}?source=fair&search=ana")) == ["Ana Ruiz"]
    assert len(names(caller("GET", f"{FLAT}?source=&status=&search=%20&page=&foo=bar"))) == 3


@pytest.mark.parametrize("text", ["uiz", "ANA R", "ana@EX", "ana%40example", "RUIZ%20ana"])
def test_a_search_finds_parts_of_name_and_email(text):
    caller = polly()
    make_lead(caller.workspace, name="Ana Ruiz", email="ana@example.org")
    make_lead(caller.workspace, name="Bo Ek", email="bo@example.org")
    assert names(caller("GET", f"{FLAT}?search={text}".replace(" ", "%20"))) == ["Ana Ruiz"]


@pytest.mark.parametrize("text", ["%25", "_", "%27%22", "%5C"])
def test_a_search_takes_no_character_for_a_pattern(text):
    caller = polly()
    make_leads(caller, "Ana Ruiz")
    assert names(caller("GET", f"{FLAT}?search={text}")) == []


def test_a_NUL_in_the_query_is_refused():
    answer = polly()("GET", f"{FLAT}?search=%00")
    assert (answer.status, answer.body["code"]) == (400, "VALIDATION_ERROR")


def test_only_ones_own_leads_that_can_be_fetched_are_listed():
    caller = polly()
    make_lead(make_workspace(), name="Elsewhere")
    make_leads(caller, "Kept", "Archived", "Deleted", "Merged", "Test")
    kept = Lead.objects.get(first_name="Kept")
    for name, values in {
        "Archived": {"archived_at": kept.created_at},
        "Deleted": {"deleted_at": kept.created_at},
        "Merged": {"merged_into": kept},
        "Test": {"is_test": True},
    }.items():
        Lead.objects.filter(first_name=name).update(**values)
    assert names(caller("GET", FLAT)) == ["Archived", "Kept"]
    assert names(polly(caller.workspace, test=True)("GET", FLAT)) == ["Test"]


def test_the_nested_path_lists_the_same():
    caller = polly()
    make_leads(caller, "A", "B")
    nested = caller("GET", f"/api/v1/chatbots/ws_{caller.workspace.pk.hex}/leads")
    assert nested.body == caller("GET", FLAT).body


@pytest.mark.parametrize("count", [3, 50])
def test_a_list_takes_the_same_statements_however_long(count, django_assert_max_num_queries):
    caller = polly()
    make_leads(caller, *(f"L{number}" for number in range(count)))
    caller("GET", FLAT)
    with django_assert_max_num_queries(5):
        assert len(names(caller("GET", f"{FLAT}?limit=100&status=new&search=L"))) == count
