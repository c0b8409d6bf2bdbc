"""What the page of an import says of its rows: why each was refused or skipped, and how far it is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leads.models import ImportBatch
from tests.admin.test_imports import step, upload, work
from tests.make import make_member, make_workspace

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
