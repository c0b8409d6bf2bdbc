"""Writing definitions: what differs is written once, archived rather than deleted, and told in the audit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from checklists.definitions import load_definitions
from checklists.files import demo_checklist
from checklists.models import Group, Item
from checklists.specs import ChecklistSpec
from leadhub.workspaces.models import WorkspaceEntry
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change
from leads.changes.definitions import apply_definitions, read_checklist
from leads.errors import Invalid, Stale
from leads.models import Answer
from tests.checklists.make import make_group, make_item, when
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

OPTIONS = {"options": ["LLC", "Corporation", "Sole proprietor"]}


def apply(workspace, *groups, **options):
    return apply_definitions(workspace, SYSTEM, ChecklistSpec(groups), **options)


def answer(workspace, lead, code, value):
    change = LeadChange(answers=(AnswerChange(code, {"value": value}),))
    return apply_change(workspace, SYSTEM, ById(lead.pk), change)


def codes(workspace):
    return [[item.code for item in group.items] for group in load_definitions(workspace).groups]


def refusal_of(*arguments, **options):
    with pytest.raises(Invalid) as refusal:
        apply(*arguments, **options)
    return [(problem.field, problem.code) for problem in refusal.value.problems]


def test_a_first_checklist_is_written_and_told():
    workspace = make_workspace()

    applied = apply_definitions(workspace, SYSTEM, demo_checklist())

    entry = WorkspaceEntry.objects.get(workspace=workspace, kind="checklist_changed")
    assert applied.lines[:2] == [
        '+ group "Business Information"',
        "+ item business_name (TEXT, in Business Information)",
    ]
    assert entry.changes["/items/tax_id"] == [None, "TEXT, in Business Information", "added"]
    assert entry.actor_name == SYSTEM.name
    assert [len(group) for group in codes(workspace)] == [3, 13]
    assert set(Item.objects.values_list("added_revision", flat=True)) == {workspace.definitions_revision}


def test_the_same_checklist_again_writes_nothing():
    workspace = make_workspace()
    apply_definitions(workspace, SYSTEM, demo_checklist())
    before = (workspace.definitions_revision, workspace.catalogue_token, WorkspaceEntry.objects.count())
    stamps = set(Item.objects.values_list("pk", "updated_at"))

    applied = apply_definitions(workspace, SYSTEM, demo_checklist())

    assert applied.differences == ()
    assert (
        workspace.definitions_revision,
        workspace.catalogue_token,
        WorkspaceEntry.objects.count(),
    ) == before
    assert set(Item.objects.values_list("pk", "updated_at")) == stamps


def test_the_revision_rises_by_one_with_a_change():
    workspace = make_workspace()
    first = apply(workspace, make_group("one", name="A")).revision

    second = apply(workspace, make_group("one", "two", name="A")).revision

    assert second == first + 1 == workspace.definitions_revision


def test_a_change_keeps_the_row_and_names_both_values():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))
    row = Item.objects.get(code="one")

    applied = apply(
        workspace, make_group(make_item("one", label="First", is_required=False), "two", name="A")
    )

    entry = WorkspaceEntry.objects.latest("created_at", "id")
    assert applied.lines == ["~ item one: label One -> First", "~ item one: is_required yes -> no"]
    assert entry.changes == {"/items/one/label": ["One", "First"], "/items/one/is_required": [True, False]}
    assert Item.objects.get(code="one").pk == row.pk
    assert Item.objects.get(code="one").changed_revision == applied.revision
    assert Item.objects.get(code="two").changed_revision < applied.revision


def test_what_is_gone_is_archived_and_comes_back_with_its_answers():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))
    lead = make_lead(workspace, first_name="Ana")
    answer(workspace, lead, "two", "kept")

    gone = apply(workspace, make_group("one", name="A"))
    archived = codes(workspace)
    back = apply(workspace, make_group("one", "two", name="A"))

    assert gone.lines == ["- item two: archived, its answers are kept"]
    assert archived == [["one"]]
    assert back.lines == ["+ item two: restored from the archive"]
    assert Answer.objects.get(lead=lead).value == "kept"
    assert codes(workspace) == [["one", "two"]]


def test_items_move_groups_are_renamed_and_order_changes():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", "three", name="A"), make_group("four", name="B"))
    group = Group.objects.get(name="A")

    applied = apply(
        workspace, make_group("four", "one", name="B"), make_group("three", "new", "two", name="First")
    )

    assert applied.lines == [
        "~ item one: group A -> B",
        '~ group "First": name A -> First',
        "+ item new (TEXT, in First)",
        "~ groups: order First, B -> B, First",
        '~ group "First": order two, three -> three, two',
    ]
    assert Group.objects.get(name="First").pk == group.pk
    assert codes(workspace) == [["four", "one"], ["three", "new", "two"]]


def test_a_newcomer_in_the_middle_is_no_reordering():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))

    applied = apply(workspace, make_group("one", "new", "two", name="A"))

    assert applied.lines == ["+ item new (TEXT, in A)"]
    assert codes(workspace) == [["one", "new", "two"]]
    assert Item.objects.get(code="two").changed_revision < applied.revision


def test_a_group_that_is_gone_is_archived_with_its_items():
    workspace = make_workspace()
    apply(workspace, make_group("one", name="A"), make_group("two", name="B"))

    applied = apply(workspace, make_group("one", name="A"))

    assert applied.lines == ['- group "B": archived', "- item two: archived, its answers are kept"]
    assert codes(workspace) == [["one"]]


def test_what_was_read_may_be_written_back():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"), make_group("three", name="B"))
    apply(workspace, make_group("one", name="A"))

    assert apply_definitions(workspace, SYSTEM, read_checklist(workspace)).differences == ()


def test_an_editor_changes_codes_and_names_by_id():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))
    stored = read_checklist(workspace)
    group = stored.groups[0]
    items = (replace(group.items[0], code="uno"), group.items[1])

    applied = apply(workspace, replace(group, name="Alpha", items=items))

    assert applied.lines == ['~ group "Alpha": name A -> Alpha', "~ item uno: code one -> uno"]
    assert Item.objects.get(code="uno").pk == group.items[0].id


def test_an_editor_that_took_too_long_is_asked_to_look_again():
    workspace = make_workspace()
    apply(workspace, make_group("one", name="A"))
    seen = workspace.definitions_revision
    apply(workspace, make_group("one", "two", name="A"))

    with pytest.raises(Stale):
        apply(workspace, make_group("three", name="A"), seen_revision=seen)

    assert codes(workspace) == [["one", "two"]]


def test_a_dry_run_tells_everything_and_stores_nothing():
    workspace = make_workspace()
    before = (workspace.definitions_revision, workspace.catalogue_token, WorkspaceEntry.objects.count())

    applied = apply(workspace, make_group("one", name="A"), dry_run=True)

    workspace.refresh_from_db()
    assert applied.lines == ['+ group "A"', "+ item one (TEXT, in A)"]
    assert (
        workspace.definitions_revision,
        workspace.catalogue_token,
        WorkspaceEntry.objects.count(),
    ) == before
    assert not Item.objects.exists()
    assert codes(workspace) == []


def test_a_bad_checklist_is_refused_whole():
    workspace = make_workspace()
    apply(workspace, make_group("one", name="A"))

    problems = refusal_of(
        workspace,
        make_group(
            "one", make_item("two", conditions=when("gone", "is_set")), make_item("three", "CHOICE"), name="A"
        ),
    )

    assert sorted(problems) == [
        ("groups[0].items[1].conditions.rules[0].code", "unknown_code"),
        ("groups[0].items[2].field_type", "invalid_choice"),
    ]
    assert codes(workspace) == [["one"]]


def test_an_item_that_others_ask_about_is_not_archived():
    workspace = make_workspace()
    asking = make_item("two", conditions=when("one", "is_set"))
    apply(workspace, make_group("one", asking, name="A"))

    assert refusal_of(workspace, make_group(asking, name="A")) == [
        ("groups[0].items[0].conditions.rules[0].code", "unknown_code")
    ]


def test_answers_keep_the_kind_of_their_item():
    workspace = make_workspace()
    apply(workspace, make_group("one", make_item("file", "FILE"), "free", name="A"))
    lead = make_lead(workspace, first_name="Ana")
    answer(workspace, lead, "one", "text")
    number = make_item("one", "NUMBER")

    assert refusal_of(workspace, make_group(number, "free", name="A")) == [
        ("groups[0].items[0].field_type", "answered")
    ]
    free = make_item("free", "NUMBER")
    assert apply(workspace, make_group("one", make_item("file", "ID"), free, name="A")).differences


def test_an_option_that_somebody_chose_stays():
    workspace = make_workspace()
    several = {"options": ["CA", "NY", "TX"], "multiple": True}
    apply(
        workspace,
        make_group(
            make_item("kind", "SELECT", rules=OPTIONS), make_item("in", "SELECT", rules=several), name="A"
        ),
    )
    lead = make_lead(workspace, first_name="Ana")
    answer(workspace, lead, "kind", "LLC")
    answer(workspace, lead, "in", ["CA", "TX"])

    fewer = make_item("kind", "SELECT", rules={"options": ["Corporation", "GmbH"]})
    less = make_item("in", "SELECT", rules={**several, "options": ["NY", "CA"]})
    one = make_item("in", "SELECT", rules={"options": several["options"]})
    fine = make_item("kind", "SELECT", rules={"options": ["GmbH", "LLC"]})

    assert refusal_of(workspace, make_group(fewer, less, name="A")) == [
        ("groups[0].items[0].rules.options", "answered"),
        ("groups[0].items[1].rules.options", "answered"),
    ]
    assert refusal_of(workspace, make_group(fine, one, name="A")) == [
        ("groups[0].items[1].rules.multiple", "answered")
    ]
    assert apply(workspace, make_group(fine, make_item("in", "SELECT", rules=several), name="A")).differences


def test_a_code_in_the_archive_is_not_given_to_another_item():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))
    apply(workspace, make_group("one", name="A"))
    group = read_checklist(workspace).groups[0]
    renamed = replace(group, items=(replace(group.items[0], code="TWO"),))

    assert refusal_of(workspace, renamed) == [("groups[0].items[0].code", "duplicate_code")]


def test_two_items_do_not_swap_their_codes():
    workspace = make_workspace()
    apply(workspace, make_group("one", "two", name="A"))
    group = read_checklist(workspace).groups[0]
    one, two = group.items

    swapped = replace(group, items=(replace(one, code="two"), replace(two, code="one")))

    assert refusal_of(workspace, swapped) == [
        ("groups[0].items[0].code", "duplicate_code"),
        ("groups[0].items[1].code", "duplicate_code"),
    ]


def test_another_workspace_is_another_checklist():
    here, there = make_workspace(), make_workspace()
    apply(here, make_group("one", name="A"))
    apply(there, make_group("one", name="A"))
    stranger = read_checklist(there).groups[0]

    assert refusal_of(here, stranger) == [
        ("groups[0]", "not_found"),
        ("groups[0].name", "duplicate_name"),
        ("groups[0].items[0]", "not_found"),
        ("groups[0].items[0].code", "duplicate_code"),
    ]
    apply(here, make_group("two", name="B"))
    assert codes(there) == [["one"]]


@pytest.mark.parametrize(
    "values", [{"code": "ONE"}, {"code": "x", "field_type": "?"}, {"code": "x", "group": None}]
)
def test_the_tables_refuse_what_no_writer_would_store(values):
    workspace = make_workspace()
    apply(workspace, make_group("one", name="A"))
    columns = {"label": "L", "field_type": "TEXT", "group": Group.objects.get(workspace=workspace), **values}

    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(workspace=workspace, **columns)


def test_a_change_of_definitions_costs_the_same_whatever_the_number_of_leads():
    def queries(leads):
        workspace = make_workspace()
        apply(workspace, make_group("one", make_item("kind", "SELECT", rules=OPTIONS), name="A"))
        for number in range(leads):
            answer(workspace, make_lead(workspace, first_name=f"Ana {number}"), "kind", "LLC")
        fewer = make_item("kind", "SELECT", rules={"options": ["LLC", "Corporation"]})
        with CaptureQueriesContext(connection) as captured:
            apply(workspace, make_group("one", fewer, "two", name="A"))
        return len(captured)

    assert queries(2) == queries(20)


# Reading


def test_definitions_are_read_in_one_query_and_then_held(django_assert_num_queries):
    workspace = make_workspace()
    apply_definitions(workspace, SYSTEM, demo_checklist())
    lead = make_lead(workspace, first_name="Ana")
    apply(workspace, make_group("one", name="A"))

    with django_assert_num_queries(1):
        load_definitions(workspace, lead.pk)
    with django_assert_num_queries(0):
        assert load_definitions(workspace).item("one").label == "One"
    with django_assert_num_queries(1):
        load_definitions(workspace, lead.pk)


def test_definitions_from_a_transaction_that_rolled_back_are_forgotten():
    workspace = make_workspace()
    apply(workspace, make_group("one", name="A"))
    try:
        with transaction.atomic():
            apply(workspace, make_group("one", "two", name="A"))
            assert codes(workspace) == [["one", "two"]]
            raise ZeroDivisionError
    except ZeroDivisionError:
        workspace.refresh_from_db()

    assert codes(workspace) == [["one"]]
    apply(workspace, make_group("one", "three", name="A"))
    assert codes(workspace) == [["one", "three"]]
