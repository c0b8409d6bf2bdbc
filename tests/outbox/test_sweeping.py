"""What is swept: leftovers of a day ago that nothing knows of; never a file in use, never a copy's."""

from __future__ import annotations

import os
import time

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from leads.change import ById
from leads.changes.document_removal import remove_document
from leads.changes.documents import Upload, add_documents, keep_files
from leads.models import Document, ImportBatch, Job
from leads.outbox import sweeping
from leads.outbox.gate import forget
from leads.outbox.sweeping import sweep_files, sweep_uploads
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1"
A_DAY_AGO = 24 * 3600 + 60


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    forget()


def age(path, seconds=A_DAY_AGO):
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def kept(workspace):
    return keep_files(workspace, [Upload(ContentFile(PDF), "a.pdf", len(PDF), "d")])[0].storage_key


def test_a_stored_file_without_a_row_goes_after_a_day():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    upload = keep_files(workspace, [Upload(ContentFile(PDF), "a.pdf", len(PDF), "d")])
    document = add_documents(workspace, SYSTEM, ById(lead.pk), upload).documents[0].storage_key
    lost, fresh = kept(workspace), kept(workspace)
    other = default_storage.save("exports/leads.csv", ContentFile(b"a"))
    for key in (document, lost, other):
        age(default_storage.path(key))

    assert sweep_files() == 1
    assert [default_storage.exists(key) for key in (document, lost, fresh, other)] == [
        True,
        False,
        True,
        True,
    ]
    age(default_storage.path(fresh))
    assert (sweep_files(), sweep_files()) == (1, 0)
    remove_document(workspace, SYSTEM, ById(lead.pk), Document.objects.get().pk)
    assert (sweep_files(), default_storage.exists(document)) == (1, False)


def test_uploads_of_imports_and_files_of_exports_go_when_nothing_knows_them():
    workspace = make_workspace()
    job = Job.objects.create(workspace=workspace, kind="lead_export", state="done")
    place = f"exports/{workspace.pk}/{job.pk}"
    keys = [
        default_storage.save(key, ContentFile(b"a"))
        for key in (
            f"imports/{workspace.pk.hex}/{'a' * 32}",
            f"imports/{workspace.pk.hex}/{'b' * 32}",
            f"{place}.1.csv",
            f"{place}.2.csv",
        )
    ]
    ImportBatch.objects.create(workspace=workspace, storage_key=keys[0])
    Job.objects.filter(pk=job.pk).update(output={"file": keys[3]})
    assert sweep_files() == 0
    for key in keys:
        age(default_storage.path(key))
    assert sweep_files() == 2
    assert [default_storage.exists(key) for key in keys] == [True, False, False, True]


def test_whatever_stores_files_is_known_here_and_to_erasure():
    """Tell `sweeping.KINDS` and `changes.erase` of another kind of files, then name it here."""
    code = [path for path in (settings.BASE_DIR / "leads").rglob("*.py") if "/migrations/" not in str(path)]
    saving = {path.name for path in code if "default_storage.save(" in path.read_text()}
    assert saving == {"documents.py", "starting.py", "exporting.py"}
    assert len(sweeping.KINDS) == len(saving)


def test_a_copy_of_the_database_sweeps_nothing_of_the_original(monkeypatch):
    lost = kept(make_workspace())
    age(default_storage.path(lost))
    monkeypatch.setattr(sweeping, "is_copy", lambda: True)
    assert (sweep_files(), default_storage.exists(lost)) == (0, True)


def test_an_empty_storage_is_no_trouble():
    assert (sweep_files(), sweep_uploads()) == (0, 0)


def test_temporary_files_go_after_a_day_and_not_while_they_are_written(settings):
    folder = settings.FILE_UPLOAD_TEMP_DIR
    old, new, room, import_of = (folder / name for name in ("tmp1.upload", "tmp2.upload", "room", "tmpab"))
    for path in (room, import_of):
        path.mkdir()
    for path in (old, new, import_of / "file"):
        path.write_bytes(b"x")
    for path in (old, room, import_of / "file"):
        age(path)
    assert sweep_uploads() == 2
    assert (old.exists(), new.exists(), room.exists()) == (False, True, True)
    assert (import_of.exists(), (import_of / "file").exists()) == (True, False)
    age(import_of)
    assert (sweep_uploads(), import_of.exists()) == (0, False)
    with new.open("ab") as writing:
        age(new)
        writing.write(b"more")
    assert (sweep_uploads(), new.exists()) == (0, True)
