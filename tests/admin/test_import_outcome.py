"""What the page of an import says of its rows: why each was refused or skipped, and how far it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from leadhub.workspaces import clock
from leads.models import ImportBatch, Job, Lead
from leads.outbox import lease
from tests.admin.test_imports import step, upload, work
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def seen(page) -> str:
    """Its words without the marks around them."""
    return " ".join("".join(part.split(">")[-1] for part in page.content.decode().split("<")).split())


def enter(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    return workspace


def run(client, content, name="start", **form):
    """The page of an import that is over, or of its rehearsal."""
    upload(client, content)
    batch = ImportBatch.objects.order_by("-created_at").first()
    answer = step(client, batch.pk, name, **{"on_match": "skip", **form})
    work()
    return client.get(answer.url)


def test_one_refused_cell_hides_no_other(client):
    enter(client)
    rows = b"Name,Email,Assignee,Outcome\nAna,a@x.example,zoe@else.example,nonsense\n"
    form = {"to-0": "name", "to-1": "email", "to-2": "assignee", "to-3": "disposition.outcome"}
    page = run(client, rows, "rehearse", **form)
    assert "Nobody in the workspace has the email zoe@else.example." in seen(page)
    assert "There is no disposition “nonsense”." in seen(page)
    rehearsal = ImportBatch.objects.get(options__dry_run=True)
    file = client.get(reverse("admin:import_refused", args=[rehearsal.pk])).getvalue().decode("utf-8-sig")
    assert "assignee; disposition,not_found; unknown_code" in file


def test_the_page_says_when_nothing_moves_any_more(client):
    enter(client)
    upload(client, b"Name\nAna\n")
    batch = ImportBatch.objects.get()
    page = step(client, batch.pk, "start", **{"to-0": "name", "on_match": "skip"}).url
    at = Job.objects.get().due_at
    with clock.at(at + timedelta(seconds=30)):
        assert "No worker has taken it up" not in seen(client.get(page))
    with clock.at(at + timedelta(seconds=90)):
        assert "No worker has taken it up since" in seen(client.get(page))
        (job,) = lease.take(Job.objects.all(), "a worker that is killed")
        assert "since" not in seen(client.get(page)) and job.attempt == 1
    with clock.at(at + timedelta(seconds=160)):
        told = seen(client.get(page))
        assert "Nothing has moved since" in told and "look whether the worker runs" in told
        assert "Nothing has moved since" in seen(client.get(f"{page}progress/"))
        assert lease.renew(job)
        assert "Nothing has moved" not in seen(client.get(page))
    with clock.at(at + timedelta(seconds=400)):
        work()
        assert "Nothing has moved" not in seen(client.get(page)) and Lead.objects.count() == 1


def test_large_numbers_are_written_as_their_reader_writes_them(client):
    workspace = enter(client)
    told = {"dry_run": False, "removed": 20000, "put_back": 1234, "stay": 0, "listed": []}
    undo = Job.objects.create(workspace=workspace, kind="undo_import", output=told, finished_at=clock.now())
    options = {"jobs": {"undo_import": str(undo.pk)}}
    done = ImportBatch.objects.create(
        workspace=workspace, name="fair.csv", options=options, state="finished", read=20000, created=20000
    )
    page = reverse("admin:import", args=[done.pk])
    text = client.get(page).content.decode()
    assert "Leads deleted: 20,000, put back as they were: 1,234, left alone: 0." in text
    assert "New leads that it brought: 20,000, leads" in text
    done.state = "running"
    done.read = 8000
    done.save()
    assert "8,000 rows so far" in seen(client.get(page))


def test_an_import_that_a_command_runs_is_not_said_to_be_the_workers(client):
    workspace = enter(client)
    batch = ImportBatch.objects.create(workspace=workspace, name="fair.csv", state="running", read=7)
    text = client.get(reverse("admin:import", args=[batch.pk])).content.decode()
    assert f"--resume {batch.pk}" in text and "the worker goes on" not in text
    assert reverse("admin:import_step", args=[batch.pk, "stop"]) not in text


def test_the_list_of_imports_accounts_for_every_row(client):
    enter(client)
    run(client, b"Name,Phone\nAna,4155552671\nAnna,4155552671\n", **{"to-0": "name", "to-1": "phone"})
    text = client.get(reverse("admin:imports")).content.decode()
    cells = {
        name: text.split(f'data-label="{name}">')[1].split("<")[0] for name in ("Rows", "New", "Skipped")
    }
    assert cells == {"Rows": "2", "New": "1", "Skipped": "1"}


def test_taking_back_stands_above_the_refused_rows(client):
    enter(client)
    page = run(client, b"Name,Email\nAna,a@x.example\nBo,none\n", **{"to-0": "name", "to-1": "email"})
    text = page.content.decode()
    assert 0 < text.index("<h2>Take it back") < text.index("<h2>Why rows were refused")
    assert text.index("<h2>Why rows were refused") < text.index("<h2>The first refused rows")


def test_many_unknown_names_are_each_told_by_name(client):
    enter(client)
    rows = "".join(f"Ana {n},a{n}@x.example,odd {n}\n" for n in range(53))
    form = {"to-0": "name", "to-1": "email", "to-2": "disposition.outcome"}
    text = seen(run(client, f"Name,Email,Outcome\n{rows}".encode(), "rehearse", **form))
    why = text.split("Why rows were refused or skipped")[1].split("The first refused rows")[0]
    assert all(f"There is no disposition “odd {n}”." in why for n in range(50))
    assert "3 × Outcome, read as Disposition: Others of this kind, such as: " in why.split("Show 46 more")[0]


def test_a_skipped_row_says_by_which_key_and_which_row_or_lead_it_met(client):
    workspace = enter(client)
    ana = make_lead(workspace, first_name="Ana", last_name="Ruiz", phone="+14155552671")
    rows = b"Name,Email,Phone\nAna,,4155552671\nBo,bo@x.example,\nCy,c@x.example,\nBo,BO@x.example,\n"
    form = {"to-0": "name", "to-1": "email", "to-2": "phone"}
    for name in ("rehearse", "start"):
        page = run(client, rows, name, **form)
        text = seen(page)
        assert "The lead is there already, by its phone. first in line 2: Ana Ruiz" in text
        assert reverse("admin:lead", args=[ana.pk]) in page.content.decode()
        told = "An earlier row of this file is the same lead, by its email. first in line 5, like line 3"
        assert told in text
        ImportBatch.objects.all().delete()


def test_a_problem_is_told_by_the_column_of_the_file(client):
    enter(client)
    rows = b"Who,E-mail,First contact\nAna,none,never\n ,,\n"
    form = {"to-0": "name", "to-1": "email", "to-2": "captured_at"}
    text = seen(run(client, rows, **form))
    assert "First contact, read as Captured at: " in text and "Body" not in text
    assert "E-mail: " in text and "E-mail, read as" not in text
    assert "× The row names nobody; give it a name, " in text
    batch = ImportBatch.objects.get()
    file = client.get(reverse("admin:import_refused", args=[batch.pk])).getvalue().decode("utf-8-sig")
    assert "First contact: " in file and "captured_at" in file and ",body," not in file
