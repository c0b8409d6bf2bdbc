"""The one filter: what each part of it picks, and what it refuses by which code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from leads.change import (
    AnswerChange,
    Archive,
    ById,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.changes import apply_change
from leads.errors import Invalid
from leads.models import ImportBatch, Lead, Tag
from leads.queries.filters import LeadFilter
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

NOBODY = "0190a000-0000-7000-8000-000000000000"


def picked(workspace, filters, **options):
    found = LeadFilter(filters, workspace=workspace, **options)
    assert found.problems == []
    return {lead.first_name for lead in found.qs}


def problems(filters, workspace=None, **options):
    found = LeadFilter(filters, workspace=workspace or make_workspace(), **options)
    return [(problem.field, problem.code) for problem in found.problems]


def make_items(workspace):
    options = {"options": ["Red", "Dark blue", "Grün"]}
    for code, kind, rules in [
        ("legal_name", "TEXT", {}),
        ("staff", "NUMBER", {}),
        ("insured", "BOOLEAN", {}),
        ("colour", "SELECT", options),
        ("colours", "SELECT", {**options, "multiple": True}),
    ]:
        ask_for(workspace, code, kind, rules=rules)


@pytest.fixture
def workspace():
    workspace = make_workspace()
    make_items(workspace)
    make_ada(workspace, make_member(workspace, email="owner@desk.example"))
    make_grace(workspace)
    make_lead(workspace, first_name="Edith", archive=Archive())
    gone = make_lead(workspace, first_name="Gone")
    apply_change(workspace, SYSTEM, ById(gone.pk), LeadChange(delete=True))
    moment = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)
    Lead.objects.filter(workspace=workspace).update(created_at=moment, updated_at=moment)
    later = moment + timedelta(days=1)
    Lead.objects.filter(workspace=workspace, first_name="Grace").update(created_at=later, updated_at=later)
    return workspace


def make_ada(workspace, owner):
    make_lead(
        workspace,
        first_name="Ada",
        email="Ada@Kiln.example",
        phone="(404) 555-0137",
        source="web",
        external_id="A-1",
        value=100,
        assignee=owner.pk,
        next_action_at="2026-05-01T10:00:00Z",
        metadata={"utm_source": "news", "score": 5, "vip": True, 'a "b"': "x", "a__b": "y", "0": "zero"},
        tags=TagChange(names=("Gold", "Old, friend")),
        answers=(
            AnswerChange("legal_name", {"value": "Kiln"}),
            AnswerChange("staff", {"value": 5}),
            AnswerChange("insured", {"value": True}),
            AnswerChange("colour", {"value": "Red"}),
            AnswerChange("colours", {"value": ["Red", "Grün"]}),
        ),
    )


def make_grace(workspace):
    make_lead(
        workspace,
        first_name="Grace",
        source="fair",
        value=200,
        disposition=DispositionWish("won"),
        metadata={"score": "5", "vip": "true"},
        contact_points=(
            ContactPointChange("email", "ada@kiln.example"),
            ContactPointChange("phone", "4045550137"),
        ),
        tags=TagChange(names=("Gold",)),
        answers=(AnswerChange("colours", {"value": ["Dark blue"]}),),
    )


ADA, GRACE, BOTH, NONE = {"Ada"}, {"Grace"}, {"Ada", "Grace"}, set()


@pytest.mark.parametrize(
    "query, names",
    [
        ("", BOTH),
        ("stage=won", GRACE),
        ("stage=new,won", BOTH),
        ("stage=new&stage=won", BOTH),
        ("stage=lost", NONE),
        ("disposition=won", GRACE),
        ("assignee=none", GRACE),
        ("source=web", ADA),
        ("source=web&source=fair", BOTH),
        ("tag=gold", BOTH),
        ("tag=GOLD&tag=Old, friend", BOTH),
        ("tag_all=gold&tag_all=old, friend", ADA),
        ("untagged=yes", NONE),
        ("untagged=no", BOTH),
        ("archived=archived", {"Edith"}),
        ("archived=all", {"Ada", "Grace", "Edith"}),
        ("archived=active", BOTH),
        ("deleted=yes", {"Gone"}),
        ("created_from=2026-04-02", GRACE),
        ("created_to=2026-04-01", ADA),
        ("created_to=2026-04-02", BOTH),
        ("created_from=2026-04-01T22:30:00Z&created_to=2026-04-01T22:30:00Z", ADA),
        ("updated_from=2026-04-02T22:30:00.001Z", NONE),
        ("updated_to=2026-04-01T22:29:59Z", NONE),
        ("value_from=100&value_to=100.00", ADA),
        ("value_from=100.01", GRACE),
        ("currency=usd", BOTH),
        ("currency=EUR", NONE),
        ("external_id=A-1", ADA),
        ("external_id=a-1", NONE),
        ("email=ADA@kiln.example", BOTH),
        ("email=nobody", NONE),
        ("phone=404-555-0137", BOTH),
        ("phone=404-555-0138", NONE),
        ("has_next_action=true", ADA),
        ("has_next_action=false", GRACE),
        ("next_action_from=2026-05-01&next_action_to=2026-05-01", ADA),
        ("next_action_from=2026-05-02", NONE),
        ("assignee_type=HUMAN_AGENT", ADA),
        ("search=ada@kiln", BOTH),
        ("search=grace", GRACE),
        ("metadata.utm_source=news", ADA),
        ("metadata.utm_source=new", NONE),
        ("metadata.score=5", BOTH),
        ("metadata.vip=true", BOTH),
        ("metadata.vip=1", NONE),
        ("metadata.a__b=y", ADA),
        ("metadata.0=zero", ADA),
        ("metadata.gone=", BOTH),
        ("answer.legal_name=Kiln", ADA),
        ("answer.LEGAL_NAME=kiln", NONE),
        ("answer.staff=5", ADA),
        ("answer.staff=6", NONE),
        ("answer.insured=yes", ADA),
        ("answer.colour=red", ADA),
        ("answer.colours=Grün", ADA),
        ("answer.colours=Dark blue", GRACE),
        ("stage=new&tag=gold&value_from=1&search=ada&metadata.score=5&answer.staff=5", ADA),
    ],
)
def test_the_filter_picks(workspace, query, names):
    assert picked(workspace, QueryDict(query)) == names


def test_values_may_be_what_they_are(workspace):
    tag = Tag.objects.get(workspace=workspace, normalized="gold")
    filters = {
        "tag_all": [tag.pk],
        "stage": ["new"],
        "created_from": datetime(2026, 1, 1, tzinfo=UTC),
        "value_from": 100,
        "has_next_action": True,
        "metadata.score": 5,
        "answer.insured": True,
        "answer.colours": ["Red", "Grün"],
        "source": None,
    }
    assert picked(workspace, filters) == ADA


def test_an_assignee_is_one_or_me_or_nobody(workspace):
    owner = Lead.objects.get(workspace=workspace, first_name="Ada").assignee_id
    assert picked(workspace, {"assignee": str(owner)}) == ADA
    assert picked(workspace, {"assignee": f"{owner},none"}) == BOTH
    assert picked(workspace, {"assignee": "me"}, user_id=owner) == ADA
    assert problems({"assignee": "me"}, workspace) == [("assignee", "not_found")]


def test_days_are_those_of_the_one_who_looks(workspace):
    assert picked(workspace, {"created_from": "2026-04-02"}, zone=ZoneInfo("Europe/Berlin")) == BOTH
    assert picked(workspace, {"created_to": "2026-04-01"}, zone=ZoneInfo("Europe/Berlin")) == NONE
    assert picked(workspace, {"created_from": "2026-04-02T00:00:00"}, zone=ZoneInfo("Europe/Berlin")) == BOTH


def test_the_leads_of_an_import_are_picked(workspace):
    batch = ImportBatch.objects.create(workspace=workspace, name="leads.csv")
    Lead.objects.filter(workspace=workspace, first_name="Ada").update(import_batch=batch)
    assert picked(workspace, {"import_batch": str(batch.pk)}) == ADA


def test_other_workspaces_and_merged_leads_are_never_picked(workspace):
    ada, grace = (Lead.objects.get(workspace=workspace, first_name=name) for name in ("Ada", "Grace"))
    Lead.objects.filter(pk=grace.pk).update(merged_into=ada)
    make_lead(make_workspace(), first_name="Elsewhere")
    assert picked(workspace, {"archived": "all"}) == {"Ada", "Edith"}


@pytest.mark.parametrize(
    "name, value, code",
    [
        ("stage", "knew", "invalid_choice"),
        ("stage", "new,knew", "invalid_choice"),
        ("disposition", "knew", "invalid_choice"),
        ("assignee", "x", "not_found"),
        ("assignee", NOBODY, "not_found"),
        ("assignee_type", "ROBOT", "invalid_choice"),
        ("source", "x" * 51, "too_long"),
        ("tag", "gone", "not_found"),
        ("tag", NOBODY, "not_found"),
        ("tag_all", "gone", "not_found"),
        ("untagged", "perhaps", "invalid_choice"),
        ("archived", "sometimes", "invalid_choice"),
        ("created_from", "yesterday", "invalid_date"),
        ("created_to", "2026-02-30", "invalid_date"),
        ("updated_from", "0001-01-01", "invalid_date"),
        ("updated_to", "9999-12-31", "invalid_date"),
        ("value_from", "1,000", "invalid_number"),
        ("value_to", "-1", "negative"),
        ("currency", "dollars", "invalid_choice"),
        ("import_batch", "x", "not_found"),
        ("import_batch", NOBODY, "not_found"),
        ("search", "x" * 201, "too_long"),
        ("search", "a\x00b", "control_character"),
        ("email", "a\x00b", "control_character"),
        ("metadata.a\x00b", "x", "control_character"),
        ("metadata.a", "x\x00y", "control_character"),
        ("metadata.a", {"b": 1}, "invalid_type"),
        ("metadata.", "x", "unknown_field"),
        ("answer.gone", "x", "unknown_code"),
        ("colour", "red", "unknown_field"),
        ("is_test", "true", "unknown_field"),
        ("workspace", "x", "unknown_field"),
    ],
)
def test_the_filter_refuses(name, value, code):
    assert problems({name: value}) == [(name, code)]


def test_a_value_that_an_item_does_not_take_is_refused_by_its_rules(workspace):
    assert problems({"answer.staff": "many"}, workspace) == [("answer.staff", "invalid_number")]
    assert problems({"answer.colour": "pink"}, workspace) == [("answer.colour", "invalid_choice")]


def test_every_problem_is_told_with_the_value_and_what_was_expected():
    found = LeadFilter({"stage": "wom", "sauce": "web", "tag": "gone"}, workspace=make_workspace()).problems
    told = {problem.field: (problem.value, problem.expected) for problem in found}
    assert told["sauce"] == ("sauce", "source")
    assert told["stage"][0] == "wom"
    assert "won" in told["stage"][1]
    assert told["tag"] == ("gone", None)


def test_what_belongs_to_another_workspace_is_not_found():
    workspace, other = make_workspace(), make_workspace()
    lead = make_lead(other, first_name="Ada", tags=TagChange(names=("gold",)), assignee=make_member(other).pk)
    tag = Tag.objects.get(workspace=other)
    batch = ImportBatch.objects.create(workspace=other, name="leads.csv")
    for name, value in [("tag", tag.pk), ("assignee", lead.assignee_id), ("import_batch", batch.pk)]:
        assert problems({name: str(value)}, workspace) == [(name, "not_found")]
    assert problems({"disposition": str(lead.disposition_id)}, workspace) == [
        ("disposition", "invalid_choice")
    ]


def test_what_is_left_of_several_values_is_applied_and_the_rest_is_told():
    workspace = make_workspace()
    vip = make_lead(workspace, tags=TagChange(names=("VIP",)), first_name="Ana")
    make_lead(workspace)
    partly = LeadFilter({"tag": ["vip", "gone"]}, workspace=workspace)
    wholly = LeadFilter({"tag": ["gone"], "stage": ["new", "asleep"]}, workspace=workspace)

    assert list(partly.qs) == [vip]
    assert [(problem.field, problem.code, problem.value) for problem in partly.problems] == [
        ("tag", "not_found", "gone")
    ]
    assert wholly.qs.count() == 2
    assert {problem.field for problem in wholly.problems} == {"tag", "stage"}
    with pytest.raises(Invalid):
        partly.settle()


def test_days_are_told_from_today_in_the_zone_of_whoever_looks():
    workspace = make_workspace()
    zone = ZoneInfo("America/New_York")
    at = datetime(2026, 3, 8, 4, 30, tzinfo=UTC)  # still the 7th there; the clocks change on the 8th
    lead = make_lead(workspace)
    found = []
    for moment in (
        "2026-03-01T04:59:59Z",
        "2026-03-01T05:00:00Z",
        "2026-03-09T03:59:59Z",
        "2026-03-09T04:00:00Z",
    ):
        Lead.objects.update(created_at=moment)
        window = {"created_from": "-6d", "created_to": "1d"}
        found.append(LeadFilter(window, workspace=workspace, zone=zone, at=at).qs.count())
        assert lead
    assert found == [0, 1, 1, 0]
    odd = LeadFilter({"created_from": "-6 d", "created_to": "99999d"}, workspace=workspace)
    assert len(odd.problems) == 2
