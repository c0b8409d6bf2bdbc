"""The engine: what an import makes of rows, matched or new, good or bad."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Entry, Event, ImportBatch, ImportRow, Lead
from leads.queries.keys import leads_with
from tests.imports.rows import bring, counts
from tests.leads.plans import plans_of
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db


def test_an_import_creates_updates_skips_and_refuses_and_its_sums_agree():
    workspace = make_workspace()
    make_lead(workspace, first_name="Ana", email="ana@example.org", external_id="crm-1")
    rows = [
        {"first_name": "Anna", "external_id": "crm-1", "email": "other@example.org"},
        {"first_name": "Ben", "email": "ben@example.org", "phone": "(678) 555-0100"},
        {"first_name": "Bad", "email": "no email"},
        {"first_name": "Ana", "email": "ANA@example.org", "last_name": "Ng"},
    ]
    batch = bring(workspace, *rows, on_match="overwrite")
    assert counts(batch) == {"read": 4, "created": 2, "updated": 1, "refused": 1}
    assert batch.state == "finished" and batch.next_row == 6
    first = Lead.objects.get(external_id="crm-1")
    assert (first.first_name, first.email, first.version) == ("Anna", "other@example.org", 2)
    ben = Lead.objects.get(first_name="Ben")
    assert ben.assignee_type == "HUMAN_AGENT" and ben.import_batch == batch
    assert Entry.objects.get(lead=ben).import_batch == batch
    (refused,) = ImportRow.objects.filter(batch=batch)
    assert (refused.line, refused.result, refused.columns["email"]) == (4, "refused", "no email")
    assert refused.problems[0]["code"] == "invalid_email"


def as_new(table):
    """Without the dead rows of earlier tests, and what the planner was told of those, which outlives them."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgres
def test_the_planner_learns_of_what_an_import_fills():
    """It took the leads for none, and read all that there were for each batch of rows."""
    as_new("leads_lead")
    workspace = make_workspace()
    bring(workspace, *({"first_name": "Ana", "external_id": f"crm-{n}"} for n in range(2600)), batch_size=200)
    looked = plans_of(lambda: leads_with(workspace, "external_id", ["crm-1", "crm-599"]))
    assert (looked.indexes, looked.looked_at) == ({"lead_external_id"}, 2)


def test_an_import_is_quiet_but_for_its_end():
    workspace = make_workspace()
    bring(workspace, {"first_name": "Ana"}, {"first_name": "Ben"})
    assert list(Event.objects.values_list("kind", flat=True)) == ["import.finished"]
    bring(workspace, {"first_name": "Cleo"}, announce=True)
    assert list(Event.objects.order_by("created_at", "id").values_list("kind", flat=True)) == [
        "import.finished",
        "lead.created",
        "import.finished",
    ]


def test_a_dry_run_judges_every_row_and_stores_none():
    workspace = make_workspace()
    batch = bring(workspace, {"first_name": "Ana"}, {"email": "x"}, dry_run=True)
    assert counts(batch) == {"read": 2, "created": 1, "refused": 1}
    assert not Lead.objects.exists() and not Entry.objects.exists() and not Event.objects.exists()
    assert ImportRow.objects.get().line == 3
    assert ImportBatch.objects.get().refused == 1


@pytest.mark.parametrize("on_match", ["skip", "overwrite", "create"])
def test_a_dry_run_foretells_what_a_run_comes_to(on_match):
    """Also of rows that meet an earlier row of the file, in the same batch of rows or in one before."""
    workspace = make_workspace()
    make_lead(workspace, first_name="Ana", email="ana@example.org")
    rows = [{"first_name": f"Name {n}", "email": f"{n % 5}@example.org"} for n in range(12)]
    rows += [{"first_name": "Anna", "email": "ana@example.org"}, {"email": "nobody"}]
    foretold = bring(workspace, *rows, on_match=on_match, batch_size=4, dry_run=True)
    assert Lead.objects.count() == 1
    batch = bring(workspace, *rows, on_match=on_match, batch_size=4)
    assert counts(foretold) == counts(batch)
    told, heard = (
        list(ImportRow.objects.filter(batch=one).order_by("line").values_list("line", "problems"))
        for one in (batch, foretold)
    )
    assert heard == told


def skipped(batch):
    rows = ImportRow.objects.filter(batch=batch, result="skipped").order_by("line")
    return [(row.line, row.problems[0]["code"], row.problems[0]["value"]) for row in rows]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_that_is_there_twice_names_the_line_that_it_repeats(dry_run):
    """In the same batch of rows, in one before, and where both hold."""
    workspace = make_workspace()
    make_lead(workspace, first_name="Ana", phone="+16785550100")
    rows = [{"first_name": "Ben", "email": f"{n}@example.org"} for n in (0, 1, 0, 2, 1, 1)]
    rows += [{"first_name": "Ana", "phone": "(678) 555-0100"}]
    batch = bring(workspace, *rows, batch_size=4, dry_run=dry_run)
    twice = "duplicate_row"
    assert skipped(batch) == [(4, twice, 2), (6, twice, 3), (7, twice, 3), (8, "already_there", None)]
    words = ImportRow.objects.get(line=8).problems[0]["message"]
    assert words == "The lead is there already, by its phone."


def test_to_say_what_a_row_repeats_costs_no_question_a_row():
    def asked(count):
        workspace = make_workspace()
        rows = [{"first_name": "Ben", "email": f"{n}@example.org"} for n in range(count)]
        bring(workspace, *rows)
        with CaptureQueriesContext(connection) as queries:
            bring(workspace, *rows, *rows)
        return len(queries)

    assert asked(5) == asked(40)
