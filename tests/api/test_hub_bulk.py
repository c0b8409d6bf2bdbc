"""Many leads changed in one request: each item by itself, or all of them or none."""

from __future__ import annotations

import pytest

from leadhub.web.models import RequestProblem
from leads.models import Entry, Lead
from tests.api.hub import faults, hub
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db

PATH = "/api/hub/leads"


def test_each_item_has_a_result_of_its_own():
    call = hub()
    one, two, three = (make_lead(call.workspace, first_name=name) for name in ("A", "B", "C"))
    stranger = make_lead(make_workspace(), first_name="S")
    items = [
        {"id": str(three.pk), "source": "fair"},
        {"id": str(one.pk), "email": "nonsense", "emial": "x"},
        {"id": str(two.pk), "first_name": "B"},
        {"id": str(stranger.pk), "source": "fair"},
        {"id": "nonsense", "source": "fair"},
        {"source": "fair"},
        17,
        {"id": f"lead_{two.pk.hex}", "version": 9, "source": "fair"},
    ]
    answer = call("PATCH", PATH, {"items": items})
    assert answer.status == 200
    assert (answer.body["changed"], answer.body["unchanged"], answer.body["refused"]) == (1, 1, 6)
    results = answer.body["results"]
    assert [result["index"] for result in results] == list(range(8))
    assert [result["status"] for result in results] == [200, 400, 200, 404, 404, 400, 400, 412]
    assert results[0]["etag"] == call("GET", f"{PATH}/{three.pk}").headers["ETag"]
    assert {fault["field"] for fault in results[1]["errors"]} == {"email", "emial"}
    assert results[7]["code"] == "changed_meanwhile"
    assert Lead.objects.get(pk=three.pk).source == "fair"
    assert Lead.objects.get(pk=stranger.pk).source == ""
    assert set(RequestProblem.objects.filter(lead_id=one.pk).values_list("field", flat=True)) == {
        "email",
        "emial",
    }


def test_every_changed_lead_has_one_entry():
    call = hub()
    leads = [make_lead(call.workspace, first_name=str(number)) for number in range(5)]
    call("PATCH", PATH, {"items": [{"id": str(lead.pk), "tags": ["x"]} for lead in leads]})
    assert [Entry.objects.filter(lead=lead).count() for lead in leads] == [2] * 5


def test_all_or_none_are_changed_when_that_is_asked():
    call = hub()
    one, two = (make_lead(call.workspace, first_name=name) for name in ("A", "B"))
    items = [
        {"id": str(one.pk), "source": "x"},
        {"id": str(two.pk), "email": "bad"},
        {"id": "gone", "source": "x"},
    ]
    answer = call("PATCH", PATH, {"atomic": True, "items": items})
    assert answer.status == 400
    assert faults(answer) == {"items[1].email": "invalid_email", "items[2]": "not_found"}
    assert Lead.objects.get(pk=one.pk).source == ""
    assert call("PATCH", PATH, {"atomic": True, "items": items[:1]}).body["changed"] == 1


def test_a_bulk_is_read_strictly():
    call = hub()
    assert faults(call("PATCH", PATH, {})) == {"items": "required"}
    assert faults(call("PATCH", PATH, {"items": {}, "atomc": 1})) == {
        "items": "invalid_type",
        "atomc": "unknown_field",
    }
    assert faults(call("PATCH", PATH, {"items": [{}] * 501})) == {"items": "too_long"}


def test_a_bulk_is_replayed_as_a_whole():
    call = hub()
    lead = make_lead(call.workspace, first_name="A")
    body, headers = {"items": [{"id": str(lead.pk), "note": "Hi."}]}, {"Idempotency-Key": "k"}
    first, again = call("PATCH", PATH, body, headers=headers), call("PATCH", PATH, body, headers=headers)
    assert again.raw == first.raw
    assert Entry.objects.filter(lead=lead).count() == 2
