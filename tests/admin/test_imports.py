"""Imports as a manager does them, without a script on the page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from checklists.models import Group, Item
from leadhub.workspaces.clock import now
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.changes.erase import erase_lead
from leads.models import Answer, ImportBatch, ImportMapping, Job, Lead
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)
LIST = b"Full name,E-Mail,Hobby\nAna Ruiz,ana@x.example,chess\nBo Li,nonsense,go\n"


def work():
    call_command("worker", once=True, queues="jobs")


def upload(client, content=LIST, name="fair.csv", source="Fair"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("admin:import_upload"), {"file": file, "source": source})


def step(client, batch, name, **form):
    return client.post(reverse("admin:import_step", args=[batch, name]), form)


def test_a_file_is_mapped_rehearsed_imported_and_taken_back(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    page = client.get(upload(client).url)
    batch = ImportBatch.objects.get()
    text = page.content.decode()
    assert 'value="metadata.hobby" selected' in text and "ana@x.example" in text
    form = {
        "to-0": "name",
        "to-1": "email",
        "to-2": "note",
        "on_match": "skip",
        "source": "Fair",
        "tags": "VIP",
    }

    rehearsed = step(client, batch.pk, "rehearse", **form)
    work()
    shown = client.get(rehearsed.url).content.decode()
    assert "Rehearsal" in shown and "nonsense" in shown and not Lead.objects.exists()

    rehearsal = ImportBatch.objects.exclude(pk=batch.pk).get()
    assert step(client, rehearsal.pk, "start").url == reverse("admin:import", args=[batch.pk])
    assert "already" in step(client, batch.pk, "start", **form).content.decode()
    work()
    lead = Lead.objects.get()
    assert (lead.last_name, lead.note, lead.source) == ("Ruiz", "chess", "Fair")
    assert lead.lead_tags.get().tag.name == "VIP"
    refused = client.get(reverse("admin:import_refused", args=[batch.pk])).getvalue().decode("utf-8-sig")
    assert "Bo Li,nonsense,go,3,email,invalid_email" in refused
    assert ImportMapping.objects.get().source == "Fair"
    assert "fair.csv" in client.get(reverse("admin:imports")).content.decode()

    step(client, batch.pk, "rehearse-undo")
    work()
    told = client.get(reverse("admin:import", args=[batch.pk])).content.decode()
    assert "Leads it would delete: 1," in told
    step(client, batch.pk, "undo")
    work()
    batch.refresh_from_db()
    assert batch.state == "undone" and Lead.objects.get().deleted_at is not None


def test_taking_back_is_asked_and_told_by_the_numbers_and_names_that_it_comes_to(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    upload(client, b"Full name,E-Mail\nAna Ruiz,ana@x.example\nBo Li,bo@x.example\n")
    batch = ImportBatch.objects.get()
    step(client, batch.pk, "start", **{"to-0": "name", "to-1": "email", "on_match": "skip"})
    work()
    page = reverse("admin:import", args=[batch.pk])
    left = f"{reverse('admin:leads')}?import_batch={batch.pk}"
    asked = client.get(page).content.decode()
    assert "New leads that it brought: 2, leads that it changed: 0." in asked and left in asked
    assert "Import: fair.csv" in " ".join(
        "".join(part.split(">")[-1] for part in client.get(left).content.decode().split("<")).split()
    )
    bo = Lead.objects.get(first_name="Bo")
    apply_change(workspace, SYSTEM, ById(bo.pk), LeadChange(fields={"last_name": "Lee"}))

    step(client, batch.pk, "rehearse-undo")
    work()
    asked = client.get(page).content.decode()
    counts = "Leads to delete: 1, to put back as they were: 0, to leave alone: 1."
    assert f'data-confirm="Take it back? {counts}"' in asked
    assert ">Bo Lee</a> it was changed since" in asked and f">{bo.pk}<" not in asked
    step(client, batch.pk, "undo")
    work()
    told = client.get(page).content.decode()
    assert "Taken back on" in told and "Show the leads that stayed" in told
    assert "<s>2</s>" in client.get(reverse("admin:imports")).content.decode()
    apply_change(workspace, SYSTEM, ById(bo.pk), LeadChange(delete=True))
    assert left not in client.get(page).content.decode()


def test_the_list_of_what_stays_says_where_it_ends(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    upload(client, b"Name\n" + b"".join(b"Ana %d\n" % n for n in range(103)))
    batch = ImportBatch.objects.get()
    step(client, batch.pk, "start", **{"to-0": "name", "on_match": "skip"})
    work()
    for lead in Lead.objects.all():
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(note="rang"))
    step(client, batch.pk, "rehearse-undo")
    work()
    text = client.get(reverse("admin:import", args=[batch.pk])).content.decode()
    assert text.count("it was changed since") == 100 and "and 3 more" in text


def test_a_refused_row_is_told_by_the_names_of_its_fields_and_columns(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client, b"Zip,Came in,Email\n10115,never,ana@x.example\n1,2,3,4\n1,2\n1,2,3,4\n")
    batch = ImportBatch.objects.get()
    form = {"to-0": "address.postal_code", "to-1": "captured_at", "to-2": "email", "on_match": "skip"}
    step(client, batch.pk, "start", **form)
    work()
    text = client.get(reverse("admin:import", args=[batch.pk])).content.decode()
    shown = " ".join("".join(part.split(">")[-1] for part in text.split("<")).split())
    assert "Zip: 10115 Came in: never Email: ana@x.example" in shown and "captured_at" not in shown
    assert "Captured at: " in shown and "Beyond the last column: 4" in shown
    assert "2 × This row has 4 cells" in shown and "1 × This row has 2 cells" in shown


def test_a_rehearsal_notices_phones_that_are_no_numbers(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client, b"Full name,Phone\nAna Ruiz,4155552671\nBo Li,12\n")
    form = {"to-0": "name", "to-1": "phone", "on_match": "skip"}
    rehearsed = step(client, ImportBatch.objects.get().pk, "rehearse", **form)
    work()
    assert "1 phone is no number that can be called" in client.get(rehearsed.url).content.decode()


def test_a_refused_row_is_shown_whatever_its_columns_are_called(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client, b"Email,items\nnonsense,three lamps\n")
    batch = ImportBatch.objects.get()
    rehearsed = step(client, batch.pk, "rehearse", **{"to-0": "email", "to-1": "ignore"})
    work()
    assert "three lamps" in client.get(rehearsed.url).content.decode()


def test_what_cannot_be_read_is_said_at_the_file(client):
    client.force_login(make_member(make_workspace(), "manager"))
    answer = upload(client, b"%PDF-1.7 ...")
    assert answer.status_code == 422 and "no table" in answer.content.decode()
    assert upload(client, b"").status_code == 422
    batch = upload(client).url
    answer = client.post(batch + "rehearse/", {"on_match": "perhaps", "region": "XX"})
    assert answer.status_code == 422 and not ImportBatch.objects.filter(options__dry_run=True).exists()
    assert client.post(batch + "discard/").url == reverse("admin:imports")
    assert not ImportBatch.objects.exists()


def test_imports_are_a_managers_and_their_workspaces(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    upload(client)
    batch = ImportBatch.objects.get()
    pages = [
        reverse(f"admin:{name}", args=[batch.pk]) for name in ("import", "import_progress", "import_refused")
    ]
    client.force_login(make_member(make_workspace(), "owner"))
    assert [client.get(page).status_code for page in pages] == [404] * 3
    assert step(client, batch.pk, "start", on_match="skip").status_code == 404
    client.force_login(make_member(workspace, "agent"))
    assert [client.get(page).status_code for page in (*pages, reverse("admin:imports"))] == [403] * 4
    assert step(client, batch.pk, "start", on_match="skip").status_code == 403


def test_an_import_that_was_given_up_goes_on_by_a_button(client):
    client.force_login(make_member(make_workspace(), "manager"))
    page = upload(client).url
    batch = ImportBatch.objects.get()
    step(client, batch.pk, "start", **{"to-0": "name", "to-1": "email", "on_match": "skip"})
    Job.objects.update(state="dead", due_at=None, finished_at=now(), last_error="No worker lived.")
    assert "No worker lived." in client.get(page).content.decode()
    step(client, batch.pk, "go-on")
    work()
    assert (ImportBatch.objects.get().state, Lead.objects.count()) == ("finished", 1)


def test_an_upload_that_an_erasure_took_along_is_to_be_brought_again(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    page = upload(client).url
    erase_lead(workspace, SYSTEM, ById(make_lead(workspace).pk), "A request.")
    words = "The file of this import is kept no more; bring it again."
    assert words in client.get(page).content.decode()
    step(client, ImportBatch.objects.get().pk, "start", **{"to-0": "name"})
    work()
    assert words in client.get(page).content.decode()


def select_of(client, batch, column):
    """What is chosen of how a column is written; None where nothing is asked."""
    page = client.get(reverse("admin:import", args=[batch.pk])).content.decode()
    _before, label, rest = page.partition(f"How “{column}” is written</label>")
    offered = rest.partition("</select>")[0]
    return offered.partition(" selected>")[2].partition("<")[0] if label else None


def notes_of(batch):
    batch.refresh_from_db()
    return "\n".join(batch.options["about"]["notes"])


def test_the_dates_and_numbers_of_a_checklist_are_read_as_they_are_written(client):
    workspace = make_answerable()
    group = Group.objects.get()
    for code, kind in (("founded", "DATE"), ("revenue", "NUMBER")):
        Item.objects.create(workspace=workspace, group=group, code=code, label=code.title(), field_type=kind)
    client.force_login(make_member(workspace, "manager"))
    upload(client, b"Name;Founded;Revenue\nAna;03/04/1999;1.250,50\nBo;05/06/2001;2.000,00\n")
    batch = ImportBatch.objects.get()
    assert select_of(client, batch, "Founded") == "MM/DD/YYYY"
    assert select_of(client, batch, "Revenue") == "1.234,56"
    assert "“Founded”: no date tells day and month apart; it is read as MM/DD" in notes_of(batch)
    form = {"to-0": "name", "to-1": "answers.founded", "to-2": "answers.revenue", "on_match": "skip"}
    step(client, batch.pk, "start", **form, **{"date-1": "DD/MM/YYYY", "number-2": "1.234,56"})
    work()
    answers = dict(Answer.objects.filter(lead__last_name="Ana").values_list("item__code", "value"))
    answers |= dict(Answer.objects.filter(lead__first_name="Ana").values_list("item__code", "value"))
    assert answers == {"founded": "1999-04-03", "revenue": 1250.5}


def test_what_a_column_becomes_by_hand_is_read_as_it_is_written(client):
    client.force_login(make_member(make_workspace(region="DE"), "manager"))
    upload(client, b"Full name,Seen,Hobby\nAna,17.05.2024,chess\nBo,18.05.2024,go\n")
    batch = ImportBatch.objects.get()
    assert select_of(client, batch, "Seen") is None and "Seen, Hobby" in notes_of(batch)
    form = {"to-0": "name", "to-1": "captured_at", "to-2": "metadata.hobby", "on_match": "skip"}
    asked = client.post(reverse("admin:import_written", args=[batch.pk]), {**form, "at": "1"})
    assert "<option selected>DD.MM.YYYY" in asked.content.decode() and "Seen" in notes_of(batch)

    # Somebody whose browser has asked nothing yet sends no way of writing it.
    step(client, batch.pk, "rehearse", **form)
    assert select_of(client, batch, "Seen") == "DD.MM.YYYY"
    assert notes_of(batch) == "Kept as metadata, because no field has such a name: Hobby."
    step(client, batch.pk, "rehearse", **{**form, "to-2": "note"}, **{"date-1": ""})
    assert select_of(client, batch, "Seen") == "" and notes_of(batch) == ""
    step(client, batch.pk, "start", **{**form, "to-1": "profile.birth_date"})
    work()
    assert {str(lead.profile.birth_date) for lead in Lead.objects.all()} == {"2024-05-17", "2024-05-18"}


def test_a_rehearsal_tells_which_way_doubtful_dates_are_read(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client, b"Full name,Seen\nAna,03/04/2024\n")
    batch = ImportBatch.objects.get()
    rehearsed = step(
        client, batch.pk, "rehearse", **{"to-0": "name", "to-1": "captured_at", "on_match": "skip"}
    )
    work()
    assert "it is read as MM/DD. Check that." in client.get(rehearsed.url).content.decode()


def test_what_was_filled_in_stays_where_a_part_of_it_is_refused(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client)
    batch = ImportBatch.objects.get()
    form = {
        "to-0": "name",
        "to-1": "",
        "to-2": "note",
        "on_match": "overwrite",
        "tags": "VIP",
        "region": "XX",
    }
    answer = step(client, batch.pk, "rehearse", **form)
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="XX"' in text and 'value="VIP"' in text
    assert 'value="overwrite" selected' in text and 'value="note" selected' in text
    batch.refresh_from_db()
    assert batch.mapping["columns"] == {"Full name": "name", "E-Mail": "ignore", "Hobby": "note"}


@pytest.mark.parametrize(("role", "refused"), [("owner", 0), ("manager", 1)])
def test_an_override_is_imported_for_an_owner_alone(client, role, refused):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "owner"))
    upload(client, b"last_name,override.enabled,override.reason\nRuiz,no,quarrel\n")
    batch = ImportBatch.objects.get()
    form = {
        "to-0": "last_name",
        "to-1": "override.enabled",
        "to-2": "override.reason",
        "on_match": "overwrite",
    }
    rehearsed = step(client, batch.pk, "rehearse", **form).url
    client.force_login(make_member(workspace, role))
    client.post(f"{rehearsed}start/")
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.refused, batch.created) == ("finished", refused, 1 - refused)
    step(client, batch.pk, "undo")
    work()
    assert not Lead.objects.filter(deleted_at=None).exists()


def test_terms_that_would_refuse_every_row_are_refused_at_once(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client)
    batch = ImportBatch.objects.get()
    answer = step(client, batch.pk, "start", **{"to-0": "name", "on_match": "skip", "tags": "x" * 300})
    assert answer.status_code == 422 and not Job.objects.exists()
    assert 'value="name" selected' in answer.content.decode()


def test_refused_rows_come_back_as_their_import_was_read(client):
    client.force_login(make_member(make_workspace(), "manager"))
    upload(client, b"Who,Mail\nRuiz Ana,no\n", source="")
    first = ImportBatch.objects.get()
    form = {"to-0": "name", "to-1": "email", "order-0": "last first", "on_match": "skip"}
    step(client, first.pk, "start", **form)
    work()
    refused = client.get(reverse("admin:import_refused", args=[first.pk])).getvalue()
    page = client.get(upload(client, refused.replace(b",no,", b",ana@x.example,"), "refused.csv", "").url)
    again = ImportBatch.objects.exclude(pk=first.pk).get()
    assert "Read like fair.csv" in page.content.decode()
    assert select_of(client, again, "Who") == "last first"


def test_what_an_exported_list_alone_has_is_not_lost_on_the_page(client):
    """No list of choices offers them, and the first choice is to leave a column out."""
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    upload(client, b"last_name,archived,archive.reason,archive.note\nRuiz,yes,3,moved away\n")
    text = client.get(reverse("admin:import", args=[ImportBatch.objects.get().pk])).content.decode()
    for path in ("archived", "archive.reason", "archive.note"):
        assert f'<option value="{path}" selected' in text


def test_the_page_of_a_wide_list_stays_light(client):
    client.force_login(make_member(make_workspace(), "manager"))
    names = ",".join(f"Column {n}" for n in range(60))
    page = client.get(upload(client, f"{names}\n{names}\n".encode()).url)
    assert len(page.content) < 100_000
    whole = client.get(
        f"{reverse('admin:import', args=[ImportBatch.objects.get().pk])}?all=1"
    ).content.decode()
    assert whole.count('<option value="profile.birth_date">') == 60
