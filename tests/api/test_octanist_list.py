"""Octanist's list: filters, operators, sort keys, fields, pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from leadhub.workspaces import clock
from leads.change import DispositionWish
from leads.models import Lead
from tests.api.caller import octo
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


def get(caller, query=""):
    return caller("GET", f"/api/leads?{query}")


def names(answer):
    assert answer.status == 200, answer
    return [lead["name"] for lead in answer.body["data"]]


def refused(answer):
    error = answer.body["error"]
    assert answer.status == 400, answer
    return error["code"], [problem["field"] for problem in error["details"]["errors"]]


def make_leads(caller, *names, at=DAY, **change):
    with clock.at(at):
        return [make_lead(caller.workspace, name=name, **change) for name in names]


def test_a_page_to_the_key():
    caller = octo()
    (lead,) = make_leads(caller, "Ana Ruiz", email="ana@example.org", value=5)
    answer = get(caller)
    assert answer.body == {
        "success": True,
        "data": [caller("GET", f"/api/leads/{lead.pk}").body["data"]],
        "meta": {
            "requestId": answer.headers["X-Request-Id"],
            "timestamp": answer.body["meta"]["timestamp"],
            "pagination": {"limit": 50, "page": 1, "totalPages": 1, "total": 1, "hasMore": False},
        },
    }


# Pages


def test_the_newest_come_first_and_pages_follow_each_other():
    caller = octo()
    make_leads(caller, *(f"L{number}" for number in range(5)))
    pages = [get(caller, f"limit=2&page={page}") for page in (1, 2, 3, 4)]
    assert [names(page) for page in pages] == [["L4", "L3"], ["L2", "L1"], ["L0"], []]
    assert [page.body["meta"]["pagination"]["hasMore"] for page in pages] == [True, True, False, False]
    assert {page.body["meta"]["pagination"]["totalPages"] for page in pages} == {3}


def test_a_limit_above_a_hundred_is_a_hundred_and_far_pages_are_empty():
    caller = octo()
    make_leads(caller, "A")
    answer = get(caller, f"limit=500&page={2**63 - 1}")
    assert (answer.body["data"], answer.body["meta"]["pagination"]["limit"]) == ([], 100)


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("text", ["0", "-1", "abc", "1.5", str(2**70)])
def test_a_page_or_limit_that_is_no_positive_number_is_refused(name, text):
    assert refused(get(octo(), f"{name}={text}")) == ("VALIDATION_ERROR", [name])


# Order


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("createdAt:desc", "DCBA"),
        ("createdAt:asc", "ABCD"),
        ("createdAt", "ABCD"),
        ("value:desc", "CADB"),
        ("value:asc", "DACB"),
        ("value:desc,createdAt:desc", "CADB"),
        ("qualifiedAt:desc,createdAt:asc", "CABD"),
        ("updatedAt:asc , value:desc", "ABCD"),
    ],
)
def test_leads_are_sorted_and_what_lacks_the_value_comes_last(sort, found):
    caller = octo()
    for number, (name, value) in enumerate({"A": 5, "B": None, "C": 10, "D": 2}.items()):
        fields = {} if value is None else {"value": value}
        stage = "qualified" if name == "C" else "new"
        at = DAY + timedelta(seconds=number)
        make_leads(caller, name, at=at, disposition=DispositionWish(stage=stage), **fields)
    assert "".join(names(get(caller, f"sort={quote(sort)}"))) == found


@pytest.mark.parametrize(
    "sort", ["nonsense", "createdAt:up", "createdAt:desc,x", "-createdAt", ",", "metadata:asc"]
)
def test_an_unknown_order_is_refused(sort):
    assert refused(get(octo(), f"sort={sort}")) == ("VALIDATION_ERROR", ["sort"])


# Fields


def test_only_the_chosen_fields_are_shown_and_always_the_id():
    caller = octo()
    make_leads(caller, "Ana Ruiz")
    assert set(get(caller, "fields=name, email,nonsense").body["data"][0]) == {"id", "name", "email"}
    assert set(get(caller, "fields=nonsense").body["data"][0]) == {"id"}
    assert len(get(caller, "fields=").body["data"][0]) > 30


# Filters


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("open", ["follow_up", "contacted", "new"]),
        ("qualified", ["qualified"]),
        ("won", ["won"]),
        ("lost", ["duplicate", "invalid", "lost"]),
    ],
)
def test_a_status_filters_by_what_is_shown(status, found):
    caller = octo()
    for stage in "new contacted follow_up qualified won lost invalid duplicate".split():
        make_leads(caller, stage, disposition=DispositionWish(stage=stage))
    assert names(get(caller, f"status={status}")) == found


def make_varied(caller):
    ana = {"source": "gtm", "website": "https://a.example", "value": "12.50"}
    make_leads(
        caller, "Ana", metadata={"utm_source": "google"}, click_ids={"gclid": "G1", "dclid": "D"}, **ana
    )
    stage = DispositionWish(stage="qualified")
    make_leads(caller, "Bo", at=DAY + timedelta(days=1), disposition=stage, source="api", value=100)
    make_leads(
        caller, "Cy", at=DAY + timedelta(days=2), metadata={"utm_source": 5}, click_ids={"gclid": "G2"}
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=gtm", "A"),
        ("source=gtm&status=open", "A"),
        ("source=gtm&status=won", ""),
        ("website=https://a.example", "A"),
        ("labelId=anything", ""),
        ("value=12.5", "A"),
        ("value=12.50", "A"),
        ("value[gte]=12.5", "BA"),
        ("value[gt]=12.5", "B"),
        ("value[lte]=100", "BA"),
        ("value[lt]=100", "A"),
        ("value[gt]=-1", "BA"),
        ("value[gte]=12&value[lt]=100", "A"),
        ("createdAt=2026-03-11T12:00:00.000Z", "B"),
        ("createdAt[gte]=2026-03-11T12:00:00Z", "CB"),
        ("createdAt[gt]=2026-03-11T12:00:00Z", "C"),
        ("createdAt[lte]=2026-03-11T12:00:00Z", "BA"),
        ("createdAt[lt]=2026-03-11T12:00:00Z", "A"),
        ("createdAt[lt]=2026-03-11T14:00:00%2B02:00", "A"),
        ("createdAt[lt]=2026-03-11T12:00:01", "BA"),
        ("createdAt=2026-03-11", "B"),
        ("createdAt[gte]=2026-03-11", "CB"),
        ("createdAt[gt]=2026-03-11", "C"),
        ("createdAt[lte]=2026-03-11", "BA"),
        ("createdAt[lt]=2026-03-11", "A"),
        ("updatedAt[gte]=2026-03-12", "C"),
        ("createdAt[exists]=true", "CBA"),
        ("createdAt[exists]=false", ""),
        ("qualifiedAt[exists]=true", "B"),
        ("qualifiedAt[exists]=false", "CA"),
        ("qualifiedAt[gte]=2026-03-11", "B"),
        ("qualifiedAt[gte]=2026-03-12", ""),
        ("gclid=G1", "A"),
        ("gclid=g1", ""),
        ("gclid[exists]=true", "CA"),
        ("gclid[exists]=false", "B"),
        ("dclid[exists]=true", "A"),
        ("utm_source=google", "A"),
        ("utm_source=bing", ""),
        ("search=an", "A"),
        ("search=an&gclid[exists]=true&utm_source=google&value[gt]=1&createdAt[lt]=2027-01-01", "A"),
        ("status=&source=&value=&gclid=&search=%20&sort=&page=&limit=", "CBA"),
    ],
)
def test_filters_pick_and_combine(query, found):
    caller = octo()
    make_varied(caller)
    assert "".join(name[0] for name in names(get(caller, query))) == found
    assert get(caller, query).body["meta"]["pagination"]["total"] == len(found)


@pytest.mark.parametrize("text", ["ana@ex", "RUIZ", "%2B31 20 123", "1234567"])
def test_a_search_finds_parts_of_name_email_and_phone(text):
    caller = octo(make_workspace(region="NL"))
    make_leads(caller, "Ana Ruiz", email="ana@example.org", phone="+31 20 123 4567")
    make_leads(caller, "Bo Ek", email="bo@example.org", phone="+31 20 999 9999")
    assert names(get(caller, f"search={text.replace(' ', '%20')}")) == ["Ana Ruiz"]


@pytest.mark.parametrize(
    "name",
    [
        "nonsense",
        "name",
        "status[gte]",
        "status[exists]",
        "value[exists]",
        "value[ne]",
        "value[",
        "createdAt[]",
        "gclid[gte]",
        "source[exists]",
        "utm_source[exists]",
        "utm_term",
        "metadata.x",
        "archived",
    ],
)
def test_an_unknown_filter_or_operator_is_refused(name):
    assert refused(get(octo(), f"{quote(name)}=1")) == ("INVALID_FILTER", [name])


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-02-30", "2026-3-1", "10.03.2026", "0001-01-01", "1700000000"]
)
@pytest.mark.parametrize("name", ["createdAt", "updatedAt[gte]", "qualifiedAt[lt]"])
def test_a_date_that_is_none_is_refused(name, text):
    assert refused(get(octo(), f"{name}={text}")) == ("INVALID_DATE", [name])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=converted", "status"),
        ("status=OPEN", "status"),
        ("value[gte]=abc", "value[gte]"),
        ("value=1,5", "value"),
        ("value[lt]=1e99", "value[lt]"),
        (f"value={10**13}", "value"),
        ("gclid[exists]=maybe", "gclid[exists]"),
        (f"source={'x' * 51}", "source"),
        (f"search={'x' * 201}", "search"),
        (f"utm_source={'x' * 256}", "utm_source"),
        ("source=%01", "source"),
    ],
)
def test_a_filter_value_that_cannot_be_is_refused(query, field):
    assert refused(get(octo(), query)) == ("VALIDATION_ERROR", [field])


def test_only_ones_own_leads_that_can_be_fetched_are_listed():
    caller = octo()
    make_lead(make_workspace(), name="Elsewhere")
    make_leads(caller, "Kept", "Archived", "Deleted", "Merged", "Test")
    kept = Lead.objects.get(first_name="Kept")
    for name, values in {
        "Archived": {"archived_at": DAY},
        "Deleted": {"deleted_at": DAY},
        "Merged": {"merged_into": kept},
        "Test": {"is_test": True},
    }.items():
        Lead.objects.filter(first_name=name).update(**values)
    assert names(get(caller)) == ["Archived", "Kept"]
    assert names(get(octo(caller.workspace, test=True))) == ["Test"]


@pytest.mark.parametrize("count", [3, 50])
def test_a_list_takes_the_same_statements_however_long(count, django_assert_max_num_queries):
    caller = octo()
    make_leads(caller, *(f"L{number}" for number in range(count)), click_ids={"gclid": "x"})
    get(caller)
    with django_assert_max_num_queries(5):
        query = "status=open&search=L&gclid=x&createdAt[gte]=2026-01-01&sort=value:desc,createdAt:asc"
        assert len(names(get(caller, query))) == count
