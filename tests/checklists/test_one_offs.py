"""Items for one lead: they change that lead alone, and keep their codes to themselves."""

from __future__ import annotations

import pytest

from checklists.definitions import load_definitions, one_off_group_id
from checklists.models import Group, Item
from checklists.specs import ChecklistSpec, ItemSpec
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change
from leads.changes.definitions import apply_definitions
from leads.changes.one_offs import add_one_off_item, archive_one_off_item
from leads.errors import Invalid, NotFound
from leads.models import Entry, Lead
from tests.checklists.make import make_group, make_item, when
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    workspace = make_workspace()
    apply_definitions(workspace, SYSTEM, ChecklistSpec((make_group("legal_name", name="A"),)))
    return workspace


def add(workspace, lead, code="", label="Lease agreement", field_type="TEXT", *, group_id=None, **values):
    spec = ItemSpec(code=code, label=label, field_type=field_type, **values)
    return add_one_off_item(workspace, SYSTEM, ById(lead.pk), spec, group_id=group_id)


def problems_of(*arguments, **values):
    with pytest.raises(Invalid) as refusal:
        add(*arguments, **values)
    return [(problem.field, problem.code) for problem in refusal.value.problems]


def test_an_item_for_one_lead_changes_that_lead_alone(workspace):
    lead, other = make_lead(workspace, first_name="Ana"), make_lead(workspace, first_name="Bo")
    revision, version = workspace.definitions_revision, lead.version

    row = add(workspace, lead, field_type="FILE", is_required=True)

    workspace.refresh_from_db()
    lead = Lead.objects.get(pk=lead.pk)
    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")
    assert (row.code, row.only_for, row.group) == ("LEASE_AGREEMENT", lead.pk, None)
    assert workspace.definitions_revision == revision
    assert (lead.checklist_required, lead.checklist_revision, lead.version) == (2, revision, version + 1)
    assert (entry.kind, entry.changes) == (
        "item_added",
        {"/items/LEASE_AGREEMENT": [None, "Lease agreement", "added"]},
    )
    assert load_definitions(workspace, lead.pk).groups[-1].id == one_off_group_id(workspace.pk)
    assert load_definitions(workspace, other.pk).item("LEASE_AGREEMENT") is None


def test_it_is_answered_like_any_other(workspace):
    lead = make_lead(workspace, first_name="Ana")
    add(workspace, lead)

    change = LeadChange(answers=(AnswerChange("lease_agreement", {"value": "signed"}),))
    lead = apply_change(workspace, SYSTEM, ById(lead.pk), change).lead

    assert (lead.checklist_required, lead.checklist_done) == (2, 1)


def test_it_may_stand_in_a_group_and_ask_about_others(workspace):
    lead = make_lead(workspace, first_name="Ana")
    group = Group.objects.get(workspace=workspace)

    add(workspace, lead, group_id=group.pk, conditions=when("legal_name", "is_set"))

    definitions = load_definitions(workspace, lead.pk)
    assert [[item.code for item in group.items] for group in definitions.groups] == [
        ["legal_name", "LEASE_AGREEMENT"]
    ]
    lead.refresh_from_db()
    assert lead.checklist_required == 1


def test_a_group_that_is_gone_lets_its_one_offs_stand_apart(workspace):
    lead = make_lead(workspace, first_name="Ana")
    add(workspace, lead, group_id=Group.objects.get(workspace=workspace).pk)

    apply_definitions(workspace, SYSTEM, ChecklistSpec((make_group("other", name="B"),)))

    groups = load_definitions(workspace, lead.pk).groups
    assert [(group.name, [item.code for item in group.items]) for group in groups] == [
        ("B", ["other"]),
        ("Additional items", ["LEASE_AGREEMENT"]),
    ]


def test_a_made_up_code_is_numbered_where_it_is_taken(workspace):
    lead = make_lead(workspace, first_name="Ana")

    made = [add(workspace, lead, label=label).code for label in ("Legal name", "Legal name!", "Rent")]

    assert made == ["LEGAL_NAME_2", "LEGAL_NAME_3", "RENT"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"code": "Legal_Name"}, ("code", "duplicate_code")),
        ({"code": "a b"}, ("code", "invalid_code")),
        ({"label": ""}, ("label", "required")),
        ({"field_type": "TOOL"}, ("field_type", "invalid_choice")),
        ({"rules": {"pattern": "(a+)+"}}, ("rules.pattern", "catastrophic_pattern")),
        ({"conditions": when("gone", "is_set")}, ("conditions.rules[0].code", "unknown_code")),
        ({"code": "x", "conditions": when("x", "is_set")}, ("", "circle")),
        ({"conditions": when("lead.stage", "equals", "won")}, ("conditions", "invalid_choice")),
    ],
)
def test_a_bad_item_is_refused(workspace, values, problem):
    lead = make_lead(workspace, first_name="Ana")

    assert problems_of(workspace, lead, **values) == [problem]
    assert not Item.objects.exclude(only_for=None).exists()


def test_the_group_of_another_workspace_is_not_found(workspace):
    elsewhere = make_workspace()
    apply_definitions(elsewhere, SYSTEM, ChecklistSpec((make_group("one", name="A"),)))
    stranger = Group.objects.get(workspace=elsewhere)

    lead = make_lead(workspace, first_name="Ana")

    assert problems_of(workspace, lead, group_id=stranger.pk) == [("group", "not_found")]


def test_a_lead_of_another_workspace_is_not_found(workspace):
    stranger = make_lead(make_workspace(), first_name="Ana")

    with pytest.raises(NotFound):
        add(workspace, stranger)


def test_two_leads_may_use_one_code_but_the_workspace_may_not_take_it(workspace):
    for name in ("Ana", "Bo"):
        add(workspace, make_lead(workspace, first_name=name), "rent")
    wanted = ChecklistSpec((make_group("legal_name", make_item("Rent"), name="A"),))

    with pytest.raises(Invalid) as refusal:
        apply_definitions(workspace, SYSTEM, wanted)

    (problem,) = refusal.value.problems
    assert (problem.field, problem.code) == ("groups[0].items[1].code", "duplicate_code")
    for row in Item.objects.exclude(only_for=None):
        archive_one_off_item(workspace, SYSTEM, ById(row.only_for), row.pk)
    assert apply_definitions(workspace, SYSTEM, wanted).lines == ["+ item Rent (TEXT, in A)"]


def test_an_archived_one_counts_no_more(workspace):
    lead = make_lead(workspace, first_name="Ana")
    row = add(workspace, lead)

    archive_one_off_item(workspace, SYSTEM, ById(lead.pk), row.pk)

    lead.refresh_from_db()
    assert lead.checklist_required == 1
    with pytest.raises(NotFound):
        archive_one_off_item(workspace, SYSTEM, ById(lead.pk), row.pk)
