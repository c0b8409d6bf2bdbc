"""What applies, what is required and what is done; whatever the order in which items are looked at."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.definitions import Definitions, GroupDef, ItemDef, one_off_group_id
from checklists.errors import InvalidDefinitions
from checklists.progress import AnswerState, clean_override, judge_checklist, open_codes
from tests.checklists.make import WORKSPACE, judge, make_definitions, make_group, make_item, state_of, when

OPTIONS = {"options": ["a", "b", "c"]}


def test_required_items_that_apply_are_counted_and_done_ones_too():
    definitions = make_definitions(
        make_group("one", "two", "three", make_item("four", is_required=False), name="First"),
        make_group("five", name="Second"),
    )
    progress = judge(
        definitions,
        {"one": "x", "four": "x"},
        two=AnswerState(None, "SKIPPED"),
        three=AnswerState("x", "NEEDS_REVIEW"),
        five=AnswerState("x", "INVALID"),
    )

    first, second = definitions.groups
    assert (progress.required, progress.done, progress.in_review, progress.revision) == (4, 2, 1, 3)
    assert progress.by_group[first.id].as_json() == {"required": 3, "done": 2, "in_review": 1}
    assert progress.by_group[second.id].as_json() == {"required": 1, "done": 0, "in_review": 0}
    assert set(progress.groups_as_json()) == {str(first.id), str(second.id)}


def test_an_item_that_does_not_apply_is_not_required_and_reads_as_unset():
    definitions = make_definitions(
        make_group(
            make_item("third", conditions=when("second", "equals", "b")),
            make_item("second", "SELECT", rules=OPTIONS, conditions=when("first", "equals", "a")),
            make_item("first", "SELECT", rules=OPTIONS),
            make_item("other", conditions=when("second", "is_not_set")),
        )
    )

    open_chain = judge(definitions, {"first": "a", "second": "b"})
    closed = judge(definitions, {"first": "c", "second": "b", "third": "x"})

    assert [open_chain.required, open_chain.done] == [3, 2]
    assert not state_of(definitions, open_chain, "other").applies
    assert [closed.required, closed.done] == [2, 1]
    assert state_of(definitions, closed, "third").hidden_reason == "because second does not apply"
    assert state_of(definitions, closed, "other").applies


def test_the_conditions_of_a_group_apply_to_all_its_items():
    definitions = make_definitions(
        make_group("inside", "within", name="Later", conditions=when("lead.stage", "equals", "qualified")),
        make_group(make_item("outside", conditions=when("inside", "is_set"))),
    )

    before = judge(definitions, {"inside": "x"}, {"lead.stage": "new"})
    after = judge(definitions, {"inside": "x"}, {"lead.stage": "qualified"})

    assert (before.required, after.required, after.done) == (0, 3, 1)
    assert not before.by_group[definitions.groups[0].id].applies
    assert state_of(definitions, before, "within").hidden_reason == "because lead.stage is new"
    assert definitions.facts == {"lead.stage"}


def test_an_invalid_answer_reads_as_unset():
    definitions = make_definitions(
        make_group("first", make_item("second", conditions=when("first", "is_set")))
    )

    progress = judge(definitions, first=AnswerState({"junk": True}, "INVALID"))

    assert not state_of(definitions, progress, "second").applies


def test_one_lead_may_have_another_label_and_other_needs():
    definitions = make_definitions(make_group("one", make_item("two", is_required=False)))
    progress = judge(
        definitions,
        one=AnswerState(override={"is_required": False, "label": "Only here"}),
        two=AnswerState(override={"is_required": True}),
    )

    assert state_of(definitions, progress, "one").label == "Only here"
    assert not state_of(definitions, progress, "one").required
    assert state_of(definitions, progress, "two").required
    assert progress.required == 1


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (None, None),
        ({}, None),
        ({"label": " "}, None),
        ({"label": " New ", "is_required": None}, {"label": "New"}),
        ({"is_required": False}, {"is_required": False}),
    ],
)
def test_an_override_is_kept_in_its_one_spelling(raw, kept):
    assert clean_override(raw) == kept


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("x", "invalid_type"),
        ({"rules": {}}, "unknown_field"),
        ({"is_required": 1}, "invalid_type"),
        ({"label": 5}, "invalid_type"),
        ({"label": "x" * 201}, "too_long"),
    ],
)
def test_a_bad_override_is_refused(raw, code):
    with pytest.raises(ValidationError) as refusal:
        clean_override(raw)

    assert refusal.value.error_list[0].code == code


def test_open_codes_are_those_that_apply_and_are_not_done():
    definitions = make_definitions(
        make_group("done", "open", make_item("hidden", conditions=when("open", "is_set")), "skipped")
    )
    progress = judge(definitions, {"done": "x"}, skipped=AnswerState(None, "SKIPPED"))

    assert open_codes(definitions, progress, ["done", "OPEN", "hidden", "skipped", "gone"]) == ["open"]


def test_an_item_is_found_exactly_or_without_regard_to_case():
    definitions = make_definitions(make_group("legal_name"))

    assert definitions.item("legal_name").code == "legal_name"
    assert definitions.item("LEGAL_NAME").code == "legal_name"
    assert definitions.item("legal") is None


def test_items_of_one_lead_come_after_those_of_the_workspace():
    base = make_definitions(make_group("one", name="First"))
    here = ItemDef(id=UUID(int=1), group_id=base.groups[0].id, code="HERE", label="Here", field_type="TEXT")
    alone = ItemDef(id=UUID(int=2), group_id=UUID(int=9), code="ALONE", label="Alone", field_type="TEXT")

    mine = base.with_one_offs([here, alone])

    assert [[item.code for item in group.items] for group in mine.groups] == [["one", "HERE"], ["ALONE"]]
    assert mine.groups[1].id == one_off_group_id(WORKSPACE)
    assert judge(mine, {"HERE": "x"}).required == 3
    assert base.item("HERE") is None


def test_a_circle_is_refused_with_its_name():
    one = make_item("one", conditions=when("three", "is_set"))
    two = make_item("two", conditions=when("one", "is_set"))
    three = make_item("three", conditions=when("two", "is_set"))

    with pytest.raises(InvalidDefinitions) as refusal:
        make_definitions(make_group("zero", one, two, three))

    (fault,) = refusal.value.faults
    assert fault.code == "circle"
    for step in ("one needs three", "two needs one", "three needs two"):
        assert step in fault.message
    assert "zero" not in fault.message


def test_a_group_that_asks_about_its_own_item_is_a_circle():
    with pytest.raises(InvalidDefinitions, match='needs group "Own"|group "Own" needs'):
        make_definitions(make_group("one", name="Own", conditions=when("one", "is_set")))


def test_an_item_that_asks_about_itself_is_a_circle():
    with pytest.raises(InvalidDefinitions, match="one needs one"):
        make_definitions(make_group(make_item("one", conditions=when("one", "is_set"))))


CODES = [f"c{number}" for number in range(8)]
VALUES = st.sampled_from(["a", "b", "c"])
STATUSES = st.sampled_from(["TODO", "COMPLETED", "INVALID", "SKIPPED", "NEEDS_REVIEW"])


@st.composite
def rules_over(draw, codes):
    op = draw(st.sampled_from(["equals", "not_equals", "is_set", "is_not_set", "in"]))
    code = draw(st.sampled_from([*codes, "lead.source"]))
    value = {"equals": "a", "not_equals": "b", "in": ["a", "c"]}.get(op)
    return when(code, op, value)["rules"][0]


@st.composite
def conditions_over(draw, codes, depth=1):
    parts = (
        st.one_of(rules_over(codes), conditions_over(codes, depth + 1)) if depth < 3 else rules_over(codes)
    )
    rules = draw(st.lists(parts, min_size=1, max_size=3))
    return {"operator": draw(st.sampled_from(["AND", "OR"])), "rules": rules}


@st.composite
def checklists(draw):
    """Items that ask only about earlier ones, spread over groups; no circle, but any other shape."""
    items = []
    for index, code in enumerate(CODES):
        conditions = draw(st.none() | conditions_over(CODES[:index])) if index else None
        items.append(make_item(code, is_required=draw(st.booleans()), conditions=conditions))
    first, second = items[:3], items[3:]
    random.Random(draw(st.integers(0, 99))).shuffle(second)
    return [
        make_group(*first, name="First"),
        make_group(*second, name="Second", conditions=draw(st.none() | conditions_over(CODES[:3]))),
    ]


def shuffled(definitions, seed):
    """The same groups and items, listed in another order."""
    order = random.Random(seed)
    groups = []
    for group in definitions.groups:
        items = list(group.items)
        order.shuffle(items)
        fields = {name: getattr(group, name) for name in ("id", "name", "conditions", "condition")}
        groups.append(GroupDef(**fields, items=tuple(items)))
    order.shuffle(groups)
    return Definitions(groups, workspace_id=WORKSPACE, revision=definitions.revision)


def by_hand(definitions, answers, facts):
    """The rules of the book, read literally: an item applies if its group and its own condition hold."""
    homes = {item.code: group for group in definitions.groups for item in group.items}

    def applies(code):
        item = definitions.item(code)
        return all(part is None or part.holds(read) for part in (homes[code].condition, item.condition))

    def read(code):
        if code.startswith("lead."):
            return facts.get(code)
        answer = answers.get(definitions.item(code).id)
        usable = answer is not None and answer.status != "INVALID" and applies(code)
        return answer.value if usable else None

    return {item.id: applies(item.code) for item in definitions.items}


@settings(max_examples=150, deadline=None)
@given(
    checklists(),
    st.dictionaries(st.sampled_from(CODES), st.tuples(VALUES, STATUSES)),
    VALUES,
    st.integers(0, 9999),
)
def test_progress_never_depends_on_the_order_of_evaluation(groups, given_answers, source, seed):
    definitions = make_definitions(*groups)
    answers = {definitions.item(code).id: AnswerState(*answer) for code, answer in given_answers.items()}
    facts = {"lead.source": source}

    straight = judge_checklist(definitions, answers, facts)
    other = judge_checklist(shuffled(definitions, seed), answers, facts)

    assert {key: state.applies for key, state in straight.items.items()} == by_hand(
        definitions, answers, facts
    )
    assert straight.items == other.items
    assert straight.groups_as_json() == other.groups_as_json()
    assert (straight.required, straight.done, straight.in_review) == (
        other.required,
        other.done,
        other.in_review,
    )
    assert straight.done + straight.in_review <= straight.required
    for state in straight.items.values():
        assert state.applies is (state.hidden_reason == "")


def test_definitions_that_got_into_a_circle_still_open():
    item = make_definitions(make_group("one")).item("one")
    asking = make_definitions(make_group("two", make_item("one", conditions=when("two", "is_set")))).item(
        "one"
    )
    looped = ItemDef(
        id=item.id,
        group_id=UUID(int=1),
        code="two",
        label="Two",
        field_type="TEXT",
        condition=asking.condition,
    )
    group = GroupDef(id=UUID(int=1), name="Loop", items=(looped,))

    definitions = Definitions([group], workspace_id=WORKSPACE)

    assert judge_checklist(definitions, {}, {}).required == 0
