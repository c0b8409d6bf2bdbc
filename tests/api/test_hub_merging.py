"""Merging and undoing in the native API."""

from __future__ import annotations

import pytest

from leads.models import Entry, Lead
from tests.api.hub import faults, hub
from tests.api.tables import hashes
from tests.make import make_lead, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    call = hub()
    one = make_lead(call.workspace, first_name="Ana", email="ana@example.org", source="web")
    two = make_lead(call.workspace, first_name="Anna", email="anna@example.org", phone="415 555 2671")
    return call, f"/api/hub/leads/{one.pk}", two


def test_a_preview_shows_what_a_merge_would_do_and_stores_nothing(desk):
    call, path, two = desk
    call("GET", path)
    before = hashes()
    rows = {row["path"]: row for row in call("GET", f"{path}/merge/{two.pk}").body["rows"]}
    assert (rows["first_name"]["winner"], rows["first_name"]["loser"]) == ("Ana", "Anna")
    assert (rows["first_name"]["taken"], rows["first_name"]["pickable"]) == ("winner", True)
    assert rows["phone"]["taken"] == "loser"
    assert hashes() == before


def test_a_lead_takes_in_another_and_lets_it_go_again(desk):
    call, path, two = desk
    merged = call("POST", f"{path}/merge", {"loser": str(two.pk), "picks": {"first_name": "loser"}})
    assert merged.status == 200
    assert merged.body["lead"]["first_name"] == "Anna"
    assert merged.body["lead"]["merged_leads"] == [str(two.pk)]
    assert [point["value"] for point in merged.body["lead"]["contact_points"]] == ["anna@example.org"]
    assert call("GET", f"/api/hub/leads/{two.pk}").body["id"] == merged.body["lead"]["id"]
    assert call("DELETE", f"/api/hub/leads/{two.pk}").status == 404
    call("PATCH", path, {"source": "fair", "first_name": "Annie"})
    undone = call("POST", f"{path}/timeline/{merged.body['entry_id']}/undo")
    assert undone.status == 200
    assert (undone.body["lead"]["source"], undone.body["lead"]["phone"]) == ("fair", None)
    assert [(kept["path"], kept["reason"]) for kept in undone.body["kept"]] == [
        ("first_name", "changed_since")
    ]
    assert call("GET", f"/api/hub/leads/{two.pk}").body["phone"] == "415 555 2671"


def test_a_merge_is_read_strictly(desk):
    call, path, two = desk
    post = f"{path}/merge"
    assert faults(call("POST", post, {})) == {"loser": "required"}
    bad = {"loser": str(two.pk), "picks": {"first_name": "mine"}, "looser": 1}
    assert faults(call("POST", post, bad)) == {
        "picks.first_name": "invalid_choice",
        "looser": "unknown_field",
    }
    picks = {"frist_name": "loser", "/consent/sms": "winner"}
    assert faults(call("POST", post, {"loser": str(two.pk), "picks": picks})) == {
        "picks.frist_name": "unknown_field",
        "picks./consent/sms": "strictest_consent",
    }
    assert call("POST", post, {"loser": path.rpartition("/")[2]}).body["code"] == "same_lead"
    assert call("POST", post, {"loser": "nonsense"}).status == 404
    stranger = make_lead(make_workspace(), first_name="S")
    assert call("POST", post, {"loser": str(stranger.pk)}).status == 404
    assert Lead.objects.filter(merged_into=None).count() == 3


def test_a_merge_of_leads_that_moved_on_is_refused(desk):
    call, path, two = desk
    seen = call("GET", path).headers["ETag"]
    call("PATCH", path, {"source": "fair"})
    late = call("POST", f"{path}/merge", {"loser": str(two.pk)}, headers={"If-Match": seen})
    assert (late.status, late.body["code"]) == (412, "changed_meanwhile")
    assert call("POST", f"{path}/merge", {"loser": str(two.pk), "loser_version": 7}).status == 412


def test_a_change_is_taken_back(desk):
    call, path, _two = desk
    call("PATCH", path, {"source": "fair", "metadata": {"a": 1}})
    entry = call("GET", f"{path}/timeline").body["data"][0]
    call("PATCH", path, {"metadata": {"a": 2}})
    undone = call("POST", f"{path}/timeline/{entry['id']}/undo")
    assert undone.body["undone"] == ["source"]
    assert [(kept["path"], kept["reason"], kept["now"]) for kept in undone.body["kept"]] == [
        ("/metadata/a", "changed_since", 2)
    ]
    assert undone.body["lead"]["source"] == "web"
    assert call("GET", f"{path}/timeline").body["data"][0]["undoes"] == entry["id"]
    again = call("POST", f"{path}/timeline/{entry['id']}/undo")
    assert (again.status, again.body["code"]) == (409, "already_undone")
    made = Entry.objects.get(lead=path.rpartition("/")[2], kind="created")
    assert call("POST", f"{path}/timeline/{made.pk}/undo").body["code"] == "cannot_undo"
    assert call("POST", f"{path}/timeline/nonsense/undo").status == 404
