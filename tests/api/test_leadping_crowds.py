"""Many callers of Leadping's at once: nothing is lost, nothing is doubled."""

from __future__ import annotations

from functools import partial

import pytest

from leads.models import DispositionChange, Entry, Lead, Tag
from tests.api.caller import ping, ping_source
from tests.api.crowd import CROWD, at_once
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(work):
    """What each of sixteen calls of `work(number)` said."""
    return at_once([partial(work, number) for number in range(CROWD)])


def test_sixteen_writers_keep_every_leaf():
    caller = ping(make_workspace(rate_per_minute=1000))
    lead = make_lead(caller.workspace)

    said = all_at_once(
        lambda number: caller(
            "PUT",
            f"/leads/{lead.pk}",
            {"metadata": {"sourceMetadata": {f"key_{number}": str(number)}}, "tagNames": [f"tag {number}"]},
        )
    )

    assert {answer.status for answer in said} == {200}, said
    shown = caller("GET", f"/leads/{lead.pk}").body
    assert shown["metadata"]["sourceMetadata"] == {f"key_{number}": str(number) for number in range(CROWD)}
    assert len(shown["tags"]) == CROWD
    assert Entry.objects.filter(lead=lead).count() == CROWD + 1


def test_sixteen_writers_of_one_address_keep_every_line():
    """The rows beside a lead are read behind its lock, so that nobody writes back what was there before."""
    caller = ping(make_workspace(rate_per_minute=1000))
    lead = make_lead(caller.workspace)
    lines = ["line1", "line2", "city", "state", "province", "region", "postalCode", "additionalInfo"]
    numbers = ["height", "weight", "income", "monthsAtResidence", "creditScore", "numberOfDependents"]

    def write(number):
        street = {"streetAddress": {lines[number % len(lines)]: "x"}}
        customer = {numbers[number % len(numbers)]: 7}
        return caller("PUT", f"/leads/{lead.pk}", {"contact": street, "customer": customer})

    said = all_at_once(write)

    assert {answer.status for answer in said} == {200}, said
    shown = caller("GET", f"/leads/{lead.pk}").body
    assert [shown["contact"]["streetAddress"][name] for name in lines] == ["x"] * len(lines)
    assert [shown["customer"][name] for name in numbers] == [7] * len(numbers)


def test_sixteen_steps_make_one_chain():
    caller = ping(make_workspace(rate_per_minute=1000))
    lead = make_lead(caller.workspace)

    said = all_at_once(
        lambda number: caller("POST", "/dispositions", {"leadId": str(lead.pk), "outcome": f"Try {number}"})
    )

    assert {answer.status for answer in said} == {200}, said
    rows = list(DispositionChange.objects.filter(lead=lead))
    assert len({row.previous_id for row in rows}) == CROWD == len(rows)
    lead.refresh_from_db()
    followed = {row.previous_id for row in rows}
    assert [row.pk for row in rows if row.pk not in followed] == [lead.disposition_change_id]


def test_sixteen_edits_and_a_delete_of_one_step_leave_a_lead_that_stands_somewhere():
    caller = ping(make_workspace(rate_per_minute=1000))
    lead = make_lead(caller.workspace)
    steps = [
        caller("POST", "/dispositions", {"leadId": str(lead.pk), "outcome": word}).body["id"]
        for word in ("qualified", "lost")
    ]

    def write(number):
        if number == 7:
            return caller("DELETE", f"/dispositions/{steps[1]}")
        return caller("PUT", f"/dispositions/{steps[1]}", {"notes": f"note {number}"})

    said = all_at_once(write)

    assert {answer.status for answer in said} <= {200, 204, 404}, said
    lead.refresh_from_db()
    assert (str(lead.disposition_change_id), lead.disposition.stage) == (steps[0], "qualified")
    assert DispositionChange.objects.filter(lead=lead).count() == 1


def test_sixteen_requests_with_one_key_make_one_lead():
    source = ping_source(make_workspace(rate_per_minute=1000))
    body = {"email": "a@example.org", "tagNames": ["Hot"]}

    said = all_at_once(
        lambda _number: source("POST", "/leads/intake", body, headers={"Idempotency-Key": "one"})
    )

    assert {answer.status for answer in said} <= {201, 409}, said
    assert len({answer.body["id"] for answer in said if answer.status == 201}) == 1
    assert (Lead.objects.count(), Tag.objects.count()) == (1, 1)


def test_sixteen_creators_of_one_tag_make_one():
    caller = ping(make_workspace(rate_per_minute=1000))
    said = all_at_once(lambda number: caller("POST", "/tags", {"name": "Hot" if number % 2 else "HOT"}))
    assert sorted(answer.status for answer in said) == [201] + [400] * (CROWD - 1), said
    assert Tag.objects.count() == 1
