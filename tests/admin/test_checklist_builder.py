"""The checklist builder: a draft by forms, its preview, its differences, and publishing it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from checklists.models import Group, Item
from checklists.specs import ChecklistSpec
from leads.change import AnswerChange, ById, LeadChange
from leads.changes import apply_change
from leads.changes.definitions import apply_definitions, read_checklist
from leads.models import Answer
from tests.checklists.make import make_group, make_item
from tests.make import SYSTEM, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, role="owner"))
    return workspace


def make_spec(conditions=None, **groups):
    """Groups by name, each with the types of its items by code."""
    return ChecklistSpec(
        tuple(
            make_group(
                *(make_item(*item, label=item[0]) for item in items.items()), name=name, conditions=conditions
            )
            for name, items in groups.items()
        )
    )


def to(name, *args, query=""):
    return reverse(f"admin:checklist{name}", args=args) + query


def add_group(client, name, **more):
    return client.post(to("_group_new"), {"name": name, **more})


def key_of(client, name):
    """The id in the address that edits what has this name."""
    page = client.get(to("")).content.decode()
    return re.search(rf'/([0-9a-f-]{{36}})/">{re.escape(name)}</a>', page)[1]


def add_item(client, group, question, kind="TEXT", **more):
    sent = {"label": question, "field_type": kind, "is_required": "on", "group": key_of(client, group)}
    address = to("_item_new", query=f"?group={sent['group']}&type={kind}")
    return client.post(address, {**sent, "code": "", **more})


def step(client, name, word):
    return client.post(to("_step"), {"key": key_of(client, name), "step": word})


def published(workspace):
    groups = read_checklist(workspace).live().groups
    return {group.name: [item.code for item in group.items] for group in groups}


def test_a_checklist_is_built_previewed_and_published(client, desk):
    lead = make_lead(desk, first_name="Ana")
    assert "Nothing is asked of leads yet" in client.get(to("")).content.decode()
    add_group(client, "Business")
    add_group(client, "Papers", code_0="lead.value", op_0="gt", value_0="1000")
    add_item(client, "Business", "Entity type", "SELECT", rule_options="LLC\nSole proprietor")
    conditions = {"code_0": "entity_type", "op_0": "equals", "value_0": "llc"}
    add_item(client, "Business", "Operating agreement?", "BOOLEAN", **conditions)
    add_item(client, "Papers", "Bank statement", "BANK_STATEMENT", rule_months="3")
    step(client, "Operating agreement?", "up")
    step(client, "Papers", "up")
    assert not Item.objects.exists()

    page = client.get(to("")).content.decode()
    assert "5 changes are not published yet" in page
    assert "Only if Entity type is LLC" in page
    assert "Only if The lead’s value is more than 1000" in page
    shown = client.get(to("_preview")).content.decode()
    assert "because “Entity type” is not answered" in shown
    shown = client.get(to("_preview", query="?entity_type=LLC")).content.decode()
    assert "is not answered" not in shown
    assert "because the value is not known" in shown
    shown = client.get(to("_preview", query="?lead.value=1001")).content.decode()
    assert "the value is" not in shown
    review = client.get(to("_publish")).content.decode()
    assert "item entity_type (SELECT, in Business)" in review
    assert "1 open lead will be asked" in review

    client.post(to("_publish"))

    assert published(desk) == {
        "Papers": ["bank_statement"],
        "Business": ["operating_agreement", "entity_type"],
    }
    rules = Item.objects.get(code="entity_type").rules
    assert rules == {"options": ["LLC", "Sole proprietor"]}
    assert Item.objects.get(code="bank_statement").rules == {"months": 3}
    assert "not published yet" not in client.get(to("")).content.decode()
    assert lead.checklist_required == 0


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(client, desk):
    add_group(client, "Business")
    for kind, sent, said in (
        ("SELECT", {"rule_options": ""}, "List the options"),
        ("TEXT", {"rule_pattern": "(a+)+"}, "may never end"),
        ("TEXT", {"rule_pattern": "("}, "no regular expression"),
        ("NUMBER", {"rule_min": "5", "rule_max": "1"}, "begin at 5 and end before that, at 1; swap them"),
        ("TEXT", {"label": ""}, "This is needed"),
        ("TEXT", {"code": "a b"}, "Write a code in letters"),
        ("NUMBER", {"code": "n", "code_0": "lead.value", "op_0": "gt", "value_0": "x"}, "Condition 1:"),
        ("NUMBER", {"code": "n", "code_0": "lead.value", "op_0": "contains", "value_0": "1"}, "cannot judge"),
        ("TEXT", {"code": "n", "code_0": "gone", "op_0": "is_set"}, "There is no item with the code"),
    ):
        refused = add_item(client, "Business", "Question", kind, **sent)
        assert (refused.status_code, said in refused.content.decode()) == (422, True), (sent, said)
    assert "Question" not in client.get(to("")).content.decode()
    add_item(client, "Business", "Question", code="q")
    refused = add_item(client, "Business", "Again", code="Q")
    assert "has this code already" in refused.content.decode()
    refused = add_group(client, "Business")
    assert "has this name already" in refused.content.decode()
    circle = client.post(
        to("_item", key_of(client, "Question")),
        {"label": "Question", "field_type": "TEXT", "group": key_of(client, "Business"), "code": "q"}
        | {"code_0": "q", "op_0": "is_set"},
    )
    assert "go in a circle" in circle.content.decode()


def test_a_new_code_is_taken_over_by_those_who_ask_about_it(client, desk):
    add_group(client, "Business")
    add_item(client, "Business", "One", code="one")
    add_item(client, "Business", "Two", code="two", code_0="one", op_0="is_set")
    group = key_of(client, "Business")
    client.post(
        to("_item", key_of(client, "One")),
        {"label": "One", "field_type": "TEXT", "group": group, "code": "first", "is_required": "on"},
    )
    client.post(to("_publish"))
    assert Item.objects.get(code="two").conditions["rules"][0]["code"] == "first"


def test_another_type_brings_its_own_rules_before_anything_is_kept(client, desk):
    add_group(client, "Business")
    add_item(client, "Business", "One", code="one", rule_min_length="3")
    sent = {"label": "One!", "field_type": "SELECT", "group": key_of(client, "Business"), "code": "one"}
    page = client.post(to("_item", key_of(client, "One")), {**sent, "change_type": ""}).content.decode()
    assert 'name="rule_options"' in page and "rule_min_length" not in page and 'value="One!"' in page
    client.post(to("_item", key_of(client, "One")), {**sent, "rule_options": "a\nb"})
    client.post(to("_publish"))
    item = Item.objects.get()
    assert (item.field_type, item.rules, item.is_required) == ("SELECT", {"options": ["a", "b"]}, False)


def test_archiving_keeps_the_answers_and_can_be_taken_back(client, desk):
    apply_definitions(desk, SYSTEM, make_spec(Business={"one": "TEXT", "two": "TEXT"}))
    lead = make_lead(desk, first_name="Ana")
    apply_change(desk, SYSTEM, ById(lead.pk), LeadChange(answers=(AnswerChange("one", {"value": "x"}),)))
    step(client, "one", "archive")
    assert "one: archived, its answers are kept" in client.get(to("_publish")).content.decode()
    client.post(to("_publish"))
    assert published(desk) == {"Business": ["two"]}
    archived = str(Item.objects.get(code="one").pk)
    client.post(to("_step"), {"key": archived, "step": "restore"})
    client.post(to("_publish"))
    assert set(published(desk)["Business"]) == {"one", "two"}
    assert Answer.objects.get().value == "x"
    step(client, "Business", "archive")
    client.post(to("_publish"))
    assert published(desk) == {} and Group.objects.get().archived_at


def test_what_leads_forbid_is_said_before_publishing(client, desk):
    apply_definitions(desk, SYSTEM, make_spec(Business={"one": "TEXT"}))
    lead = make_lead(desk, first_name="Ana")
    apply_change(desk, SYSTEM, ById(lead.pk), LeadChange(answers=(AnswerChange("one", {"value": "x"}),)))
    sent = {"label": "one", "field_type": "NUMBER", "group": key_of(client, "Business"), "code": "one"}
    client.post(to("_item", key_of(client, "one")), sent)
    for answer in (client.get(to("_publish")), client.post(to("_publish"))):
        assert (answer.status_code, "has answers, so its kind stays" in answer.content.decode()) == (
            422,
            True,
        )
    client.post(to("_discard"))
    assert "not published yet" not in client.get(to("")).content.decode()


def test_somebody_who_published_meanwhile_is_not_overwritten_unseen(client, desk):
    apply_definitions(desk, SYSTEM, make_spec(Business={"one": "TEXT"}))
    add_group(client, "Mine")
    apply_definitions(desk, SYSTEM, make_spec(Business={"one": "TEXT", "theirs": "TEXT"}))

    refused = client.post(to("_publish"))

    assert refused.status_code == 409 and "item theirs: archived" in refused.content.decode()
    assert published(desk) == {"Business": ["one", "theirs"]}
    assert client.get(to("_publish")).status_code == 409
    client.post(to("_publish"), {"on_top": "1"})
    assert client.post(to("_publish")).status_code == 302
    assert published(desk) == {"Business": ["one"], "Mine": []}


def test_nested_conditions_are_said_and_kept(client, desk):
    deep = {"operator": "OR", "rules": [{"code": "lead.source", "op": "is_set"}]}
    spec = make_spec(Business={"one": "TEXT"}, conditions={"operator": "AND", "rules": [deep]})
    apply_definitions(desk, SYSTEM, spec)
    key = key_of(client, "Business")
    assert "(The lead’s source is answered)" in client.get(to("_group", key)).content.decode()
    client.post(to("_group", key), {"name": "Renamed"})
    client.post(to("_publish"))
    assert Group.objects.get().conditions == {"operator": "AND", "rules": [deep]}
    client.post(to("_group", key), {"name": "Renamed", "no_conditions": "on"})
    client.post(to("_publish"))
    assert Group.objects.get().conditions is None


def test_only_owners_build_and_nobody_reaches_anothers_checklist(desk):
    addresses = [to(""), to("_preview"), to("_publish"), to("_group_new"), to("_item_new")]
    for role in ("agent", "manager"):
        member = Client()
        member.force_login(make_member(desk, role=role))
        for address in addresses:
            assert member.get(address).status_code == member.post(address).status_code == 403, address
    other = make_workspace()
    apply_definitions(other, SYSTEM, make_spec(Theirs={"one": "TEXT"}))
    owner = Client()
    owner.force_login(make_member(desk, role="owner"))
    for address in (to("_item", Item.objects.get().pk), to("_group", Group.objects.get().pk)):
        assert owner.get(address).status_code == 404
    for sent in ({"key": "x", "step": "up"}, {"key": str(Item.objects.get().pk), "step": "fly"}):
        assert owner.post(to("_step"), sent).status_code == 404
