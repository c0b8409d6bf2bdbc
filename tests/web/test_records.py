import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory

from leadhub.web.erasure import erase_lead
from leadhub.web.models import RequestProblem, RequestRecord
from leadhub.web.records import (
    body_of,
    find_request,
    problems_of_lead,
    prune_requests,
    record_request,
    value_of,
)
from leadhub.web.requests import begin_trail, identify
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id

pytestmark = pytest.mark.django_db

WORKSPACE, KEY, LEAD = uuid4(), uuid4(), uuid4()
BODY = b'{"email":"ana@example.org"}'


@dataclass(frozen=True)
class Fault:
    field: str = "email"
    code: str = "invalid_email"
    message: str = "This is no email address."
    value: object = "ana@"


def make_request(
    body=BODY, path="/api/v1/leads", method="PUT", request_id="mine", workspace=WORKSPACE, key=KEY
):
    request = RequestFactory().generic(
        method, path, body, "application/json", headers={"X-Request-Id": request_id}
    )
    begin_trail(request)
    assert request.body == body
    if workspace:
        identify(request, "omniai", workspace, key)
    return request


def test_a_request_is_kept_with_one_statement(django_assert_num_queries):
    request = make_request(path="/api/v1/leads?a=1")
    with django_assert_num_queries(1):
        record_id = record_request(request, 200, lead_id=LEAD)
    record = RequestRecord.objects.get(id=record_id)
    assert (record.workspace_id, record.api_key_id, record.lead_id) == (WORKSPACE, KEY, LEAD)
    assert (record.request_id, record.door) == ("mine", "omniai")
    assert (record.method, record.path, record.status, record.code) == ("PUT", "/api/v1/leads?a=1", 200, "")
    assert (record.dry_run, record.is_test) == (False, False)
    assert record.duration_ms >= 0
    assert abs(record.created_at - now()) < timedelta(minutes=1)
    assert body_of(record) == BODY
    assert b"ana@" not in bytes(record.body)


def test_problems_are_kept_with_one_more_statement(django_assert_num_queries):
    request = make_request()
    faults = [
        Fault(),
        Fault("name", "required", "Give a name.", None),
        Fault("metadata", value={"a": [1, "é"]}),
    ]
    with django_assert_num_queries(2):
        record_request(request, 400, "validation_error", lead_id=LEAD, problems=faults)
    with django_assert_num_queries(1):
        problems = problems_of_lead(WORKSPACE, LEAD)
        assert {problem.record.request_id for problem in problems} == {"mine"}
    assert [problem.field for problem in problems] == ["metadata", "name", "email"]
    assert [value_of(problem) for problem in problems] == ['{"a":[1,"é"]}', None, '"ana@"']
    assert problems[2].code == "invalid_email"
    assert problems[2].message == "This is no email address."


def test_the_problems_of_a_bulk_request_go_to_their_leads():
    other = uuid4()
    problems = {LEAD: [Fault()], other: [Fault("name"), Fault("phone")]}
    record_request(make_request(), 200, problems=problems)
    assert [problem.field for problem in problems_of_lead(WORKSPACE, LEAD)] == ["email"]
    assert [problem.field for problem in problems_of_lead(WORKSPACE, other)] == ["phone", "name"]


def test_the_request_of_nobody_is_not_kept(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_request(make_request(workspace=None), 401, "invalid_api_key") is None


@pytest.mark.parametrize("value", ["x" * 5000, "\ud800", object(), {1: 2}, b"\xff", 10**40])
def test_any_value_can_be_kept_and_a_long_one_is_cut(value):
    record_request(make_request(), 400, lead_id=LEAD, problems=[Fault(value=value)])
    (problem,) = problems_of_lead(WORKSPACE, LEAD)
    assert 0 < len(value_of(problem)) <= 500


def test_a_long_path_and_an_absent_body_are_kept():
    record = RequestRecord.objects.get(id=record_request(make_request(b"", "/api?q=" + "x" * 9000), 400))
    assert (len(record.path), body_of(record)) == (2048, None)
    record = RequestRecord.objects.get(id=record_request(make_request(), 201, keep_body=False))
    assert body_of(record) is None


def test_a_request_is_found_by_its_id_in_its_workspace_and_by_its_key():
    record_request(make_request(), 200)
    newest = record_request(make_request(), 409)
    record_request(make_request(workspace=uuid4()), 200)
    other_key = uuid4()
    others = record_request(make_request(key=other_key), 200)
    assert find_request(WORKSPACE, "mine", KEY).id == newest
    assert find_request(WORKSPACE, "mine", other_key).id == others
    assert find_request(WORKSPACE, "mine").id == others
    assert find_request(WORKSPACE, "other") is None
    assert find_request(uuid4(), "mine") is None


def test_a_body_whose_key_is_gone_is_merely_absent(settings):
    record_request(make_request(), 200)
    settings.DATA_KEYS = {"v9": b"\x01" * 32}
    assert body_of(find_request(WORKSPACE, "mine")) is None


def test_old_requests_are_pruned_in_batches_with_their_problems():
    old = [record_request(make_request(), 400, problems=[Fault()]) for _ in range(5)]
    RequestRecord.objects.filter(id__in=old).update(created_at=now() - timedelta(days=31))
    young = record_request(make_request(), 400, problems=[Fault()])
    assert prune_requests(now() - timedelta(days=30), batch=2) == 5
    assert prune_requests(now() - timedelta(days=30), batch=2) == 0
    assert [record.id for record in RequestRecord.objects.all()] == [young]
    assert [problem.record_id for problem in RequestProblem.objects.all()] == [young]


def test_the_age_to_prune_at_is_a_setting(settings):
    old = record_request(make_request(), 200)
    RequestRecord.objects.filter(id=old).update(created_at=now() - timedelta(days=3))
    settings.REQUEST_RECORD_DAYS = 4
    assert prune_requests() == 0
    settings.REQUEST_RECORD_DAYS = 2
    assert prune_requests() == 1


def test_erasing_a_lead_removes_what_it_sent_and_what_was_wrong_with_it():
    record_request(make_request(path="/api/leads?email=x"), 400, lead_id=LEAD, problems=[Fault()])
    kept = record_request(make_request(), 400, lead_id=uuid4(), problems=[Fault()])
    foreign = record_request(make_request(workspace=uuid4()), 400, lead_id=LEAD, problems=[Fault()])
    erase_lead(WORKSPACE, LEAD)
    erased = RequestRecord.objects.get(lead_id=LEAD, workspace_id=WORKSPACE)
    assert (erased.body, erased.path, erased.status) == (None, "/api/leads", 400)
    assert {problem.record_id for problem in RequestProblem.objects.all()} == {kept, foreign}
    assert (
        body_of(RequestRecord.objects.get(id=kept)) == body_of(RequestRecord.objects.get(id=foreign)) == BODY
    )


def test_erasing_by_marker_finds_the_person_in_the_requests_of_others():
    lead = {"lead_id": uuid4()}
    marked = [
        make_request(BODY),
        make_request(b'{"x":"ANA@Example.ORG"}'),
        make_request(json.dumps({"name": "Änne Müller"}).encode()),
        make_request(b"{}", "/api/leads?email=ana%40example.org&a=1"),
        make_request(b"{}", "/leads/ana@example.org"),
    ]
    ids = [record_request(request, 200, **lead) for request in marked]
    plain = record_request(
        make_request(b'{"a":1}'), 400, problems=[Fault(value="ana@example.org"), Fault("x")]
    )
    told = record_request(
        make_request(b'{"b":2}'), 400, problems=[Fault(message="ana@example.org is taken.")]
    )
    erase_lead(WORKSPACE, LEAD, ["ana@example.org", "änne müller", " "])
    records = {record.id: record for record in RequestRecord.objects.all()}
    assert [body_of(records[id]) for id in ids] == [None, None, None, b"{}", b"{}"]
    assert [records[id].path for id in ids[3:]] == ["/api/leads", "/leads/*"]
    assert [body_of(records[id]) for id in (plain, told)] == [b'{"a":1}', b'{"b":2}']
    assert [problem.field for problem in RequestProblem.objects.all()] == ["x"]


@pytest.mark.postgres
def test_every_question_has_its_index():
    questions = {
        "web_request_by_request_id": RequestRecord.objects.filter(workspace_id=WORKSPACE, request_id="mine"),
        "web_request_by_lead": RequestRecord.objects.filter(workspace_id=WORKSPACE, lead_id=LEAD).order_by(
            "-id"
        ),
        "web_request_by_key": RequestRecord.objects.filter(api_key_id=KEY).order_by("-id"),
        "web_request_by_age": RequestRecord.objects.filter(workspace_id=WORKSPACE).order_by("-id"),
        "web_requestrecord_pkey": RequestRecord.objects.order_by("id"),
        "web_problem_by_lead": RequestProblem.objects.filter(workspace_id=WORKSPACE, lead_id=LEAD).order_by(
            "-id"
        ),
    }
    # Enough rows for one index to be better than another, whatever is known of the tables.
    said = {"door": "hub", "method": "GET", "path": "/", "status": 200, "duration_ms": 1}
    ids = [{"workspace_id": new_id(), "lead_id": new_id()} for _each in range(400)]
    records = [
        RequestRecord(**said, **found, request_id=f"r{n}", api_key_id=new_id()) for n, found in enumerate(ids)
    ]
    RequestRecord.objects.bulk_create(records)
    RequestProblem.objects.bulk_create(
        RequestProblem(**found, record=record, code="x") for found, record in zip(ids, records, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE web_requestrecord, web_requestproblem")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    for index, rows in questions.items():
        assert index in rows[:10].explain()


def test_no_migration_is_missing():
    call_command("makemigrations", "web", check=True, dry_run=True, verbosity=0)
