"""Exports of the list: who may, which leads, where the file goes, and that it goes away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, WorkspaceEntry
from leads.change import ById
from leads.changes.erase import erase_lead
from leads.errors import Forbidden, Invalid
from leads.models import Job
from leads.outbox.bulk import Frozen, freeze
from leads.outbox.exporting import enqueue_export, prune_exports
from leads.outbox.jobs import JobQueue
from tests.make import make_lead, make_member, make_user_actor, make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db


def work():
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())
    return Job.objects.latest("created_at")


def text_of(job):
    with default_storage.open(job.output["file"]) as file:
        return file.read().decode("utf-8-sig")


@pytest.fixture
def desk():
    workspace = make_workspace()
    return workspace, make_member(workspace, "manager")


def test_the_leads_of_a_filter_or_those_that_were_named_are_written_and_kept_in_the_audit(desk):
    workspace, manager = desk
    actor = make_user_actor(manager, "manager")
    ana = make_lead(workspace, first_name="Ana", source="fair")
    make_lead(workspace, first_name="Ben", source="web")
    stranger = make_lead(make_workspace(), first_name="Secret", source="fair")

    enqueue_export(workspace, actor, "csv", freeze({"source": ["fair"], "search": ["ana"]}, "UTC", now()))
    filtered = text_of(work())
    enqueue_export(workspace, actor, "jsonl", Frozen(leads=[ana.pk, stranger.pk]))
    named = text_of(work())

    for text in (filtered, named):
        assert "Ana" in text
        assert "Ben" not in text
        assert "Secret" not in text
    assert WorkspaceEntry.objects.filter(kind="leads_exported", user=manager).count() == 2


def test_agents_export_nothing_and_who_became_one_meanwhile_neither(desk):
    workspace, manager = desk
    make_lead(workspace)
    with pytest.raises(Forbidden):
        enqueue_export(workspace, make_user_actor(make_member(workspace)), "csv", Frozen(leads=[]))
    with pytest.raises(Invalid):
        enqueue_export(workspace, make_user_actor(manager, "manager"), "exe", Frozen(leads=[]))
    enqueue_export(workspace, make_user_actor(manager, "manager"), "csv", freeze({}, "UTC", now()))
    Membership.objects.filter(user=manager).update(role="agent")
    assert "may not export" in work().output["refused"]
    enqueue_export(
        workspace, make_user_actor(manager, "manager"), "csv", freeze({"tag": ["gone"]}, "UTC", now())
    )
    Membership.objects.filter(user=manager).update(role="manager")
    assert "not in the workspace any more" in work().output["refused"]


def test_the_file_is_fetched_by_managers_and_deleted_after_a_day(desk):
    workspace, manager = desk
    make_lead(workspace, first_name="Ana")
    lead = make_lead(workspace, first_name="Ben")
    seats = {
        "manager": manager,
        "agent": make_member(workspace),
        "outsider": make_member(make_workspace(), "owner"),
    }
    clients = {name: Client() for name in seats}
    for name, user in seats.items():
        clients[name].force_login(user)
    form = {"do": "export", "format": "csv", "lead": [str(lead.pk)], "query": ""}

    assert clients["agent"].post("/admin/leads/bulk/", form).status_code == 403
    assert clients["agent"].post("/admin/leads/bulk/begin/", form).status_code == 403
    assert b"One lead" in clients["manager"].post("/admin/leads/bulk/", form).content
    place = clients["manager"].post("/admin/leads/bulk/begin/", form)["Location"]
    job = work()
    assert "Fetch the file" in clients["manager"].get(place).content.decode()
    fetched = clients["manager"].get(place + "file/")
    assert "attachment" in fetched["Content-Disposition"]
    assert b"Ben" in b"".join(fetched.streaming_content)
    assert clients["agent"].get(place + "file/").status_code == 403
    assert clients["outsider"].get(place + "file/").status_code == 404

    assert prune_exports() == 0
    Job.objects.filter(pk=job.pk).update(finished_at=now() - timedelta(hours=25))
    assert prune_exports() == 1
    assert not default_storage.exists(job.output["file"])
    assert clients["manager"].get(place + "file/").status_code == 404
    assert "The file is gone" in clients["manager"].get(place).content.decode()


def test_an_export_goes_when_a_person_is_erased(desk, django_capture_on_commit_callbacks):
    workspace, manager = desk
    lead = make_lead(workspace, first_name="Ana")
    enqueue_export(workspace, make_user_actor(manager, "manager"), "csv", freeze({}, "UTC", now()))
    file = work().output["file"]
    with django_capture_on_commit_callbacks(execute=True):
        erase_lead(workspace, make_user_actor(manager, "owner"), ById(lead.pk), "asked for it")
    assert not default_storage.exists(file)
