"""One tag becomes another: its leads by a job, its name at once and at every door."""

from __future__ import annotations

import pytest

from leads.change import Archive, ById, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.catalogue import save_tag
from leads.errors import Forbidden, Invalid, NotFound, Refused
from leads.models import BulkRow, Entry, Job, LeadTag, Tag
from leads.outbox.bulk import enqueue_tag_merge, enqueue_undo
from leads.outbox.jobs import JobQueue, cancel
from leads.queries.filters import LeadFilter
from tests.make import SYSTEM, make_key, make_lead, make_member, make_user_actor, make_workspace
from tests.outbox.make import Idle
from tests.outbox.test_bulk import StopsAfter

pytestmark = pytest.mark.django_db


def work(watch=None):
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, watch or Idle())


@pytest.fixture
def desk():
    """A workspace, its owner, and the tags VIP and Hot."""
    workspace = make_workspace()
    owner = make_user_actor(make_member(workspace, "owner"), "owner")
    tags = [save_tag(workspace, SYSTEM, {"name": name}) for name in ("VIP", "Hot")]
    return workspace, owner, *tags


def tagged(workspace, *names, **fields):
    return make_lead(workspace, tags=TagChange(names=names), **fields)


def names_of(lead):
    return sorted(LeadTag.objects.filter(lead=lead).values_list("tag__name", flat=True))


def change_tags(workspace, lead, **tags):
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(tags=TagChange(**tags)))
    return names_of(lead)


def found(workspace, **query):
    filters = LeadFilter({name: [value] for name, value in query.items()}, workspace=workspace)
    assert not filters.problems
    return set(filters.qs.values_list("pk", flat=True))


def test_every_lead_that_had_the_one_has_the_other_with_one_entry_each(desk):
    workspace, owner, vip, hot = desk
    one, both, other = tagged(workspace, "vip"), tagged(workspace, "VIP", "Hot"), tagged(workspace, "hot")
    archived = tagged(workspace, "vip")
    apply_change(workspace, SYSTEM, ById(archived.pk), LeadChange(archive=Archive(note="moved")))
    theirs = tagged(make_workspace(), "vip")
    entries = Entry.objects.count()

    job = enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    vip.refresh_from_db()
    assert (vip.archived_at is not None, vip.merged_into) == (True, hot)
    work()

    job.refresh_from_db()
    assert (job.state, job.output, job.done, job.total) == ("done", {"changed": 3}, 3, 3)
    assert [names_of(lead) for lead in (one, both, other, archived)] == [["Hot"]] * 4
    assert names_of(theirs) == ["vip"]
    assert Entry.objects.count() == entries + 3
    entry = Entry.objects.filter(lead=one).latest("created_at")
    assert entry.changes == {"/tags/hot": [None, "Hot", "added"], "/tags/vip": ["VIP", None, "removed"]}
    assert entry.user_id == owner.user_id


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next_one(desk, monkeypatch):
    workspace, owner, vip, hot = desk
    monkeypatch.setattr("leads.outbox.bulk._EVERY", 0)
    leads = [tagged(workspace, "vip") for _number in range(5)]
    job = enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)

    work(StopsAfter(2))
    assert sorted(sum(map(names_of, leads), [])) == ["Hot", "Hot", "VIP", "VIP", "VIP"]
    # Whichever of the two it has, the list shows it.
    assert found(workspace, tag="hot") == found(workspace, tag="vip") == {lead.pk for lead in leads}
    assert found(workspace, tag_all=str(hot.pk)) == {lead.pk for lead in leads}
    work()

    job.refresh_from_db()
    assert (job.state, job.output) == ("done", {"changed": 5})
    assert [names_of(lead) for lead in leads] == [["Hot"]] * 5
    assert Entry.objects.filter(lead__in=leads, kind="updated").count() == 5


def test_who_still_wrote_the_old_one_while_the_job_began_is_found_too(desk):
    workspace, owner, vip, hot = desk
    first, late = tagged(workspace, "vip"), make_lead(workspace)
    job = enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)

    class Writes(Idle):
        @property
        def stopping(self):
            if BulkRow.objects.filter(result="waiting").exists() and not names_of(late):
                LeadTag.objects.create(workspace=workspace, lead=late, tag=vip)
            return False

    work(Writes())

    job.refresh_from_db()
    assert (names_of(first), names_of(late)) == (["Hot"], ["Hot"])
    assert (job.output, job.total) == ({"changed": 2}, 2)


def test_the_old_name_and_id_mean_the_new_tag(desk):
    workspace, owner, vip, hot = desk
    enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    work()
    lead = make_lead(workspace)

    assert change_tags(workspace, lead, names=("vip",)) == ["Hot"]
    assert change_tags(workspace, lead, names=("VIP", "Hot", "Web")) == ["Hot", "Web"]
    assert change_tags(workspace, lead, names=("Vip",), replace=True) == ["Hot"]
    assert change_tags(workspace, lead, remove=("vip",)) == []
    assert change_tags(workspace, lead, ids=(vip.pk,)) == ["Hot"]
    assert change_tags(workspace, lead, remove=(vip.pk,)) == []
    assert not Tag.objects.filter(workspace=workspace).exclude(name__in=["VIP", "Hot", "Web"]).exists()


def test_a_lead_that_the_job_has_not_reached_yet_takes_both_names_for_one(desk):
    workspace, owner, vip, hot = desk
    removed, replaced, named = (tagged(workspace, "vip") for _number in range(3))
    enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)

    assert change_tags(workspace, removed, remove=("hot",)) == []
    assert change_tags(workspace, replaced, names=("vip",), replace=True) == ["Hot"]
    assert "Hot" in change_tags(workspace, named, names=("vip",))
    work()

    assert [names_of(lead) for lead in (removed, replaced, named)] == [[], ["Hot"], ["Hot"]]


def test_what_was_merged_before_goes_along(desk):
    workspace, owner, vip, hot = desk
    best = save_tag(workspace, SYSTEM, {"name": "Best"})
    lead = tagged(workspace, "vip")
    enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    enqueue_tag_merge(workspace, owner, hot.pk, best.pk)
    vip.refresh_from_db()

    assert vip.merged_into == best
    work()
    assert names_of(lead) == ["Best"]
    assert change_tags(workspace, make_lead(workspace), names=("vip",)) == ["Best"]


def test_taking_it_back_makes_two_tags_of_them_again(desk):
    workspace, owner, vip, hot = desk
    one, both, later = tagged(workspace, "vip"), tagged(workspace, "vip", "hot"), make_lead(workspace)
    job = enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    work()
    change_tags(workspace, later, names=("vip",))
    job.refresh_from_db()

    with pytest.raises(Forbidden):
        enqueue_undo(workspace, make_user_actor(make_member(workspace)), job)
    enqueue_undo(workspace, owner, job)
    work()

    vip.refresh_from_db()
    assert (vip.archived_at, vip.merged_into) == (None, None)
    assert [names_of(lead) for lead in (one, both, later)] == [["VIP"], ["Hot", "VIP"], ["Hot"]]
    assert change_tags(workspace, later, names=("vip",)) == ["Hot", "VIP"]
    with pytest.raises(Refused):
        enqueue_undo(workspace, owner, job)


def test_a_tag_that_is_brought_back_meanwhile_keeps_the_leads_that_are_left(desk, monkeypatch):
    workspace, owner, vip, hot = desk
    monkeypatch.setattr("leads.outbox.bulk._EVERY", 0)
    leads = [tagged(workspace, "vip") for _number in range(3)]
    job = enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    work(StopsAfter(1))
    save_tag(workspace, owner, {"archived_at": None}, vip.pk)
    work()

    job.refresh_from_db()
    assert job.output == {"changed": 1, "unchanged": 2}
    assert sorted(sum(map(names_of, leads), [])) == ["Hot", "VIP", "VIP"]


def test_only_a_tag_of_the_workspace_that_is_in_use_takes_another_one_in(desk):
    workspace, owner, vip, hot = desk
    theirs = save_tag(make_workspace(), SYSTEM, {"name": "Hot"})
    for into in (None, vip.pk):
        with pytest.raises(Invalid):
            enqueue_tag_merge(workspace, owner, vip.pk, into)
    with pytest.raises(NotFound):
        enqueue_tag_merge(workspace, owner, vip.pk, theirs.pk)
    with pytest.raises(NotFound):
        enqueue_tag_merge(workspace, owner, theirs.pk, hot.pk)
    enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    with pytest.raises(Invalid):
        enqueue_tag_merge(workspace, owner, hot.pk, vip.pk)
    assert Job.objects.count() == 1
    cancel(Job.objects.get())


def test_integrations_that_know_the_old_tag_get_the_new_one(client, desk):
    workspace, owner, vip, hot = desk
    lead = make_lead(workspace)
    enqueue_tag_merge(workspace, owner, vip.pk, hot.pk)
    work()
    keys = {"hub": make_key(workspace, "hub")[1], "leadping": make_key(workspace, "leadping")[1]}

    def send(method, address, body=None, dialect="hub"):
        header = {"Authorization": f"Bearer {keys[dialect]}"}
        answer = client.generic(method, address, body or "", content_type="application/json", headers=header)
        assert answer.status_code < 300, answer.content
        return answer.json()

    changed = send("PATCH", f"/api/hub/leads/{lead.pk}", '{"tags": {"add": ["vip"]}}')
    assert changed["tags"] == ["Hot"]
    assert [row["id"] for row in send("GET", "/api/hub/leads?tag=vip")["data"]] == [str(lead.pk)]
    told = send("GET", "/api/hub/tags/vip")
    assert (told["archived"], told["merged_into"]) == (True, str(hot.pk))
    made = send("POST", "/tags", '{"name": "Vip"}', dialect="leadping")
    assert (made["id"], made["name"], made["isArchived"]) == (str(hot.pk), "Hot", False)
    tags = send("PUT", f"/leads/{lead.pk}/tags", '{"tagNames": ["VIP"]}', dialect="leadping")
    assert "Hot" in str(tags)
    assert names_of(lead) == ["Hot"]
