"""Undo of a merge after later edits and later merges: what was brought goes, what was done since stays."""

from __future__ import annotations

import pytest

from checklists.specs import ItemSpec
from leads.change import (
    CLEAR,
    AnswerChange,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.changes import apply_change, mark_not_duplicate, merge_leads, undo_entry, undo_merge
from leads.changes.one_offs import add_one_off_item
from leads.errors import NotFound, Refused
from leads.models import Address, Document, Entry, Lead, NotDuplicate, Profile
from leads.queries.find import find_lead
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
FULL = {
    "first_name": "Eva",
    "last_name": "Ruiz",
    "email": "eva@x.org",
    "email_verified": True,
    "phone": "404 555 0199",
    "phone_type": "mobile",
    "source": "list",
    "value": 700,
    "currency": "EUR",
    "metadata": {"a": {"b": 1, "c": 2}, "d": [1]},
    "address": {"city": "Jaén", "country": "ES"},
    "profile": {"income": 5000},
    "click_ids": {"gclid": "g"},
    "tags": TagChange(names=("Hot", "VIP")),
    "contact_points": (ContactPointChange("email", "work@x.org", label="work"),),
    "answers": (AnswerChange("tax_id", {"value": "12"}),),
    "note": "Call in May",
}


def change(lead, actor=SYSTEM, **words):
    return apply_change(lead.workspace, actor, ById(lead.pk), LeadChange(**words)).entry


def merge(winner, loser, picks=None):
    return merge_leads(winner.workspace, SYSTEM, winner.pk, loser.pk, picks).outcome.entry


def unmerge(entry, **words):
    return undo_merge(entry.workspace, SYSTEM, entry.pk, **words)


def reasons(outcome):
    return {kept.path: kept.reason for kept in outcome.kept}


def whole(lead):
    """All that is stored of a lead but what every write moves."""
    moving = ("version", "updated_at", "field_sources")
    row = Lead.objects.filter(pk=lead.pk).values().get()
    beside = [
        list(rows.order_by("pk").values()) for rows in (lead.answers, lead.contact_points, lead.lead_tags)
    ]
    sections = [
        {name: value for name, value in found.items() if value and not name.endswith("_id")}
        for rows in (Address.objects, Profile.objects)
        for found in rows.filter(lead=lead).values()
    ]
    told = [section for section in sections if section]
    return {name: value for name, value in row.items() if name not in moving}, beside, told


def test_a_merge_undone_at_once_leaves_both_as_they_were():
    workspace = make_answerable()
    user = make_member(workspace)
    winner, loser = make_lead(workspace), make_lead(workspace, **FULL, assignee=user.pk)
    change(loser, make_user_actor(user), call=CallLog("connected"))
    document = Document.objects.create(
        workspace=workspace, lead=loser, storage_key="k", filename="a.pdf", mime_type="x", size=1
    )
    before, theirs = whole(winner), Lead.objects.filter(pk=loser.pk).values().get()
    picks = {"source": "loser", "disposition": "winner"}
    entry = merge(winner, loser, picks)
    assert whole(winner) != before

    outcome = unmerge(entry)

    assert whole(winner) == before
    assert Lead.objects.filter(pk=loser.pk).values().get() == theirs
    assert not outcome.kept
    document.refresh_from_db()
    assert document.lead_id == loser.pk
    assert find_lead(workspace, ById(loser.pk)).pk == loser.pk
    undone = outcome.outcome.entry
    assert (undone.kind, undone.undoes_id, undone.lead_id) == ("merge_undone", entry.pk, winner.pk)
    assert undone.changes[f"/merged/{loser.pk}"] == [str(loser), None, "removed"]


def test_what_was_picked_over_the_winners_own_comes_back():
    workspace = make_answerable()
    own = {
        "first_name": "Ana",
        "email": "ana@x.org",
        "email_verified": True,
        "value": 5,
        "metadata": {"a": {"b": 9}},
        "answers": (AnswerChange("tax_id", {"value": "99"}),),
    }
    winner, loser = make_lead(workspace, **own), make_lead(workspace, **FULL)
    before = whole(winner)
    picks = dict.fromkeys(["first_name", "email", "value", "/metadata", "/answers/tax_id"], "loser")

    outcome = unmerge(merge(winner, loser, picks))

    after = whole(winner)
    assert (after[0], after[1][1:], after[2]) == (before[0], before[1][1:], before[2])
    assert winner.answers.get().value == "99"
    assert not outcome.kept


def test_later_edits_stay_and_are_listed():
    workspace = make_answerable()
    winner, loser = make_lead(workspace, first_name="Ana"), make_lead(workspace, **FULL)
    entry = merge(winner, loser)
    later = change(
        winner,
        fields={"last_name": "Gil", "website": "https://x.org"},
        metadata={"a": {"b": 5, "e": 6}},
        tags=TagChange(remove=("hot",)),
        answers=(AnswerChange("tax_id", {"value": "34"}),),
        contact_points=(ContactPointChange("email", "work@x.org", label="office"),),
    )

    outcome = unmerge(entry)

    winner.refresh_from_db()
    assert (winner.first_name, winner.last_name, winner.website) == ("Ana", "Gil", "https://x.org")
    assert winner.metadata == {"a": {"b": 5, "e": 6}}
    assert not winner.lead_tags.exists()
    assert winner.answers.get().value == "34"
    assert [row.label for row in winner.contact_points.all()] == ["office"]
    assert {path: (kept.reason, kept.by) for kept in outcome.kept for path in [kept.path]} == {
        "last_name": ("changed_since", later.pk),
        "/metadata/a/b": ("changed_since", later.pk),
        "/tags/hot": ("already_back", later.pk),
        "/answers/tax_id": ("changed_since", later.pk),
        "completed_at": ("still_complete", None),
        "/contact_points/email:work@x.org": ("changed_since", later.pk),
    }


def test_an_edit_that_was_undone_is_no_edit():
    workspace = make_workspace()
    winner, loser = make_lead(workspace), make_lead(workspace, last_name="Ruiz")
    entry = merge(winner, loser)
    later = change(winner, fields={"last_name": "Gil"})
    undo_entry(workspace, SYSTEM, ById(winner.pk), later.pk)

    outcome = unmerge(entry)

    winner.refresh_from_db()
    assert (winner.last_name, outcome.kept) == ("", ())


def test_calls_made_in_the_meantime_are_the_winners():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    winner, loser = make_lead(workspace), make_lead(workspace)
    change(loser, actor, call=CallLog("connected"))
    change(winner, actor, call=CallLog("busy"))
    entry = merge(winner, loser)
    change(winner, actor, call=CallLog("busy"))

    outcome = unmerge(entry)

    winner.refresh_from_db()
    loser.refresh_from_db()
    assert (winner.attempts, loser.attempts, winner.first_response_at) == (2, 1, None)
    assert "attempts" in outcome.undone


def test_an_opt_out_that_came_with_a_merge_stays_and_says_so():
    workspace = make_workspace()
    winner = make_lead(workspace, consent=(ConsentWish("email", False),))
    earlier = make_lead(workspace)
    change(winner, fields={"source": "web"})
    loser = make_lead(workspace, consent=(ConsentWish("sms", False),))
    Lead.objects.filter(pk=earlier.pk).update(email_opted_out_at=winner.created_at)
    winner.refresh_from_db()
    own = winner.email_opted_out_at

    outcome = unmerge(merge(winner, loser))

    assert reasons(outcome) == {"/consent/sms": "opted_out"}
    winner.refresh_from_db()
    assert (winner.sms_opted_out_at, winner.email_opted_out_at) == (loser.sms_opted_out_at, own)


def test_an_earlier_date_of_an_opt_out_goes_back_to_the_winners_own():
    workspace = make_workspace()
    loser = make_lead(workspace, consent=(ConsentWish("email", False),))
    winner = make_lead(workspace)
    change(winner, consent=(ConsentWish("email", False),))
    winner.refresh_from_db()
    Lead.objects.filter(pk=loser.pk).update(email_opted_out_at=loser.created_at.replace(year=2020))
    own = winner.email_opted_out_at

    outcome = unmerge(merge(winner, loser))

    winner.refresh_from_db()
    assert (winner.email_opted_out_at, outcome.kept) == (own, ())


def test_items_made_for_the_loser_leave_with_it():
    workspace = make_answerable()
    winner, loser = make_lead(workspace), make_lead(workspace)
    add_one_off_item(
        workspace, SYSTEM, ById(loser.pk), ItemSpec(code="roof", label="Roof", field_type="TEXT")
    )
    change(loser, answers=(AnswerChange("roof", {"value": "Tiles"}),))
    before = whole(winner)
    entry = merge(winner, loser)

    outcome = unmerge(entry)

    assert whole(winner) == before
    assert {"/items/roof", "/answers/roof"} <= set(outcome.undone)
    merge(winner, loser)
    assert winner.answers.get().item.code == "roof"


def test_what_was_said_of_the_loser_is_not_said_of_the_winner_any_more():
    workspace = make_workspace()
    winner, loser, twin = (make_lead(workspace) for _number in range(3))
    mark_not_duplicate(workspace, SYSTEM, loser.pk, twin.pk)
    entry = merge(winner, loser)
    assert NotDuplicate.objects.count() == 2

    unmerge(entry)

    assert NotDuplicate.objects.get().second_id in {loser.pk, twin.pk}


def test_a_document_that_is_gone_is_listed():
    workspace = make_workspace()
    winner, loser = make_lead(workspace), make_lead(workspace)
    document = Document.objects.create(
        workspace=workspace, lead=loser, storage_key="k", filename="a.pdf", mime_type="x", size=1
    )
    entry = merge(winner, loser)
    Document.objects.filter(pk=document.pk).delete()

    assert reasons(unmerge(entry)) == {f"/documents/{document.pk}": "gone"}


def test_a_stage_that_was_picked_goes_back():
    workspace = make_workspace()
    winner = make_lead(workspace, disposition=DispositionWish(stage="contacted", reason="Rang twice"))
    loser = make_lead(workspace, disposition=DispositionWish(stage="lost"), loss_reason="Price")
    entry = merge(winner, loser, {"disposition": "loser"})
    winner.refresh_from_db()
    assert (winner.disposition.stage, winner.loss_reason) == ("lost", "Price")

    unmerge(entry)

    winner.refresh_from_db()
    assert (winner.disposition.stage, winner.loss_reason) == ("contacted", "")
    assert winner.disposition_change.reason == "Rang twice"


# Several merges


def test_of_two_merges_either_can_be_undone_first():
    workspace = make_workspace()
    winner = make_lead(workspace)
    one = make_lead(workspace, last_name="One", source="a", tags=TagChange(names=("Hot", "A")))
    two = make_lead(workspace, last_name="Two", website="https://b.org", tags=TagChange(names=("Hot", "B")))
    before = whole(winner)
    first, second = merge(winner, one), merge(winner, two)

    outcome = unmerge(first)

    winner.refresh_from_db()
    assert (winner.last_name, winner.source, winner.website) == ("Two", "", "https://b.org")
    assert {row.tag.name for row in winner.lead_tags.all()} == {"Hot", "B"}
    assert winner.absorbed == [str(two.pk)]
    assert {kept.path: (kept.reason, kept.by) for kept in outcome.kept} == {
        "/tags/hot": ("also_merged", second.pk)
    }
    assert not unmerge(second).kept
    assert whole(winner) == before


def test_what_a_later_merge_put_in_place_of_an_earlier_ones_is_taken_back_to_the_very_first():
    workspace = make_workspace()
    winner = make_lead(workspace, metadata={"n": 0})
    leads = [make_lead(workspace, first_name=f"N{n}", metadata={"n": n}) for n in (1, 2, 3)]
    picks = {"first_name": "loser", "/metadata/n": "loser"}
    entries = [merge(winner, lead, picks) for lead in leads]

    assert reasons(unmerge(entries[1])) == {"first_name": "also_merged", "/metadata/n": "also_merged"}
    assert reasons(unmerge(entries[0])) == {"first_name": "also_merged", "/metadata/n": "also_merged"}
    winner.refresh_from_db()
    assert (winner.first_name, winner.metadata) == ("N3", {"n": 3})
    assert not unmerge(entries[2]).kept

    winner.refresh_from_db()
    assert (winner.first_name, winner.metadata) == ("", {"n": 0})


def test_the_latest_attempt_of_the_merges_that_stand_counts():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    winner, one, two = (make_lead(workspace) for _number in range(3))
    for lead in (winner, two, one):
        change(lead, actor, call=CallLog("busy"))
    first, second = merge(winner, one), merge(winner, two)
    own = Lead.objects.get(pk=two.pk).last_attempt_at

    unmerge(first)

    winner.refresh_from_db()
    assert (winner.attempts, winner.last_attempt_at) == (2, own)
    unmerge(second)
    winner.refresh_from_db()
    assert winner.attempts == 1
    assert winner.last_attempt_at < own


def test_a_merge_into_a_lead_that_was_merged_away_waits_for_that_merge():
    workspace = make_workspace()
    top, middle, bottom = (make_lead(workspace, source=name) for name in ("top", "middle", "bottom"))
    low, high = merge(middle, bottom), merge(top, middle)
    top.refresh_from_db()
    assert top.absorbed == [str(middle.pk), str(bottom.pk)]
    assert find_lead(workspace, ById(bottom.pk)).pk == top.pk

    with pytest.raises(Refused) as refusal:
        unmerge(low)
    assert refusal.value.reason == "merged_away"
    unmerge(high)
    unmerge(low)

    assert [find_lead(workspace, ById(lead.pk)).pk for lead in (top, middle, bottom)] == [
        top.pk,
        middle.pk,
        bottom.pk,
    ]
    top.refresh_from_db()
    assert top.absorbed == []


def test_a_merge_is_found_by_its_loser_and_undone_once():
    workspace = make_workspace()
    winner, loser = make_lead(workspace), make_lead(workspace, last_name="Ruiz")
    first = merge(winner, loser)
    undo_merge(workspace, SYSTEM, loser.pk)
    with pytest.raises(NotFound):
        undo_merge(workspace, SYSTEM, loser.pk)
    with pytest.raises(Refused) as refusal:
        unmerge(first)
    assert refusal.value.reason == "already_undone"
    second = merge(winner, loser)
    with pytest.raises(Refused):
        unmerge(first)

    undo_merge(workspace, SYSTEM, str(loser.pk))

    assert Entry.objects.filter(undoes=second).exists()
    for nothing in (winner.pk, "nonsense", None):
        with pytest.raises(NotFound):
            undo_merge(workspace, SYSTEM, nothing)
    with pytest.raises(NotFound):
        undo_merge(make_workspace(), SYSTEM, first.pk)


def test_a_dry_run_of_an_undo_stores_nothing():
    workspace = make_workspace()
    winner, loser = make_lead(workspace), make_lead(workspace, last_name="Ruiz")
    entry = merge(winner, loser)
    before = whole(winner), whole(loser), Entry.objects.count()

    outcome = unmerge(entry, dry_run=True)

    assert "last_name" in outcome.undone
    assert (whole(winner), whole(loser), Entry.objects.count()) == before


def test_undoing_an_edit_of_the_winner_survives_a_merge_in_between():
    workspace = make_workspace()
    winner, loser = (
        make_lead(workspace, first_name="Ana"),
        make_lead(workspace, first_name="Eva", last_name="R"),
    )
    edit = change(winner, fields={"first_name": "Mia", "last_name": CLEAR, "source": "web"})
    entry = merge(winner, loser, {"source": "loser"})

    outcome = undo_entry(workspace, SYSTEM, ById(winner.pk), edit.pk)

    assert {kept.path: (kept.reason, kept.by) for kept in outcome.kept} == {
        "source": ("already_back", entry.pk)
    }
    winner.refresh_from_db()
    assert winner.first_name == "Ana"
    assert not unmerge(entry).kept
    winner.refresh_from_db()
    assert (winner.first_name, winner.last_name, winner.source) == ("Ana", "", "web")


# What had no room beside what was undone


def test_an_email_that_was_the_leads_own_is_a_further_one_once_it_is_not():
    workspace = make_workspace()
    winner = make_lead(workspace)
    one, two = make_lead(workspace, email="a@x.org"), make_lead(workspace, email="b@x.org")
    change(two, contact_points=(ContactPointChange("email", "a@x.org", label="work"),))
    first, second = merge(winner, one), merge(winner, two)

    unmerge(first)

    winner.refresh_from_db()
    assert winner.email == "b@x.org"
    assert {(row.key, row.label) for row in winner.contact_points.all()} >= {("a@x.org", "work")}
    unmerge(second)
    winner.refresh_from_db()
    assert (winner.email, list(winner.contact_points.all())) == ("", [])


@pytest.mark.parametrize(
    ("early", "late"), [(5, {"b": {"c": 1}}), ({"b": {"c": 1}}, 5), ({"b": 1}, {"b": {}})]
)
def test_metadata_of_another_shape_comes_once_there_is_room_for_it(early, late):
    workspace = make_workspace()
    winner = make_lead(workspace, metadata={"n": 1})
    first = merge(winner, make_lead(workspace, metadata={"a": early}))
    second = merge(winner, make_lead(workspace, metadata={"a": late}))
    winner.refresh_from_db()
    assert winner.metadata == {"n": 1, "a": early}

    unmerge(first)

    winner.refresh_from_db()
    assert winner.metadata == {"n": 1, "a": late}
    assert not unmerge(second).kept
    winner.refresh_from_db()
    assert winner.metadata == {"n": 1}


def test_whoever_takes_a_value_back_gets_that_of_a_lead_that_was_merged_in_since():
    workspace = make_workspace()
    winner, loser = make_lead(workspace), make_lead(workspace, last_name="Ruiz")
    edit = change(winner, fields={"last_name": "Gil"})
    entry = merge(winner, loser)

    undo_entry(workspace, SYSTEM, ById(winner.pk), edit.pk)

    winner.refresh_from_db()
    assert winner.last_name == "Ruiz"
    assert not unmerge(entry).kept
    winner.refresh_from_db()
    assert winner.last_name == ""


def test_an_item_that_was_opened_again_is_open_after_any_undo_of_an_undo():
    workspace = make_answerable()
    winner, loser = make_lead(workspace), make_lead(workspace, answers=FULL["answers"])
    entry = merge(winner, loser)
    opened = change(winner, answers=(AnswerChange("tax_id", {"value": None}),))
    unmerge(entry)
    undone = undo_entry(workspace, SYSTEM, ById(winner.pk), opened.pk)
    assert not winner.answers.exists()

    again = undo_entry(workspace, SYSTEM, ById(winner.pk), undone.outcome.entry.pk)

    assert (winner.answers.get().status, again.undone) == ("TODO", ("/answers/tax_id",))
