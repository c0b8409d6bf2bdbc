"""Leadping's list: filters, ranges, search, order, pages."""

from __future__ import annotations

import base64
import json

import pytest

from leads.change import ById, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.models import Lead
from tests.api.caller import ping
from tests.api.leadping import refusal
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

KEYS = (
    "id firstName lastName phone email createdAt updatedAt status statusTone enabled adminEnablementOverride"
    " archivedAt archivedByUserId archiveReason isArchived currentDisposition price businessId businessName"
    " sourceId sourceName tags"
).split()


def ask(caller, body=None, query=""):
    answer = caller("POST", f"/leads/all/my{query}", {} if body is None else body)
    assert answer.status == 200, answer
    assert set(answer.body) == {"items", "pageSize", "totalCount", "continuationToken"}
    return answer.body


def names(page):
    return [row["firstName"] for row in page["items"]]


def make_some(caller):
    """Ana, Bo, Cy and Di, each later than the one before."""
    workspace = caller.workspace
    make_lead(
        workspace,
        first_name="Ana",
        last_name="Ruiz",
        email="Ana@Example.org",
        phone="(404) 555-0137",
        source="web",
        metadata={"price": 5},
        tags=TagChange(names=("Hot",)),
    )
    make_lead(
        workspace,
        first_name="Bo",
        last_name="Lind",
        source="web",
        metadata={"price": 12.5},
        tags=TagChange(names=("Hot", "New")),
        enabled=False,
    )
    make_lead(
        workspace,
        first_name="Cy",
        last_name="Lind",
        metadata={"price": "12.5"},
        disposition=DispositionWish(stage="won"),
    )
    make_lead(workspace, first_name="Di", metadata={"price": True})


def test_the_newest_come_first_and_a_row_has_every_key():
    caller = ping()
    make_some(caller)
    page = ask(caller)
    assert names(page) == ["Di", "Cy", "Bo", "Ana"]
    assert (page["pageSize"], page["totalCount"], page["continuationToken"]) == (25, None, None)
    row = page["items"][-1]
    assert set(row) == set(KEYS)
    lead = Lead.objects.get(first_name="Ana")
    assert (row["id"], row["phone"], row["email"]) == (str(lead.pk), "+14045550137", "Ana@Example.org")
    assert (row["status"], row["price"], row["sourceName"]) == ("New", 5, "web")
    assert row["businessName"] == caller.workspace.name
    assert [tag["name"] for tag in row["tags"]] == ["Hot"]
    assert row["updatedAt"] == row["createdAt"]
    won = page["items"][1]
    assert (won["status"], won["statusTone"], won["currentDisposition"]["category"]) == (
        "Won",
        "success",
        "Converted",
    )


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("firstName", "Bo", "Bo"),
        ("firstName", "bo", ""),
        ("lastName", "Lind", "Cy Bo"),
        ("lastName", None, "Di"),
        ("lastName", "", "Di"),
        ("email", "ana@EXAMPLE.org", "Ana"),
        ("phone", "404-555-0137", "Ana"),
        ("phone", "ring twice", ""),
        ("status", "Won", "Cy"),
        ("enabled", False, "Bo"),
        ("enabled", "false", "Bo"),
        ("enabled", None, ""),
        ("isArchived", False, "Di Cy Bo Ana"),
        ("archiveReason", None, "Di Cy Bo Ana"),
        ("archiveReason", 3, ""),
        ("price", 12.5, "Bo"),
        ("price", "12.50", "Bo"),
        ("price", None, "Di Cy"),
        ("sourceName", "web", "Bo Ana"),
        ("createdAt", "2020-01-01T00:00:00Z", ""),
    ],
)
def test_a_filter_is_exact(field, value, found):
    caller = ping()
    make_some(caller)
    page = ask(caller, {"filters": [{"field": field, "value": value}], "includeCount": True})
    assert (names(page), page["totalCount"]) == (found.split(), len(found.split()))


def test_ids_are_compared_as_ids():
    caller = ping()
    make_some(caller)
    ana = Lead.objects.get(first_name="Ana")
    for field, value, found in (
        ("id", str(ana.pk), ["Ana"]),
        ("id", f"lead_{ana.pk.hex}", ["Ana"]),
        ("businessId", str(caller.workspace.pk), ["Di", "Cy", "Bo", "Ana"]),
        ("businessId", str(ana.pk), []),
        ("archivedByUserId", str(ana.pk), []),
        ("archivedByUserId", None, ["Di", "Cy", "Bo", "Ana"]),
    ):
        assert names(ask(caller, {"filters": [{"field": field, "value": value}]})) == found


def test_all_filters_and_ranges_must_hold():
    caller = ping()
    make_some(caller)
    filters = [{"field": "sourceName", "value": "web"}, {"field": "enabled", "value": True}]
    assert names(ask(caller, {"filters": filters})) == ["Ana"]
    ranges = [{"field": "price", "greaterThanOrEqual": 5, "lessThan": "12.5"}]
    assert names(ask(caller, {"rangeFilters": ranges})) == ["Ana"]
    ranges = [{"field": "price", "greaterThan": 5, "lessThanOrEqual": None}]
    assert names(ask(caller, {"rangeFilters": ranges})) == ["Bo"]
    bo = Lead.objects.get(first_name="Bo")
    ranges = [
        {"field": "firstName", "lessThan": "Cz"},
        {"field": "createdAt", "greaterThan": bo.created_at.isoformat()},
    ]
    later = set(names(ask(caller, {"rangeFilters": ranges})))
    assert later <= {"Cy"}


def test_search_goes_over_everything_or_over_the_named_fields():
    caller = ping()
    make_some(caller)
    assert names(ask(caller, {"search": "lind"})) == ["Cy", "Bo"]
    assert names(ask(caller, {"search": "404 555"})) == ["Ana"]
    assert names(ask(caller, {"search": "lind", "searchFields": ["firstName", "email"]})) == []
    assert names(ask(caller, {"search": "IN", "searchFields": ["lastName", "firstName"]})) == ["Cy", "Bo"]
    for nothing in (None, "", " "):
        assert len(names(ask(caller, {"search": nothing, "searchFields": ["email"]}))) == 4


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([("firstName", "asc")], "Ana Bo Cy Di"),
        ([("firstName", "DESC")], "Di Cy Bo Ana"),
        ([("firstName", None)], "Ana Bo Cy Di"),
        ([("lastName", "desc"), ("firstName", "asc")], "Ana Bo Cy Di"),
        ([("lastName", "asc"), ("firstName", "desc")], "Di Cy Bo Ana"),
        ([("price", "asc"), ("firstName", "asc")], "Ana Bo Cy Di"),
        ([("price", "desc"), ("firstName", "asc")], "Bo Ana Cy Di"),
        ([("enabled", "asc"), ("createdAt", "asc")], "Bo Ana Cy Di"),
        ([("isArchived", "asc"), ("createdAt", "asc")], "Ana Bo Cy Di"),
        ([("archivedAt", "asc"), ("archiveReason", "asc"), ("id", "asc")], "Ana Bo Cy Di"),
        ([("status", "asc"), ("id", "asc")], "Ana Bo Di Cy"),
        ([("createdAt", "asc")], "Ana Bo Cy Di"),
        ([("updatedAt", "desc")], "Di Cy Bo Ana"),
        ([("businessId", "asc"), ("id", "desc")], "Di Cy Bo Ana"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_every_order_can_be_paged(order, found, size):
    caller = ping()
    make_some(caller)
    order_by = [{"field": field, "direction": direction} for field, direction in order]
    token, seen = None, []
    while True:
        page = ask(caller, {"orderBy": order_by, "pageSize": size, "continuationToken": token})
        seen += names(page)
        token = page["continuationToken"]
        assert len(page["items"]) <= size
        if token is None:
            break
    assert seen == found.split()


def test_pages_do_not_move_when_leads_come_in():
    caller = ping()
    make_some(caller)
    first = ask(caller, {"pageSize": 2, "includeCount": True})
    make_lead(caller.workspace, first_name="Ed")
    second = ask(caller, {"pageSize": 2, "continuationToken": first["continuationToken"]})
    assert (names(first), names(second), first["totalCount"]) == (["Di", "Cy"], ["Bo", "Ana"], 4)


@pytest.mark.parametrize(("size", "effective"), [(None, 25), (1, 1), ("7", 7), (100, 100), (5000, 100)])
def test_the_page_size_is_told(size, effective):
    assert ask(ping(), {"pageSize": size})["pageSize"] == effective


def test_tags_and_archive_stand_in_the_query():
    caller = ping()
    make_some(caller)
    hot, new = (tag["id"] for tag in caller("GET", "/tags").body)
    archived = make_lead(caller.workspace, first_name="Old")
    caller("POST", f"/leads/{archived.pk}/archive", {"reason": 1})
    assert names(ask(caller, query=f"?tagIds={hot}")) == ["Bo", "Ana"]
    assert names(ask(caller, query=f"?tagIds={hot}&TagIds={new}")) == ["Bo", "Ana"]
    assert names(ask(caller, query=f"?tagIds={hot}&tagIds={new}&tagMatchAll=true")) == ["Bo"]
    assert names(ask(caller, query="?untagged=true")) == ["Di", "Cy"]
    assert names(ask(caller, query="?untagged=false&archiveFilter=archived")) == ["Old"]
    assert names(ask(caller, query="?archiveFilter=All")) == ["Old", "Di", "Cy", "Bo", "Ana"]
    row = ask(caller, {"filters": [{"field": "archiveReason", "value": 1}]}, "?archiveFilter=all")["items"][0]
    assert (row["isArchived"], row["archiveReason"]) == (True, 1)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"pageSize": 0}, "pageSize"),
        ({"pageSize": -1}, "pageSize"),
        ({"pageSize": "abc"}, "pageSize"),
        ({"pageSize": True}, "pageSize"),
        ({"includeCount": "yes"}, "includeCount"),
        ({"search": 5}, "search"),
        ({"search": "x" * 201}, "search"),
        ({"search": 5, "searchFields": ["email"]}, "search"),
        ({"searchFields": ["price"]}, "searchFields[0]"),
        ({"searchFields": "email"}, "searchFields"),
        ({"filters": {}}, "filters"),
        ({"filters": [5]}, "filters[0]"),
        ({"filters": [{}]}, "filters[0].field"),
        ({"filters": [{"field": "metadata"}]}, "filters[0].field"),
        ({"filters": [{"field": "workspace_id"}]}, "filters[0].field"),
        ({"filters": [{"field": "createdAt", "value": "never"}]}, "filters[0].value"),
        ({"filters": [{"field": "price", "value": "much"}]}, "filters[0].value"),
        ({"filters": [{"field": "id", "value": "abc"}]}, "filters[0].value"),
        ({"filters": [{"field": "email", "value": {}}]}, "filters[0].value"),
        ({"filters": [{"field": "email", "value": "a"}] * 21}, "filters"),
        ({"rangeFilters": [{"field": "price"}]}, "rangeFilters[0]"),
        ({"rangeFilters": [{"field": "price", "greaterThan": "x"}]}, "rangeFilters[0].greaterThan"),
        ({"orderBy": [{"field": "name"}]}, "orderBy[0].field"),
        ({"orderBy": [{"field": "email", "direction": "up"}]}, "orderBy[0].direction"),
        ({"orderBy": [{"field": "email", "direction": 1}]}, "orderBy[0].direction"),
        ({"orderBy": [{"field": "email"}] * 21}, "orderBy"),
        ({"continuationToken": "abc"}, "continuationToken"),
        ({"continuationToken": 5}, "continuationToken"),
        ({"continuationToken": "x" * 9000}, "continuationToken"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_path(body, path):
    caller = ping()
    make_some(caller)
    assert list(refusal(caller("POST", "/leads/all/my", body))) == [path]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("?tagIds=abc", "tagIds"),
        ("?tagMatchAll=true&tagIds=abc", "tagIds"),
        ("?untagged=perhaps", "untagged"),
        ("?archiveFilter=none", "archiveFilter"),
    ],
)
def test_what_is_not_understood_in_the_query_is_refused_too(query, path):
    assert list(refusal(ping()("POST", f"/leads/all/my{query}", {}))) == [path]


def test_a_body_is_needed():
    refusal(ping()("POST", "/leads/all/my"), 400)


def forged(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def test_a_cursor_of_another_order_or_by_another_hand_is_refused():
    caller = ping()
    make_some(caller)
    order = [{"field": "firstName"}]
    token = ask(caller, {"pageSize": 1, "orderBy": order})["continuationToken"]
    signature = json.loads(base64.urlsafe_b64decode(token + "=="))[0]
    lead_id = str(Lead.objects.first().pk)
    bad = [
        {"continuationToken": token},
        {"continuationToken": forged(signature, [None], lead_id), "orderBy": order},
        {"continuationToken": forged(signature, [5], lead_id), "orderBy": order},
        {"continuationToken": forged(signature, ["a\0"], lead_id), "orderBy": order},
        {"continuationToken": forged(signature, ["\ud800"], lead_id), "orderBy": order},
        {"continuationToken": forged(signature, [], lead_id), "orderBy": order},
        {"continuationToken": forged(signature, ["a"], "abc"), "orderBy": order},
        {"continuationToken": forged(signature, ["a"]), "orderBy": order},
    ]
    for body in bad:
        assert list(refusal(caller("POST", "/leads/all/my", body))) == ["continuationToken"]


def test_a_cursor_shows_nothing_of_another_workspace():
    caller, stranger = ping(), ping(make_workspace())
    make_some(caller)
    token = ask(caller, {"pageSize": 1})["continuationToken"]
    assert ask(stranger, {"continuationToken": token})["items"] == []


def test_deleted_and_merged_leads_are_not_listed():
    caller = ping()
    make_some(caller)
    by_name = {lead.first_name: lead for lead in Lead.objects.all()}
    apply_change(caller.workspace, SYSTEM, ById(by_name["Bo"].pk), LeadChange(delete=True))
    Lead.objects.filter(first_name="Cy").update(merged_into=by_name["Ana"])
    assert names(ask(caller)) == ["Di", "Ana"]


def test_unknown_options_are_ignored_and_named():
    answer = ping()("POST", "/leads/all/my", {"page": 2})
    assert answer.headers["Leadhub-Ignored"] == "page"


@pytest.mark.parametrize("number", [3, 50])
def test_a_list_takes_the_same_few_statements_however_long(number, django_assert_num_queries):
    caller = ping()
    for _number in range(number):
        make_lead(caller.workspace, tags=TagChange(names=("Hot",)), disposition=DispositionWish(stage="won"))
    ask(caller)
    body = {"pageSize": 100, "includeCount": True, "orderBy": [{"field": "price"}, {"field": "status"}]}
    with django_assert_num_queries(4):
        assert len(ask(caller, body)["items"]) == number
