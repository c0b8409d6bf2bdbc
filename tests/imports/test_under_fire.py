"""Imports under fire: killed anywhere, failing anywhere, and two at once."""

import os
import random
import signal
import threading
import time

import pytest
from django.db import connection

from leadhub.workspaces import clock
from leads.errors import Refused
from leads.imports.engine import run
from leads.models import Entry, Event, ImportBatch, Lead
from tests.imports.dumps import differing, dump
from tests.imports.killed import MOMENT, bring, start
from tests.imports.rows import IMPORTER, counts, make_batch, make_rows
from tests.make import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
# How often the import is killed; `KILLS=50` takes some minutes.
KILLS = int(os.environ.get("KILLS", "10"))


class Killed(BaseException):
    """Like a kill, it is caught by nobody."""


def make_import(size, **options):
    with clock.at(MOMENT):
        terms = {"batch_size": size, "on_match": "overwrite", **options}
        return make_batch(make_workspace(name="Desk"), name="leads.csv", **terms)


def end_of(batch):
    """All that is stored, and the report."""
    batch = ImportBatch.objects.get(pk=batch.pk)
    return counts(batch), batch.state, batch.next_row, dump(batch.workspace)


def check_end(batch, expected):
    found = end_of(batch)
    assert found[:3] == expected[:3]
    assert not differing(found[3], expected[3])


def undisturbed(number, size):
    batch = make_import(size)
    bring(batch, number)
    return end_of(batch)


def failing_at(number):
    seen = 0

    def look(execute, *call):
        nonlocal seen
        seen += 1
        if seen == number:
            raise Killed
        return execute(*call)

    return look


def break_off_everywhere(step):
    """One import is broken off at one statement, the next at a later one, and each is resumed."""
    expected, at = undisturbed(24, 6), 1
    while True:
        batch = make_import(6)
        try:
            with connection.execute_wrapper(failing_at(at)):
                bring(batch, 24)
        except Killed:
            connection.close()  # whoever is killed leaves a transaction behind that nobody ends
            bring(ImportBatch.objects.get(pk=batch.pk), 24)
            check_end(batch, expected)
        else:
            return at
        at += step


def test_an_import_that_is_broken_off_goes_on_where_it_stopped():
    assert break_off_everywhere(step=23) > 40


@pytest.mark.slow
def test_an_import_may_be_broken_off_at_any_statement():
    assert break_off_everywhere(step=1) > 40


@pytest.mark.slow
def test_an_import_killed_again_and_again_ends_as_if_undisturbed():
    number, size, chance, kills = 150 * KILLS, 40, random.Random(6), 0
    expected = undisturbed(number, size)
    batch = make_import(size)
    # A kill may come after the last batch and before the process has ended: what is stored says it is over.
    while batch.state != "finished":
        process = start(batch, number)
        for _line in range(chance.randint(1, 3)):
            process.stdout.readline()
        time.sleep(chance.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        ended = process.wait(60)
        assert ended in {0, -signal.SIGKILL}
        kills += ended != 0
        batch.refresh_from_db()
    assert kills >= KILLS
    check_end(batch, expected)


def test_an_import_that_is_over_or_runs_elsewhere_is_not_run_again():
    batch = make_import(2)
    rows = make_rows(*[{"first_name": name} for name in "ABCDE"])
    other = ImportBatch.objects.get(pk=batch.pk)

    def meanwhile(_batch):
        if other.state == "ready":
            with pytest.raises(Refused, match="Somebody else"):
                run(other, IMPORTER, iter(rows))

    run(batch, IMPORTER, iter(rows), progress=meanwhile)
    assert end_of(batch)[:2] == ({"read": 5, "created": 5}, "finished")
    with pytest.raises(Refused, match="over"):
        run(ImportBatch.objects.get(pk=batch.pk), IMPORTER, iter(rows))


def test_a_stopped_import_keeps_what_is_stored_and_can_go_on():
    batch = make_import(2)
    rows = make_rows(*[{"first_name": name} for name in "ABCDE"])
    run(batch, IMPORTER, iter(rows), stop=lambda: True)
    assert (batch.state, counts(batch)) == ("cancelled", {"read": 2, "created": 2})
    assert not Event.objects.filter(kind="import.finished").exists()
    run(batch, IMPORTER, iter(rows))
    assert (batch.state, counts(batch)) == ("finished", {"read": 5, "created": 5})


def test_a_file_that_cannot_be_read_to_its_end_fails_and_keeps_what_is_stored():
    def rows():
        yield from make_rows({"first_name": "A"}, {"first_name": "B"}, {"first_name": "C"})
        raise OSError("The disk is gone.")

    batch = make_import(2)
    with pytest.raises(OSError):
        run(batch, IMPORTER, rows())
    batch.refresh_from_db()
    assert (batch.state, batch.next_row, counts(batch)) == ("failed", 4, {"read": 2, "created": 2})
    assert "The disk is gone." in batch.error


@pytest.mark.postgres
def test_two_imports_at_once_make_no_two_leads_of_one_external_id():
    workspace = make_workspace()
    batches = [make_batch(workspace, batch_size=5, on_match="overwrite") for _each in range(2)]
    rows = [{"external_id": f"crm-{n % 40}", "first_name": f"Name {n}"} for n in range(80)]
    start, failures = threading.Barrier(2), []

    def bring_one(batch):
        try:
            start.wait(10)
            run(batch, IMPORTER, iter(make_rows(*rows)))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    crew = [threading.Thread(target=bring_one, args=[batch]) for batch in batches]
    for one in crew:
        one.start()
    for one in crew:
        one.join(60)
    assert not failures
    assert Lead.objects.filter(workspace=workspace).count() == 40
    assert sum(counts(batch).get("created", 0) for batch in batches) == 40
    entries = Entry.objects.filter(workspace=workspace).count()
    assert entries == sum(batch.created + batch.updated for batch in batches)
