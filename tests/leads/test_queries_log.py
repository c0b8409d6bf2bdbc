"""A lead's story: page by page, by kind, across merges; who set what, and what was refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from leadhub.web.models import RequestProblem, RequestRecord
from leadhub.workspaces.clock import now
from leads.change import CLEAR, AnswerChange, ById, CallLog, ConsentWish, LeadChange
from leads.changes import apply_change
from leads.models import Action, Entry, Lead, Message
from leads.queries.log import consents_of, find_entry, load_log, why
from tests.leads.counting import queries_of
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db


def make_story(workspace, count):
    """A lead with so many entries, actions with a message, and entries that made an action."""
    lead = make_lead(workspace, first_name="Ada")
    start = now() + timedelta(minutes=1)
    for number in range(count):
        at = start + timedelta(seconds=number // 3)
        make_entry(lead, at)
        action = Action.objects.create(workspace=workspace, lead=lead, kind="EMAIL", created_at=at)
        Message.objects.create(workspace=workspace, action=action, lead=lead, channel="EMAIL")
        planned = Action.objects.create(workspace=workspace, lead=lead, kind="CALL", created_at=at)
        make_entry(lead, at, kind="planned", action=planned)
    return lead


def make_entry(lead, at, kind="noted", **columns):
    return Entry.objects.create(
        workspace_id=lead.workspace_id, lead=lead, kind=kind, summary="Something", created_at=at, **columns
    )


def walk(workspace, lead, **options):
    lines, after = [], None
    while True:
        page = load_log(workspace, lead, after=after, **options)
        assert len(page.lines) <= options["limit"]
        lines += page.lines
        after = page.next
        if after is None:
            return lines


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_older_lines_follow_without_a_gap_and_without_a_double(limit):
    workspace = make_workspace()
    lead = make_story(workspace, 7)
    lines = walk(workspace, lead, limit=limit)
    keys = [line.key for line in lines]
    assert keys == sorted(set(keys), reverse=True)
    kinds = [line.row.kind for line in lines]
    assert {kind: kinds.count(kind) for kind in kinds} == {"EMAIL": 7, "CALL": 7, "noted": 7, "created": 1}


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize(
    "kinds, counts",
    [
        ({"noted"}, {"noted": 4}),
        ({"planned"}, {"planned": 4}),
        ({"CALL", "planned"}, {"CALL": 4}),
        ({"EMAIL", "created"}, {"EMAIL": 4, "created": 1}),
        ({"gone"}, {}),
    ],
)
def test_the_log_is_filtered_by_kind(kinds, counts, limit):
    workspace = make_workspace()
    lead = make_story(workspace, 4)
    found = [line.row.kind for line in walk(workspace, lead, limit=limit, kinds=kinds)]
    assert {kind: found.count(kind) for kind in found} == counts


@pytest.mark.parametrize("count", [3, 50])
def test_a_page_of_the_log_takes_three_queries(count):
    workspace = make_workspace()
    lead = make_story(workspace, count)

    def read():
        for line in load_log(workspace, lead).lines:
            assert line.action is None or line.action.kind != "EMAIL" or len(line.messages) == 1

    assert queries_of(read) == 3


def test_a_cursor_that_is_none_is_refused():
    workspace = make_workspace()
    with pytest.raises(ValidationError) as refusal:
        load_log(workspace, make_lead(workspace, first_name="Ada"), after="x")
    assert refusal.value.code == "invalid_cursor"


def test_a_merged_leads_story_is_read_with_its_own():
    workspace = make_workspace()
    lead, gone, other = (make_lead(workspace, first_name=name) for name in ("Ada", "A.", "Grace"))
    optout = LeadChange(consent=(ConsentWish("sms", opted_in=False),))
    for one in (gone, other):
        apply_change(workspace, SYSTEM, ById(one.pk), optout)
    Lead.objects.filter(pk=lead.pk).update(absorbed=[str(gone.pk)])
    lead.refresh_from_db()
    assert [line.row.lead_id for line in load_log(workspace, lead).lines] == [gone.pk, gone.pk, lead.pk]
    assert [event.lead_id for event in consents_of(workspace, lead)] == [gone.pk]
    entry = Entry.objects.filter(lead=gone).first()
    assert find_entry(workspace, lead, entry.pk) == entry
    assert find_entry(workspace, other, entry.pk) is None
    assert find_entry(make_workspace(), lead, entry.pk) is None


def test_why_names_who_set_each_field_and_what_it_replaced():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", phone="404 555 0137", metadata={"a": 1, "b": None})
    first = Entry.objects.get(lead=lead)
    outcome = apply_change(
        workspace,
        SYSTEM,
        ById(lead.pk),
        LeadChange(fields={"first_name": "Grace", "phone": CLEAR}, metadata={"a": None}),
    )
    found = why(workspace, outcome.lead).fields
    assert (found["first_name"].entry, found["first_name"].old) == (outcome.entry, "Ada")
    assert (found["phone"].old, found["phone"].new) == ("404 555 0137", None)
    assert found["/metadata/a"].was_removed and not found["/metadata/a"].was_missing
    assert found["disposition"].entry == first
    assert why(workspace, outcome.lead).refused == []


def test_why_tells_what_was_refused():
    workspace = make_workspace()
    lead, other = (make_lead(workspace, first_name=name) for name in ("Ada", "Grace"))
    here = {"workspace_id": workspace.pk}
    record = RequestRecord.objects.create(**here, door="hub", status=400, duration_ms=1)
    for one, code in [(lead, "invalid_email"), (lead, "invalid_phone"), (other, "negative")]:
        RequestProblem.objects.create(**here, record=record, lead_id=one.pk, code=code)
    assert [problem.code for problem in why(workspace, lead).refused] == ["invalid_phone", "invalid_email"]


def test_why_outlives_an_entry():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    Entry.objects.filter(lead=lead).delete()
    assert why(workspace, lead).fields["first_name"].entry is None


@pytest.mark.parametrize("count", [3, 50])
def test_why_takes_the_same_queries_for_few_and_for_many(count):
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    for number in range(count):
        lead = apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(metadata={str(number): number})).lead
    assert queries_of(lambda: why(workspace, lead)) == 2


def test_a_call_is_one_line():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(call=CallLog("connected", note="All well")))
    lines = load_log(workspace, lead).lines
    assert [line.row.kind for line in lines] == ["CALL", "created"]
    assert lines[0].action.outcome == "connected"


def test_a_refused_answer_is_a_line():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    change = LeadChange(answers=(AnswerChange("gone", {"value": "x"}),), strict_answers=False)
    apply_change(workspace, SYSTEM, ById(lead.pk), change)
    assert [line.row.kind for line in load_log(workspace, lead).lines] == ["updated", "created"]
