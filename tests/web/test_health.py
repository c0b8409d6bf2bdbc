import pytest
from django.db import OperationalError, connection
from django.test import Client

from leadhub.web import health


def test_alive_asks_nobody():
    # Without the mark for the database, any query would fail the test.
    answer = Client().get("/livez", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = Client().get("/readyz", headers={"Host": "10.0.0.7"})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "storage": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web'")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")


@pytest.mark.django_db
def test_a_database_that_is_away_is_not_ready_and_yet_alive():
    def refuse(*args):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/readyz")
        assert Client().get("/livez").status_code == 200
    assert answer.status_code == 503
    assert answer.json()["database"] == "unavailable"


@pytest.mark.django_db
def test_a_full_disk_is_not_ready(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(health, "LEAST_ROOM", 2**80)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, "full")
