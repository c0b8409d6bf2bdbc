"""Merging two leads: whose value is taken, what is kept of both, and what is refused."""

from __future__ import annotations

from uuid import UUID

import pytest

from checklists.specs import ItemSpec
from leadhub.workspaces.clock import now
from leads.change import (
    Actor,
    ActorKind,
    AnswerChange,
    ByEmail,
    ById,
    ByPhone,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    Override,
    TagChange,
)
from leads.changes import apply_change, mark_not_duplicate, merge_leads
from leads.changes.actions import plan_action
from leads.changes.one_offs import add_one_off_item
from leads.errors import Forbidden, Invalid, NotFound, Refused, Stale
from leads.matching import matching_leads
from leads.models import ConsentEvent, Document, Entry, Event, Lead
from leads.models.answer import answer_id
from leads.queries.find import find_lead
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
OWNER = Actor(ActorKind.USER, "Olga", "admin", may_override=True)


def change(lead, actor=SYSTEM, **words):
    return apply_change(lead.workspace, actor, ById(lead.pk), LeadChange(**words)).entry


def merge(winner, loser, picks=None, actor=SYSTEM, **words):
    outcome = merge_leads(winner.workspace, actor, winner.pk, loser.pk, picks, **words)
    winner.refresh_from_db()
    loser.refresh_from_db()
    return outcome


def make_two(workspace=None, one=None, two=None):
    workspace = workspace or make_workspace()
    return make_lead(workspace, **(one or {})), make_lead(workspace, **(two or {}))


def make_document(lead, filename="a.pdf"):
    return Document.objects.create(
        workspace=lead.workspace, lead=lead, storage_key=filename, filename=filename, mime_type="x", size=1
    )


def raw(lead):
    return Lead.objects.filter(pk=lead.pk).values().get()


def codes(refusal):
    return {problem.field: problem.code for problem in refusal.value.problems}


# Whose value is taken


def test_the_winners_value_stands_and_an_empty_one_is_filled():
    winner, loser = make_two(
        one={"first_name": "Ana", "source": "web", "metadata": {"a": 1, "deep": {"x": 1}}},
        two={
            "first_name": "Anna",
            "last_name": "Ruiz",
            "source": "list",
            "metadata": {"a": 2, "b": 3, "deep": {"x": 2, "y": 2}},
            "profile": {"income": 5000},
            "click_ids": {"gclid": "g"},
            "value": 100,
        },
    )

    outcome = merge(winner, loser)

    assert (winner.first_name, winner.last_name, winner.source) == ("Ana", "Ruiz", "web")
    assert winner.metadata == {"a": 1, "b": 3, "deep": {"x": 1, "y": 2}}
    assert (winner.profile.income, winner.click_ids, winner.value) == (5000, {"gclid": "g"}, 100)
    assert winner.currency == "USD"
    entry = outcome.outcome.entry
    assert (entry.kind, entry.lead_id, winner.version) == ("merged", winner.pk, 2)
    assert entry.changes["last_name"] == [None, "Ruiz"]
    assert entry.changes["/metadata/deep/y"] == [None, 2, "added"]
    assert winner.field_sources["last_name"] == str(entry.pk)
    assert "ruiz" in winner.search_text


def test_a_person_picks_field_by_field():
    winner, loser = make_two(
        one={
            "first_name": "Ana",
            "last_name": "Ruiz",
            "source": "web",
            "value": 5,
            "metadata": {"a": 1, "b": 1, "c": {"d": 1}},
            "address": {"city": "Jaén", "line1": "Calle 1"},
        },
        two={"first_name": "Anna", "value": 7, "currency": "EUR", "metadata": {"a": 2, "e": 2}},
    )
    picks = {
        "first_name": "loser",
        "last_name": "loser",
        "source": "winner",
        "value": "loser",
        "/metadata": "loser",
        "/address": "winner",
    }

    merge(winner, loser, picks)

    assert (winner.first_name, winner.last_name, winner.source) == ("Anna", "", "web")
    assert (winner.value, winner.currency) == (7, "EUR")
    assert winner.metadata == {"a": 2, "e": 2}
    assert winner.address.city == "Jaén"


def test_a_pick_of_one_key_of_the_metadata_is_no_pick_of_another():
    winner, loser = make_two(one={"metadata": {"a": 1, "b": 1}}, two={"metadata": {"a": 2, "b": 2}})

    merge(winner, loser, {"/metadata/b": "loser"})

    assert winner.metadata == {"a": 1, "b": 2}


def test_two_addresses_are_not_mixed():
    here = {"line1": "Main St 1", "city": "Austin"}
    winner, loser = make_two(
        one={"address": here}, two={"address": {"city": "Berlin", "postal_code": "10115"}}
    )
    merge(winner, loser)
    assert (winner.address.city, winner.address.postal_code) == ("Austin", "")

    winner, loser = make_two(
        one={"address": here}, two={"address": {"city": "AUSTIN", "postal_code": "78701"}}
    )
    merge(winner, loser)
    assert (winner.address.line1, winner.address.postal_code) == ("Main St 1", "78701")


def test_a_verification_comes_along_with_its_address():
    winner, loser = make_two(
        one={"email": "ana@x.org", "phone": "404 555 0137", "phone_verified": True},
        two={"email": "Ana@X.org", "email_verified": True, "phone": "404 555 0199", "phone_type": "mobile"},
    )

    merge(winner, loser, {"phone": "loser"})

    assert (winner.email, winner.email_verified_at) == ("ana@x.org", loser.email_verified_at)
    assert (winner.phone_key, winner.phone_type) == ("+14045550199", "mobile")
    assert winner.phone_verified_at is None


def test_an_owner_comes_along_unless_they_have_left():
    workspace = make_workspace()
    ana, eva = make_member(workspace), make_member(workspace)
    winner, loser = make_two(workspace, two={"assignee": ana.pk})
    merge(winner, loser)
    assert (winner.assignee_id, winner.assignee_type) == (ana.pk, "HUMAN_AGENT")
    assert winner.assigned_at == loser.assigned_at

    winner, loser = make_two(workspace, two={"assignee": eva.pk})
    eva.memberships.update(left_at=now())
    merge(winner, loser)
    assert winner.assignee_id is None


def test_the_stage_is_the_winners_unless_it_is_picked():
    winner, loser = make_two(
        two={"disposition": DispositionWish(stage="qualified", reason="Wants it", words={"notes": "Soon"})}
    )
    merge(winner, loser, {"disposition": "loser"})
    assert winner.disposition.stage == "qualified"
    assert (winner.disposition_change.lead_id, winner.disposition_change.notes) == (winner.pk, "Soon")
    assert winner.qualified_at == loser.qualified_at

    winner, loser = make_two(two={"disposition": DispositionWish(stage="lost"), "loss_reason": "Price"})
    merge(winner, loser)
    assert (winner.disposition.stage, winner.loss_reason) == ("new", "")


def test_a_pick_says_what_it_cannot():
    winner, loser = make_two(one={"metadata": {"a": {"b": 1}}}, two={"consent": (ConsentWish("sms", False),)})
    with pytest.raises(Invalid) as refusal:
        merge(
            winner,
            loser,
            {
                "/consent/sms": "winner",
                "/consent": "winner",
                "sms_opted_in_at": "winner",
                "/tags/hot": "winner",
                "email_verified_at": "loser",
                "first_name": "both",
                "attempts": "loser",
                "nonsense": "loser",
                "/metadata/a/b": "loser",
                "/metadata/nothing": "loser",
                "/answers/nothing": "loser",
                "/address/planet": "loser",
            },
        )
    assert codes(refusal) == {
        "/consent/sms": "strictest_consent",
        "/consent": "strictest_consent",
        "sms_opted_in_at": "strictest_consent",
        "/tags/hot": "both_kept",
        "email_verified_at": "goes_with",
        "first_name": "invalid_choice",
        "attempts": "unknown_field",
        "nonsense": "unknown_field",
        "/metadata/a/b": "unknown_field",
        "/metadata/nothing": "unknown_field",
        "/answers/nothing": "unknown_field",
        "/address/planet": "unknown_field",
    }
    assert raw(loser)["merged_into_id"] is None


# What is kept of both


def test_every_phone_and_email_is_kept_with_its_label():
    winner, loser = make_two(
        one={
            "email": "ana@x.org",
            "phone": "404 555 0137",
            "phone_type": "home",
            "contact_points": (ContactPointChange("email", "shared@x.org"),),
        },
        two={
            "email": "eva@x.org",
            "phone": "(404) 555-0137",
            "contact_points": (
                ContactPointChange("email", "shared@x.org", label="work", is_bad=True),
                ContactPointChange("phone", "404 555 0199", label="mobile"),
                ContactPointChange("email", "ana@x.org", label="old"),
            ),
        },
    )

    merge(winner, loser, {"email": "loser"})

    points = {row.value: (row.label, row.is_bad) for row in winner.contact_points.all()}
    assert points == {
        "ana@x.org": ("old", False),
        "shared@x.org": ("work", True),
        "404 555 0199": ("mobile", False),
    }
    assert (winner.email, winner.phone) == ("eva@x.org", "404 555 0137")
    assert "4045550199" in winner.search_text
    assert loser.contact_points.count() == 3
    for where in (ByEmail("ana@x.org"), ByEmail("eva@x.org"), ByPhone("404 555 0199")):
        assert find_lead(winner.workspace, where).pk == winner.pk


def test_tags_are_united():
    winner, loser = make_two(
        one={"tags": TagChange(names=("Hot",))}, two={"tags": TagChange(names=("hot", "VIP"))}
    )

    outcome = merge(winner, loser)

    assert {row.tag.name for row in winner.lead_tags.all()} == {"Hot", "VIP"}
    assert outcome.outcome.entry.changes["/tags/vip"] == [None, "VIP", "added"]


def test_answers_fill_what_the_winner_left_open():
    workspace = make_answerable()
    winner, loser = make_two(workspace, two={"answers": (AnswerChange("tax_id", {"value": "12"}),)})

    merge(winner, loser)

    (mine,), (theirs,) = winner.answers.all(), loser.answers.all()
    assert mine.pk == answer_id(winner.pk, mine.item_id) != theirs.pk
    assert (mine.value, mine.answered_at, mine.actor_name) == ("12", theirs.answered_at, theirs.actor_name)
    assert (winner.checklist_done, winner.completed_at is not None) == (1, True)


def test_an_answer_of_the_winners_stands_unless_it_is_picked():
    workspace = make_answerable()
    one = {"answers": (AnswerChange("tax_id", {"value": "12", "override": {"label": "EIN"}}),)}
    two = {"answers": (AnswerChange("tax_id", {"value": "34"}),)}
    winner, loser = make_two(workspace, one, two)
    merge(winner, loser)
    assert winner.answers.get().value == "12"

    winner, loser = make_two(workspace, one, two)
    merge(winner, loser, {"/answers/tax_id": "loser"})
    assert (winner.answers.get().value, winner.answers.get().override) == ("34", {"label": "EIN"})


def test_items_made_for_one_lead_come_along_with_their_answers():
    workspace = make_answerable()
    winner, loser = make_two(workspace)
    wanted = ItemSpec(code="roof", label="Roof", field_type="TEXT")
    add_one_off_item(workspace, SYSTEM, ById(loser.pk), wanted)
    change(loser, answers=(AnswerChange("roof", {"value": "Tiles"}),))

    merge(winner, loser)

    answer = winner.answers.get()
    assert (answer.value, answer.item.only_for, answer.item.code) == ("Tiles", winner.pk, "roof")
    assert (winner.checklist_required, winner.checklist_done) == (2, 1)


def test_documents_move_and_the_past_stays_with_the_loser():
    winner, loser = make_two()
    document = make_document(loser)

    outcome = merge(winner, loser)

    document.refresh_from_db()
    assert (document.lead_id, outcome.documents) == (winner.pk, 1)
    assert Entry.objects.filter(lead=loser).count() == 1


def test_the_loser_is_only_marked_as_gone():
    workspace = make_answerable()
    winner, loser = make_two(
        workspace,
        two={
            "email": "eva@x.org",
            "tags": TagChange(names=("Hot",)),
            "answers": (AnswerChange("tax_id", {"value": "12"}),),
            "metadata": {"a": 1},
        },
    )
    before = raw(loser)

    merge(winner, loser)

    assert raw(loser) == {**before, "merged_into_id": winner.pk}
    assert winner.absorbed == [str(loser.pk)]
    assert find_lead(workspace, ById(loser.pk)).pk == winner.pk


def test_what_was_said_of_the_loser_not_being_somebody_holds_for_the_winner():
    phone = {"phone": "404 555 0137"}
    winner, loser = make_two(one=phone, two=phone)
    twin = make_lead(winner.workspace, **phone)
    mark_not_duplicate(winner.workspace, SYSTEM, loser.pk, twin.pk)

    merge(winner, loser)

    assert not matching_leads(winner.workspace, winner)


# Consent


def test_the_stricter_consent_wins_since_the_earlier_time():
    winner, loser = make_two(two={"phone": "404 555 0137", "consent": (ConsentWish("sms", False),)})
    change(loser, consent=(ConsentWish("email", False),))
    change(winner, consent=(ConsentWish("email", False), ConsentWish("all", False)))

    outcome = merge(winner, loser)

    assert winner.sms_opted_out_at == loser.sms_opted_out_at
    assert winner.email_opted_out_at == loser.email_opted_out_at
    assert winner.opted_out_at is not None
    event = ConsentEvent.objects.get(lead=winner, channel="sms")
    assert (event.opted_in, event.source, event.address) == (False, "merge", "404 555 0137")
    rows = {row.path: (row.taken, row.pickable) for row in outcome.rows if row.path.startswith("/consent")}
    assert rows == {
        "/consent/all": ("winner", False),
        "/consent/email": ("loser", False),
        "/consent/sms": ("loser", False),
    }
    kinds = Event.objects.filter(entry_id=outcome.outcome.entry.pk).values_list("kind", flat=True)
    assert {"lead.merged", "lead.opted_out", "lead.updated"} <= set(kinds)


def test_an_opt_in_comes_along_with_the_number_it_was_given_for():
    agreed = (ConsentWish("sms", True, text_shown="Yes"),)
    winner, loser = make_two(one={"phone": "404 555 0137"}, two={"phone": "404 555 0199", "consent": agreed})

    merge(winner, loser)

    assert winner.sms_opted_in_at == loser.sms_opted_in_at is not None
    assert winner.sms_consent_phone == loser.sms_consent_phone != ""


def test_an_override_is_not_dropped_by_a_merge():
    winner, loser = make_two(two={"actor": OWNER, "override": Override(enabled=False, reason="Complaint")})
    with pytest.raises(Forbidden):
        merge(winner, loser, {"/override/enabled": "winner"})

    merge(winner, loser)

    assert (winner.override_enabled, winner.override_reason) == (False, "Complaint")
    assert winner.override_at == loser.override_at


# What was done


def test_what_was_done_about_either_adds_up():
    workspace = make_workspace()
    actor = make_user_actor(make_member(workspace))
    winner, loser = make_two(workspace)
    change(loser, actor, call=CallLog("connected"))
    change(winner, actor, call=CallLog("no_answer"))
    change(winner, actor, call=CallLog("no_answer"))
    winner.refresh_from_db()
    created_at = winner.created_at
    plan_action(workspace, SYSTEM, ById(loser.pk), kind="CALL", at="2026-01-01T10:00:00Z", summary="Soon")
    last = winner.last_attempt_at

    merge(winner, loser)

    assert (winner.attempts, winner.last_attempt_at, winner.created_at) == (3, last, created_at)
    assert winner.first_response_at == loser.first_response_at is not None
    assert winner.next_action_at == loser.next_action_at


# What is refused


def test_only_two_live_leads_of_one_kind_and_one_workspace_are_merged():
    workspace, elsewhere = make_workspace(), make_workspace()
    winner, loser = make_two(workspace)
    stranger, gone = make_lead(elsewhere), make_lead(workspace)
    change(gone, delete=True)
    test_lead = make_lead(workspace, actor=Actor(ActorKind.KEY, "a test key", "hub", tests=True))
    for other, error, reason in (
        (winner.pk, Refused, "same_lead"),
        (test_lead.pk, Refused, "test_and_live"),
        (stranger.pk, NotFound, None),
        (gone.pk, NotFound, None),
        (UUID(int=7), NotFound, None),
        ("nonsense", NotFound, None),
    ):
        with pytest.raises(error) as refusal:
            merge_leads(workspace, SYSTEM, winner.pk, other)
        assert getattr(refusal.value, "reason", None) == reason
    merge(winner, loser)
    for pair in ((winner, loser), (loser, winner), (loser, make_lead(workspace))):
        with pytest.raises(Refused) as refusal:
            merge_leads(workspace, SYSTEM, pair[0].pk, pair[1].pk)
        assert refusal.value.reason == "merged_away"


def test_a_merge_of_what_somebody_no_longer_sees_is_refused():
    winner, loser = make_two()
    change(loser, fields={"source": "web"})
    for seen in ({winner.pk: 1, loser.pk: 1}, {loser.pk: 1}):
        with pytest.raises(Stale) as refusal:
            merge(winner, loser, seen_versions=seen)
        assert (refusal.value.seen, refusal.value.version) == (1, 2)

    merge(winner, loser, seen_versions={winner.pk: 1, loser.pk: 2})

    assert loser.merged_into_id == winner.pk


def test_metadata_that_would_grow_too_large_is_refused():
    winner, loser = make_two(
        one={"metadata": {"a": "x" * 40_000}}, two={"metadata": {"b": "y" * 40_000}, "last_name": "Ruiz"}
    )
    with pytest.raises(Invalid) as refusal:
        merge(winner, loser)
    assert codes(refusal) == {"metadata": "too_long"}
    winner.refresh_from_db()

    merge(winner, loser, {"/metadata": "winner"})

    assert (winner.last_name, set(winner.metadata)) == ("Ruiz", {"a"})


def test_a_dry_run_shows_what_would_be_and_stores_nothing():
    winner, loser = make_two(
        one={"first_name": "Ana", "email": "ana@x.org", "metadata": {"a": 1}},
        two={
            "first_name": "Eva",
            "last_name": "Ruiz",
            "email": "eva@x.org",
            "metadata": {"a": 2},
            "tags": TagChange(names=("Hot",)),
        },
    )
    make_document(loser)
    before = raw(winner), raw(loser), Entry.objects.count(), Event.objects.count()

    outcome = merge(winner, loser, {"first_name": "loser"}, dry_run=True)

    assert (raw(winner), raw(loser), Entry.objects.count(), Event.objects.count()) == before
    rows = {row.path: (row.winner, row.loser, row.taken, row.pickable) for row in outcome.rows}
    point = {"value": "eva@x.org", "label": "", "is_bad": False}
    assert rows == {
        "first_name": ("Ana", "Eva", "loser", True),
        "last_name": (None, "Ruiz", "loser", True),
        "email": ("ana@x.org", "eva@x.org", "winner", True),
        "/metadata/a": (1, 2, "winner", True),
        "/tags/hot": (None, "Hot", "both", False),
        "/contact_points/email:eva@x.org": (None, point, "both", False),
    }
    assert outcome.documents == 1
