import re
from uuid import UUID

import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.test import Client

from leadhub.web.middleware import failure_of
from leadhub.web.records import body_of, find_request

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def test_every_answer_has_a_request_id_of_ours(client):
    for path in ["/api/echo", "/api/nowhere", "/dialect/crash/bug", "/nowhere", "/livez", "/pages/echo"]:
        assert re.fullmatch("req_[0-9a-f]{12}", client.get(path)["X-Request-Id"])


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 128])
def test_a_callers_valid_request_id_is_kept(client, given):
    answer = client.get("/api/echo", headers={"X-Request-Id": given})
    assert answer["X-Request-Id"] == given == answer.json()["request_id"]


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a/b", "é", "a\x7f", "a:b"])
def test_an_invalid_request_id_is_replaced(client, given):
    answer = client.get("/api/echo", headers={"X-Request-Id": given})
    assert re.fullmatch("req_[0-9a-f]{12}", answer["X-Request-Id"])


def test_json_answers_are_sealed_against_browsers(client):
    for path in ["/api/echo", "/api/crash/bug", "/livez"]:
        answer = client.get(path)
        assert answer["Content-Security-Policy"] == "default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" not in client.get("/dialect/page").get("Content-Security-Policy", "")


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("bug", 500, "internal_error"),
        ("missing", 404, "not_found"),
        ("denied", 403, "forbidden"),
        ("suspicious", 400, "bad_request"),
        ("failed", 409, "some_code"),
        ("disk", 507, "storage_full"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_whatever_a_view_raises_is_told_in_the_words_of_the_door(client, settings, what, status, code, debug):
    settings.DEBUG = debug
    answer = client.post(f"/dialect/crash/{what}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert answer.json() == {"success": False, "code": code, "requestId": answer["X-Request-Id"]}
    answer = client.post(f"/api/crash/{what}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].endswith(".")
    assert answer.get("Retry-After") == {507: "60", 409: "7"}.get(status)


def test_pages_for_people_stay_pages(client):
    for what, status in [
        ("bug", 500),
        ("missing", 404),
        ("denied", 403),
        ("suspicious", 400),
        ("failed", 409),
    ]:
        answer = client.post(f"/pages/crash/{what}")
        assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert answer["X-Request-Id"] in answer.text
        assert "example.org" not in answer.text


def test_a_crash_reaches_the_tests_as_in_any_django_project():
    with pytest.raises(RuntimeError):
        Client().get("/api/crash/bug")


@pytest.mark.parametrize("debug", [False, True])
def test_what_django_refuses_itself_is_put_into_the_envelope(client, settings, debug):
    settings.DEBUG = debug
    for path, status in [
        ("/api/nowhere", 404),
        ("/api/put/", 404),
        ("/dialect/nowhere", 404),
        ("/api/put", 405),
    ]:
        answer = client.get(path)
        assert (answer.status_code, "json" in answer["Content-Type"]) == (status, True)
    assert answer["Allow"] == "PUT"
    answer = client.get("/dialect/nowhere", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert client.options("/api/put").status_code == 405


def test_what_is_no_error_is_left_as_it_is(client):
    assert client.get("/dialect/page")["Content-Type"].startswith("text/html")
    assert client.get("/pages/away").status_code == 302


def test_a_prefix_owns_its_path_and_what_is_below_it(client):
    assert client.get("/dialect").json()["success"] is False
    assert client.get("/dialects")["Content-Type"].startswith("text/html")
    assert client.get("/api")["Content-Type"].startswith("text/html")
    assert client.get("/api/").json()["code"] == "not_found"


def test_an_envelope_that_breaks_does_not_break_the_answer(client, monkeypatch):
    from leadhub.web import envelopes

    monkeypatch.setattr(envelopes, "_registry", [(lambda request: True, lambda request, failure: 1 / 0)])
    answer = client.get("/dialect/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_nul_in_the_address_is_refused(client):
    for query in ["a=%00", "%00=1", "a=x%00y&b=1"]:
        answer = client.get("/api/echo", QUERY_STRING=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "control_character")
    assert client.get("/pages/echo", QUERY_STRING="a=%00").status_code == 400
    assert client.get("/api/%00").status_code == 404
    assert client.get("/dialect/crash/%00").status_code == 404
    assert client.get("/api/echo", QUERY_STRING="a=%FF&b=%ED%A0%80").status_code == 200


def test_plain_http_is_refused_to_machines_and_redirected_for_people(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    answer = client.get("/api/echo")
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
    assert client.post("/dialect/crash/bug").json()["code"] == "https_required"
    assert client.get("/pages/echo").status_code == 301
    assert client.get("/api/echo", secure=True).status_code == 200
    assert client.get("/livez").status_code == 200


class SqlState(Exception):
    def __init__(self, sqlstate=None, sqlite_errorname=None):
        self.sqlstate = sqlstate
        self.sqlite_errorname = sqlite_errorname


def database_error(kind, **state):
    error = kind("said by the driver")
    error.__cause__ = SqlState(**state)
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("server closed the connection unexpectedly"), 503),
        (InterfaceError("connection already closed"), 503),
        (database_error(OperationalError, sqlstate="57P01"), 503),
        (database_error(OperationalError, sqlstate="40P01"), 503),
        (database_error(OperationalError, sqlstate="53100"), 507),
        (database_error(InternalError, sqlstate="25006"), 503),
        (database_error(InternalError, sqlstate="25P02"), 500),
        (database_error(OperationalError, sqlite_errorname="SQLITE_BUSY"), 503),
        (database_error(OperationalError, sqlite_errorname="SQLITE_FULL"), 507),
        (database_error(OperationalError, sqlite_errorname="SQLITE_CANTOPEN"), 503),
        (database_error(OperationalError, sqlite_errorname="SQLITE_ERROR"), 500),
        (ValueError("a bug"), 500),
    ],
)
def test_a_sick_database_is_told_from_a_bug(error, status):
    failure = failure_of(error)
    assert failure.status == status
    assert ("Retry-After" in failure.headers) == (status != 500)


@pytest.mark.django_db
def test_a_mistake_in_the_sql_is_a_bug_on_both_databases(client):
    assert client.get("/api/sql").status_code == 500


@pytest.mark.django_db
def test_a_crash_is_found_by_its_request_id(client):
    answer = client.post("/api/known", b'{"a":1}', "application/json")
    record = find_request(UUID(int=1), answer["X-Request-Id"], UUID(int=2))
    assert (record.status, record.code, record.door) == (500, "internal_error", "omniai")
    assert body_of(record) == b'{"a":1}'


@pytest.mark.django_db
def test_a_database_that_broke_does_not_break_the_answer_too(client):
    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        assert client.post("/api/known", b"{}", "application/json").status_code == 500
        answer = client.get("/api/sql")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="how SQLite says that the disk is full")
def test_a_full_sqlite_is_told_as_such():
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA max_page_count = 1")
            with pytest.raises(OperationalError) as full, transaction.atomic():
                # More than fits into the pages that earlier tests have left free.
                free = cursor.execute("PRAGMA freelist_count").fetchone()[0]
                row = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, '', '')"
                cursor.executemany(row, [["x" * 9999]] * (free + 100))
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert failure_of(full.value).status == 507


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_postgresql_that_goes_away_is_a_503():
    with pytest.raises(OperationalError) as away, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert failure_of(away.value).status == 503
    with pytest.raises((OperationalError, InterfaceError)) as still_away, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert failure_of(still_away.value).status == 503
    connection.close()
