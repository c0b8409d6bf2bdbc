"""Erasing and handing out a person's data: nothing is left, nothing is missed, nobody comes back."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.core.files.storage import default_storage

from leadhub.workspaces.models import WorkspaceEntry
from leads.change import ByEmail, ById, ConsentWish, LeadChange
from leads.changes import apply_change, merge_leads, undo_merge
from leads.changes.erase import discard_files, erase_lead
from leads.changes.suppression import suppressed
from leads.errors import Invalid, NotFound, Refused
from leads.models import (
    Entry,
    Event,
    ImportBatch,
    ImportRow,
    Job,
    Lead,
    SavedView,
    Suppression,
    WebhookDelivery,
)
from leads.outbox import erasing  # noqa: F401 (its job)
from leads.outbox.jobs import JobQueue
from leads.queries.jobs import EXPORT
from leads.queries.person import AT_DOORS, TABLES
from leads.queries.person_export import export_lead, write_archive
from tests.changes.marked import (
    NOBODYS,
    SEARCHED,
    Marks,
    dump_everything,
    keep_lists,
    make_marked_lead,
    mention_everywhere,
    models_about_leads,
    refuse_request,
)
from tests.commands.run import output_of, refusal_of
from tests.make import SYSTEM, make_lead, make_member, make_workspace
from tests.outbox.make import Idle, make_endpoint

EMAIL = "zoe.marked@x.org"


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "stored"


@pytest.fixture
def workspace(db):
    return make_workspace()


def erase(workspace, lead, reason="A request of 3 March."):
    return erase_lead(workspace, SYSTEM, ById(lead.pk), reason)


# Nothing is left


def test_every_table_is_accounted_for():
    """A new one is about a lead, or searched for who is named in it, or holds nobody: say which."""
    about = {table.model for table in (*TABLES, *AT_DOORS)}
    assert set(apps.get_models()) == about | set(SEARCHED) | NOBODYS
    assert set(models_about_leads()) <= about


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_person_is_left_in_any_table_or_file():
    workspace, marks = make_workspace(), Marks("Zq7x")
    lead = make_marked_lead(workspace, marks)
    refuse_request(workspace, marks, EMAIL)
    mention_everywhere(workspace, marks, EMAIL)
    keep_lists(workspace, marks)
    assert not marks.missing_in(dump_everything())

    erased = erase(workspace, lead)

    left = dump_everything()
    assert not marks.left_in(left)
    assert EMAIL not in left
    assert "2319992" not in left
    assert "Markedly" not in left
    assert erased.leads == [lead.pk]
    assert erased.files == 4


@pytest.mark.django_db(transaction=True)
def test_those_that_were_merged_in_go_along_at_any_depth():
    workspace, marks = make_workspace(), Marks("Zq7x")
    first = make_marked_lead(workspace, marks, "first@x.org", "6782310001")
    second = make_marked_lead(workspace, marks, "second@x.org", "6782310002")
    third = make_lead(workspace, email="third@x.org")
    merge_leads(workspace, SYSTEM, second.pk, first.pk)
    merge_leads(workspace, SYSTEM, third.pk, second.pk)

    erased = erase(workspace, third)

    assert set(erased.leads) == {first.pk, second.pk, third.pk}
    assert not marks.left_in(dump_everything())
    assert not Lead.objects.filter(pk__in=erased.leads).exists()


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_was_undone_leaves_nothing_with_the_other_lead():
    workspace, marks = make_workspace(), Marks("Zq7x")
    lead = make_marked_lead(workspace, marks)
    other = make_lead(workspace, first_name="Ben", email="ben@x.org")
    merge_leads(workspace, SYSTEM, other.pk, lead.pk)
    undo_merge(workspace, SYSTEM, lead.pk)

    erase(workspace, lead)

    left = dump_everything()
    assert not marks.left_in(left)
    assert "Markedly" not in left
    story = Entry.objects.filter(lead=other)
    assert [entry.kind for entry in story.order_by("version")] == ["created", "merged", "merge_undone"]
    assert story.get(kind="created").changes["first_name"] == [None, "Ben"]


def test_others_are_left_alone(workspace):
    lead, elsewhere = make_lead(workspace, email=EMAIL), make_lead(make_workspace(), email=EMAIL)
    other = make_lead(workspace, email=EMAIL, first_name="Zoe")
    before = [Entry.objects.filter(lead=one).count() for one in (elsewhere, other)]
    erased = erase(workspace, lead)
    assert erased.others == [other.pk]
    assert [Entry.objects.filter(lead=one).count() for one in (elsewhere, other)] == before
    assert Lead.objects.count() == 2


def test_a_deleted_lead_can_be_erased_and_one_that_was_merged_away_cannot(workspace):
    lead, winner = make_lead(workspace), make_lead(workspace)
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(delete=True))
    erase(workspace, lead)
    loser = make_lead(workspace)
    merge_leads(workspace, SYSTEM, winner.pk, loser.pk)
    with pytest.raises(Refused) as refusal:
        erase(workspace, loser)
    assert refusal.value.reason == "merged_away"
    assert str(winner.pk) in refusal.value.message
    with pytest.raises(NotFound):
        erase(workspace, lead)
    with pytest.raises(NotFound):
        erase(make_workspace(), winner)


def test_a_lead_is_found_by_its_address(workspace):
    make_lead(workspace, email=EMAIL)
    erase_lead(workspace, SYSTEM, ByEmail(EMAIL.upper()), "A request.")
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    "reason", ["", "Zoe Markedly asked for it.", "Mail from ZOE.marked@x.org", "6782319992"]
)
def test_the_reason_stays_so_it_names_nobody(workspace, reason):
    lead = make_lead(workspace, first_name="Zoe", last_name="Markedly", email=EMAIL, phone="6782319992")
    with pytest.raises(Invalid):
        erase(workspace, lead, reason)
    assert Lead.objects.exists()


def test_the_audit_and_the_outside_hear_of_it_by_id_alone(workspace):
    endpoint = make_endpoint(workspace, events=["lead.deleted"])
    lead = make_lead(workspace, first_name="Zoe", email=EMAIL)
    erase(workspace, lead)
    entry = WorkspaceEntry.objects.get(kind="lead_erased")
    assert entry.summary == "Lead erased: A request of 3 March."
    assert entry.changes["lead"] == [None, str(lead.pk), "added"]
    event = Event.objects.get(lead_id=lead.pk)
    assert (event.kind, event.payload["erased"]) == ("lead.deleted", True)
    assert WebhookDelivery.objects.get().endpoint_id == endpoint.pk


# Nobody comes back


def test_what_stays_are_hashes_that_an_import_can_ask_for(workspace, settings):
    lead = make_lead(workspace, email=EMAIL, phone="6782319992", external_id="crm-1")
    erase(workspace, lead)
    settings.DATA_KEYS = {"v2": b"2" * 32, **settings.DATA_KEYS}
    keys = [("email", EMAIL), ("phone", "+16782319992"), ("external_id", "crm-1"), ("email", "b@x.org")]
    assert set(suppressed(workspace, keys)) == set(keys[:3])
    assert not suppressed(make_workspace(), keys)
    rows = Suppression.objects.values_list("key_hash", "reason")
    assert {reason for _hash, reason in rows} == {"erased"}
    assert not any(text in key_hash for key_hash, _reason in rows for text in ("6782319992", "zoe", "crm"))


def test_who_comes_back_by_own_will_is_there_again_but_what_was_opted_out_stays_so(workspace):
    lead = make_lead(workspace, email=EMAIL, phone="6782319992")
    out = LeadChange(consent=(ConsentWish("sms", opted_in=False),))
    apply_change(workspace, SYSTEM, ById(lead.pk), out)
    erase(workspace, lead)
    back = make_lead(workspace, phone="678-231-9992")
    assert back.sms_opted_out_at is not None
    assert back.email_opted_out_at is None


# What names the person elsewhere


def test_every_kept_list_goes_because_nobody_can_look_into_it(workspace, django_capture_on_commit_callbacks):
    lead = make_lead(workspace, email=EMAIL)
    batches = [make_import(workspace, state) for state in ("ready", "running", "failed")]
    twin = ImportBatch.objects.create(
        workspace=workspace, state="finished", storage_key=batches[0].storage_key
    )
    elsewhere = make_import(make_workspace(), "ready")
    writing = Job.objects.create(workspace=workspace, kind=EXPORT, state="due")
    export = Job.objects.create(
        workspace=workspace, kind=EXPORT, state="done", output={"leads": 1, "file": stored()}
    )
    files = [batch.storage_key for batch in batches] + [export.output["file"]]
    ImportRow.objects.create(workspace=workspace, batch=twin, line=3, columns={"Mail": EMAIL.upper()})
    kept = ImportRow.objects.create(workspace=workspace, batch=twin, line=4, columns={"Mail": "ben@x.org"})
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase(workspace, lead)
    assert erased.running_imports == [batches[1].pk]
    assert erased.files == 4
    assert not any(default_storage.exists(key) for key in files)
    assert default_storage.exists(elsewhere.storage_key)
    assert set(ImportBatch.objects.filter(workspace=workspace).values_list("storage_key", flat=True)) == {""}
    assert list(ImportRow.objects.all()) == [kept]
    export.refresh_from_db()
    writing.refresh_from_db()
    assert (export.output, writing.cancelled_at is not None) == ({"leads": 1}, True)


def make_import(workspace, state):
    return ImportBatch.objects.create(workspace=workspace, name="x.csv", state=state, storage_key=stored())


def stored():
    return default_storage.save("kept", io.BytesIO(EMAIL.encode()))


def test_jobs_and_saved_views_that_name_the_person_go(workspace):
    lead, user = make_lead(workspace, email=EMAIL), make_member(workspace)
    done = Job.objects.create(workspace=workspace, kind="x", state="done", output={"row": EMAIL})
    due = Job.objects.create(workspace=workspace, kind="x", state="due", input={"a": [EMAIL], "b": 1})
    SavedView.objects.create(workspace=workspace, user=user, name="Mine", query=f"q={EMAIL}")
    kept = SavedView.objects.create(workspace=workspace, user=user, name="Others", query="q=ben@x.org")
    erase(workspace, lead)
    assert not Job.objects.filter(pk=done.pk).exists()
    assert Job.objects.get(pk=due.pk).input == {"a": ["[erased]"], "b": 1}
    assert list(SavedView.objects.all()) == [kept]


@pytest.mark.django_db(transaction=True)
def test_files_that_a_crash_left_are_seen_to_by_a_worker(monkeypatch):
    workspace, marks = make_workspace(), Marks("Zq7x")
    lead = make_marked_lead(workspace, marks)
    with monkeypatch.context() as broken:
        broken.setattr("leads.changes.erase.discard_files", lambda job: None)
        erase(workspace, lead)
    assert "a stored file" in marks.left_in(dump_everything()).values()
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())
    assert not marks.left_in(dump_everything())
    job = Job.objects.get(kind="discard_files")
    assert (job.state, job.input) == ("done", {})
    assert discard_files(job) == 0


# Handing out


@pytest.mark.django_db(transaction=True)
def test_an_export_misses_nothing():
    workspace, marks = make_workspace(), Marks("Zq7x")
    first = make_marked_lead(workspace, marks, "first@x.org", "6782310001")
    second = make_marked_lead(workspace, marks)
    merge_leads(workspace, SYSTEM, second.pk, first.pk)
    batch = ImportBatch.objects.create(workspace=workspace, name="x.csv")
    ImportRow.objects.create(
        workspace=workspace, batch=batch, line=3, columns={"Mail": EMAIL, "x": marks.new("a refused row")}
    )

    kept = marks.left_in(dump_everything())

    export = export_lead(workspace, ById(first.pk))

    assert export.lead.pk == second.pk
    file = io.BytesIO()
    assert write_archive(export, file) == []
    with zipfile.ZipFile(file) as archive:
        texts = [archive.read(name).decode("latin-1") for name in archive.namelist() if name != "data.json"]
        data = json.loads(archive.read("data.json"))
    assert len(texts) == 2
    told = "\n".join([json.dumps(data, ensure_ascii=False), *texts])
    assert not kept.keys() & marks.missing_in(told).keys()
    assert len(kept) > 600
    assert data["merged_leads"] == [str(first.pk)]
    assert {row["tag"] for row in data["tags"]} == {"VIP"}


def test_an_export_has_nothing_of_others(workspace):
    lead = make_lead(workspace, email=EMAIL, first_name="Zoe")
    make_lead(workspace, email="ben@x.org", first_name="Benedict")
    data = json.dumps(export_lead(workspace, ById(lead.pk)).data)
    assert "Zoe" in data
    assert "Benedict" not in data
    with pytest.raises(NotFound):
        export_lead(make_workspace(), ById(lead.pk))


# Commands


def test_the_command_asks_and_does_nothing_without_a_yes(workspace, monkeypatch):
    lead = make_lead(workspace, email=EMAIL, first_name="Zoe")
    words = ["erase_lead", workspace.slug, EMAIL, "--reason", "A request."]
    for answer in ("no", ""):
        monkeypatch.setattr("builtins.input", lambda _prompt, answer=answer: answer)
        assert refusal_of(*words) == (
            1,
            ["Nothing was erased; type erase when asked, or say --yes. (not_confirmed)"],
        )
    assert Lead.objects.filter(pk=lead.pk).exists()
    monkeypatch.setattr("builtins.input", lambda _prompt: "erase")
    assert "Erased leads: 1," in output_of(*words)
    assert not Lead.objects.exists()


def test_the_command_can_be_told_not_to_ask(workspace):
    lead, other = make_lead(workspace, email=EMAIL), make_lead(workspace, email=EMAIL)
    said = output_of("erase_lead", workspace.slug, str(lead.pk), "--reason", "A request.", "--yes")
    assert other.pk.hex in said
    assert refusal_of("erase_lead", workspace.slug, str(lead.pk), "--reason", "x", "--yes")[0] == 1


def test_the_export_command_writes_an_archive_once(workspace, tmp_path):
    lead, path = make_lead(workspace, email=EMAIL), tmp_path / "out.zip"
    words = ["export_lead", workspace.slug, EMAIL, "--output", str(path)]
    assert "0 documents" in output_of(*words)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("data.json"))["lead"] == str(lead.pk)
    assert refusal_of(*words)[0] == 2
    assert WorkspaceEntry.objects.get(kind="lead_exported").changes["lead"][1] == str(lead.pk)
