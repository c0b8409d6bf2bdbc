"""Taking an import back: field by field, and never over what somebody has done since."""

import pytest

from leads.change import ById, CallLog, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.undo import undo_entry
from leads.imports.undo import undo_import
from leads.models import Entry, Event, Lead, LeadTag
from leads.queries.find import live_leads
from tests.imports.rows import bring, counts
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db


def change(lead, **words):
    known = {name: words.pop(name) for name in list(words) if name in LeadChange.__dataclass_fields__}
    return apply_change(lead.workspace, SYSTEM, ById(lead.pk), LeadChange(fields=words, **known))


def names(workspace):
    return sorted(live_leads(workspace).values_list("first_name", flat=True))


def test_what_was_made_goes_and_what_was_changed_is_put_back():
    workspace = make_workspace()
    ana = make_lead(workspace, first_name="Ana", external_id="1", source="web", metadata={"a": 1})
    rows = [
        {"external_id": "1", "first_name": "Anna", "source": "fair", "metadata": {"a": 2, "b": 3}},
        {"external_id": "2", "first_name": "Ben"},
        {"external_id": "2", "last_name": "Ng"},
    ]
    batch = bring(workspace, *rows, on_match="overwrite", tags=("fair",))
    assert counts(batch) == {"read": 3, "created": 1, "updated": 2}
    rehearsed = undo_import(batch, SYSTEM, dry_run=True)
    assert (rehearsed.removed, rehearsed.put_back, rehearsed.stay) == (1, 1, 0)
    assert names(workspace) == ["Anna", "Ben"] and batch.state == "finished"
    events = Event.objects.count()
    report = undo_import(batch, SYSTEM)
    assert (report.removed, report.put_back, report.stay) == (1, 1, 0)
    assert names(workspace) == ["Ana"] and batch.state == "undone"
    ana.refresh_from_db()
    assert (ana.source, ana.metadata) == ("web", {"a": 1})
    assert not LeadTag.objects.filter(lead=ana).exists()
    assert Entry.objects.filter(lead=ana).latest("id").undoes.import_batch == batch
    assert Event.objects.count() == events, "as quiet as the import was"
    again = undo_import(batch, SYSTEM)
    assert (again.removed, again.put_back, again.stay) == (0, 0, 0)


def test_later_values_stay_and_the_rest_goes_back():
    workspace = make_workspace()
    ana = make_lead(workspace, first_name="Ana", last_name="Ng", external_id="1")
    row = {"external_id": "1", "first_name": "Anna", "last_name": "Ngo"}
    batch = bring(workspace, row, on_match="overwrite")
    change(ana, last_name="Nguyen")
    report = undo_import(batch, SYSTEM)
    ana.refresh_from_db()
    assert (ana.first_name, ana.last_name) == ("Ana", "Nguyen")
    assert [(one.lead_id, one.reason, one.paths) for one in report.listed] == [
        (ana.pk, "changed_since", ("last_name",))
    ]


def test_leads_that_somebody_has_worked_or_changed_since_stay_and_are_listed():
    workspace = make_workspace()
    old = make_lead(workspace, first_name="Old", external_id="0")
    rows = [{"external_id": str(n), "first_name": name} for n, name in enumerate(["Old", "B", "C", "D", "E"])]
    rows[0]["source"] = "fair"
    batch = bring(workspace, *rows, on_match="overwrite")
    made = {lead.first_name: lead for lead in Lead.objects.filter(import_batch=batch)}
    change(old, disposition=DispositionWish(stage="qualified"))
    change(made["B"], call=CallLog("no_answer"))
    change(made["C"], tags=TagChange(names=("hot",)))
    change(made["D"], disposition=DispositionWish(stage="lost"))
    heard = []
    report = undo_import(batch, SYSTEM, told=heard.append)
    assert names(workspace) == ["B", "C", "D", "Old"]
    old.refresh_from_db()
    assert old.source == "fair"
    reasons = {one.lead_id: one.reason for one in report.listed}
    assert reasons == {
        old.pk: "worked",
        made["B"].pk: "worked",
        made["C"].pk: "changed_since",
        made["D"].pk: "worked",
    }
    assert heard == report.listed and report.stay == 4 and report.removed == 1


def test_two_imports_are_taken_back_one_after_the_other():
    """What the second changed and gave back is no reason to keep what the first has made."""
    workspace = make_workspace()
    rows = [{"external_id": str(n), "first_name": name} for n, name in enumerate("ABCD")]
    first = bring(workspace, *rows)
    second = bring(workspace, *rows, on_match="overwrite", tags=("oops",), disposition="qualified")
    a, b, c = (Lead.objects.get(first_name=name) for name in "ABC")
    change(a, last_name="Ng")
    change(b, tags=TagChange(remove=("oops",)))
    undo_import(second, SYSTEM)
    told = Entry.objects.filter(lead=c).latest("id")
    undo_entry(workspace, SYSTEM, ById(c.pk), told.pk)
    report = undo_import(first, SYSTEM)
    assert {one.lead_id for one in report.listed} == {a.pk, b.pk, c.pk}
    assert names(workspace) == ["A", "B", "C"] and report.removed == 1
    # What stood before the import and was taken back since is a change since.
    old = make_lead(workspace, first_name="Old", external_id="9")
    change(old, last_name="Ng")
    entry = Entry.objects.filter(lead=old).latest("id")
    third = bring(workspace, {"external_id": "9", "first_name": "New"}, on_match="overwrite")
    undo_entry(workspace, SYSTEM, ById(old.pk), entry.pk)
    undo_import(third, SYSTEM)
    old.refresh_from_db()
    assert (old.first_name, old.last_name) == ("Old", "")
