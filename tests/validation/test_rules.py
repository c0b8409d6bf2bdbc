"""One table drives good and bad values through `clean` and `judge`: the same verdict for every door."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leads.change import (
    CLEAR,
    AnswerChange,
    Archive,
    ById,
    CallLog,
    ConsentWish,
    DispositionWish,
    LeadChange,
    Override,
    TagChange,
)
from leads.changes import apply_change
from leads.errors import Forbidden, Invalid, Problem, Stale
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

GOOD = [
    ("first_name", "  Ana  María ", "first_name", "Ana María"),
    ("name", "Ana Ruiz de la Cruz", "last_name", "Ruiz de la Cruz"),
    ("email", " Ana@Example.ORG ", "email_key", "ana@example.org"),
    ("email", "josé@exämple.org", "email", "josé@exämple.org"),
    ("phone", "(678) 231-9992", "phone_key", "+16782319992"),
    ("phone", "ring twice 12", "phone", "ring twice 12"),
    ("value", "1e3", "value", Decimal("1000.00")),
    ("value", 0, "value", Decimal(0)),
    ("value", 10.005, "value", Decimal("10.01")),
    ("currency", "eur", "currency", "EUR"),
    ("time_zone", "Europe/Madrid", "time_zone", "Europe/Madrid"),
    ("source", "webinar", "source", "webinar"),
    ("assignee_type", "HUMAN_AGENT", "assignee_type", "HUMAN_AGENT"),
    ("enabled", False, "enabled", False),
]

BAD = [
    ("first_name", 7, "invalid_type"),
    ("first_name", {"a": 1}, "invalid_type"),
    ("first_name", "x" * 101, "too_long"),
    ("first_name", "a\0b", "control_character"),
    ("business_name", "x" * 201, "too_long"),
    ("email", "not an address", "invalid_email"),
    ("email", True, "invalid_type"),
    ("email", "a@b", "invalid_email"),
    ("phone", 678, "invalid_type"),
    ("phone", "1" * 65, "too_long"),
    ("value", "5,000", "invalid_number"),
    ("value", True, "invalid_type"),
    ("value", "nan", "invalid_number"),
    ("value", -1, "negative"),
    ("value", "1" * 13, "too_large"),
    ("currency", "XXQ", "invalid_choice"),
    ("time_zone", "Mars/Olympus", "invalid_time_zone"),
    ("source", "s" * 51, "too_long"),
    ("assignee_type", "robot", "invalid_choice"),
    ("assignee", "nobody", "not_found"),
    ("enabled", "yes", "invalid_type"),
    ("website", "javascript:alert(1)", "invalid_url"),
    ("captured_at", "yesterday", "invalid_date"),
    ("birthday", "2000-01-01", "unknown_field"),
]


@pytest.mark.parametrize(("field", "raw", "column", "stored"), GOOD)
def test_a_good_value_is_stored_clean(field, raw, column, stored):
    lead = make_lead(make_workspace(), **{field: raw})

    lead.refresh_from_db()

    assert getattr(lead, column) == stored


@pytest.mark.parametrize(("field", "raw", "code"), BAD)
def test_a_bad_value_is_refused_with_its_code(field, raw, code):
    workspace = make_workspace()

    with pytest.raises(Invalid) as refusal:
        make_lead(workspace, **{field: raw})

    assert [(problem.field, problem.code) for problem in refusal.value.problems] == [(field, code)]
    assert refusal.value.problems[0].message.endswith((".", "!"))


def test_all_problems_are_collected_and_none_hides_another():
    workspace = make_workspace()

    with pytest.raises(Invalid) as refusal:
        make_lead(
            workspace,
            email="x",
            value="much",
            address={"country": "Atlantis", "latitude": 91},
            profile={"birth_date": "soon", "gender": "?"},
            note=5,
            archive=Archive(reason=10),
        )

    assert {problem.field for problem in refusal.value.problems} == {
        "email",
        "value",
        "address.country",
        "address.latitude",
        "profile.birth_date",
        "profile.gender",
        "note",
        "archive.reason",
    }
    assert set(refusal.value.message_dict) == {problem.field for problem in refusal.value.problems}


def test_what_was_refused_leaves_no_trace():
    lead = make_lead(workspace := make_workspace(), first_name="Ana")

    with pytest.raises(Invalid):
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"last_name": "Ruiz", "email": "x"}))

    lead.refresh_from_db()
    assert (lead.last_name, lead.version) == ("", 1)


def test_metadata_is_capped_after_the_merge():
    workspace = make_workspace()
    lead = make_lead(workspace, metadata={"a": "x" * 40_000})

    with pytest.raises(Invalid) as refusal:
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(metadata={"b": "x" * 40_000}))

    assert refusal.value.problems[0].code == "too_long"


def test_an_unknown_stage_and_an_unknown_outcome_are_named():
    workspace = make_workspace()

    with pytest.raises(Invalid) as stage:
        make_lead(workspace, disposition=DispositionWish(stage="asleep"))
    with pytest.raises(Invalid) as outcome:
        make_lead(workspace, disposition=DispositionWish(outcome="asleep"))

    assert stage.value.problems[0].code == "invalid_choice"
    assert outcome.value.problems[0].code == "unknown_code"
    assert "new" in outcome.value.problems[0].expected
    assert outcome.value.problems[0].message.startswith(
        "There is no disposition “asleep”. Choose one of new, "
    )


def test_an_unknown_outcome_names_the_nearest_one():
    workspace = make_workspace()

    with pytest.raises(Invalid) as outcome:
        make_lead(workspace, disposition=DispositionWish(outcome="qualifed"))
    with pytest.raises(Invalid) as call:
        make_lead(workspace, call=CallLog("no_anwser"))

    told = [refusal.value.problems[0].message for refusal in (outcome, call)]
    assert told == [
        "There is no disposition “qualifed”. The nearest is “qualified”.",
        "There is no call outcome “no_anwser”. The nearest is “no_answer”.",
    ]


class TestDispositionRules:
    @pytest.fixture
    def workspace(self):
        return make_answerable(needs_reason=True, required_items=["tax_id"])

    def test_a_reason_and_the_items_are_asked_for_together(self, workspace):
        lead = make_lead(workspace)
        wish = DispositionWish(outcome="sold", strict=True)

        with pytest.raises(Invalid) as refusal:
            apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(disposition=wish))

        assert [problem.code for problem in refusal.value.problems] == ["reason_required", "items_open"]
        assert "tax_id" in refusal.value.problems[1].message

    def test_the_change_that_completes_the_item_may_enter_the_stage(self, workspace):
        lead = make_lead(workspace)
        change = LeadChange(
            disposition=DispositionWish(outcome="sold", reason="signed", strict=True),
            answers=(AnswerChange("tax_id", {"value": "12-3456789"}),),
        )

        outcome = apply_change(workspace, SYSTEM, ById(lead.pk), change)

        assert outcome.state.stage == "won"
        assert (outcome.lead.checklist_done, outcome.lead.checklist_required) == (1, 1)

    def test_the_rules_bind_only_who_asked_unless_the_workspace_is_strict(self, workspace):
        lead = make_lead(workspace)
        change = LeadChange(disposition=DispositionWish(outcome="sold"))

        assert apply_change(workspace, SYSTEM, ById(lead.pk), change).state.stage == "won"

        workspace.strict_stages = True
        with pytest.raises(Invalid):
            apply_change(workspace, SYSTEM, ById(make_lead(workspace).pk), change)


def test_an_unknown_answer_is_refused_or_reported_as_the_voice_says():
    workspace = make_answerable()
    lead = make_lead(workspace)
    answers = (AnswerChange("tax", {"value": "1"}), AnswerChange("tax_id", {"value": "12-3456789"}))

    with pytest.raises(Invalid) as refusal:
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(answers=answers))
    lenient = apply_change(
        workspace, SYSTEM, ById(lead.pk), LeadChange(answers=answers, strict_answers=False)
    )

    assert refusal.value.problems[0].code == "unknown_code"
    assert refusal.value.problems[0].expected == "tax_id"
    assert [result.problem is None for result in lenient.answers] == [False, True]
    assert lenient.lead.checklist_done == 1


def test_only_a_member_can_own_a_lead():
    workspace, other = make_workspace(), make_workspace()
    member, stranger = make_member(workspace), make_member(other)

    assert make_lead(workspace, assignee=member.pk).assignee_type == "HUMAN_AGENT"
    with pytest.raises(Invalid) as refusal:
        make_lead(workspace, assignee=stranger.pk)

    assert refusal.value.problems[0].code == "not_found"


def test_a_tag_of_another_workspace_does_not_exist():
    workspace, other = make_workspace(), make_workspace()
    theirs = make_lead(other, tags=TagChange(names=("VIP",)))
    tag_id = theirs.lead_tags.get().tag_id

    with pytest.raises(Invalid) as refusal:
        make_lead(workspace, tags=TagChange(ids=(str(tag_id),)))

    assert refusal.value.problems[0].code == "not_found"


def test_an_override_needs_the_right_unless_it_says_what_is_stored():
    workspace = make_workspace()
    lead = make_lead(workspace)

    with pytest.raises(Forbidden):
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(override=Override(True, "why")))
    assert not apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(override=CLEAR)).changed


def test_a_form_that_was_overtaken_is_stale():
    workspace = make_workspace()
    lead = make_lead(workspace)
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"last_name": "Ruiz"}))

    with pytest.raises(Stale) as refusal:
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"source": "web"}, seen_version=1))

    assert (refusal.value.seen, refusal.value.version) == (1, 2)


def test_calling_somebody_who_opted_out_needs_a_reason():
    workspace = make_workspace()
    lead = make_lead(workspace, phone="6782319992", consent=(ConsentWish("call", opted_in=False),))

    with pytest.raises(Invalid) as refusal:
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(call=CallLog("connected")))
    done = apply_change(
        workspace, SYSTEM, ById(lead.pk), LeadChange(call=CallLog("connected", reason="they asked us to"))
    )

    assert [problem.code for problem in refusal.value.problems] == ["opted_out"]
    assert done.lead.attempts == 1


def test_a_blank_answer_is_no_answer():
    workspace = make_answerable()
    lead = make_lead(workspace, answers=(AnswerChange("tax_id", {"value": "12-3456789"}),))

    blank = apply_change(
        workspace, SYSTEM, ById(lead.pk), LeadChange(answers=(AnswerChange("tax_id", {"value": "   "}),))
    )

    assert blank.lead.checklist_done == 0
    assert lead.answers.get().status == "TODO"


def test_a_value_that_cannot_be_read_hides_no_name_that_is_unknown():
    workspace = make_answerable(required_items=["tax_id"])
    nonsense = DispositionWish(outcome="nonsense")
    with pytest.raises(Invalid) as refusal:
        make_lead(
            workspace, email="none", disposition=nonsense, tags=TagChange(names=("missing",), create=False)
        )
    told = {problem.field: problem.code for problem in refusal.value.problems}
    assert told == {"email": "invalid_email", "disposition": "unknown_code", "tags": "not_found"}

    unread = Problem("answers.tax_id", "invalid_number", "Write a number.")
    sold = DispositionWish(outcome="sold", strict=True)
    with pytest.raises(Invalid) as refusal:
        make_lead(workspace, first_name="Ana", disposition=sold, problems=(unread,))
    assert refusal.value.problems == (unread,), "it was answered, though badly, and is not said to be open"


def test_a_stage_that_is_none_is_told_once():
    with pytest.raises(Invalid) as refusal:
        make_lead(make_workspace(), first_name="Ana", disposition=DispositionWish(stage="nonsense"))
    assert [problem.field for problem in refusal.value.problems] == ["disposition"]
