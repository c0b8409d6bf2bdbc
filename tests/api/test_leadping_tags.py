"""Leadping's tags by themselves."""

from __future__ import annotations

from uuid import uuid4

import pytest

from leadhub.workspaces.models import WorkspaceEntry
from leads.models import Tag
from tests.api.caller import ping
from tests.api.leadping import refusal
from tests.make import make_workspace

pytestmark = pytest.mark.django_db


def create(caller, name="Hot", **words):
    answer = caller("POST", "/tags", {"name": name, **words})
    assert answer.status == 201, answer
    return answer.body


def test_a_tag_is_created_to_the_key():
    caller = ping()
    body = create(caller, " Very   HOT ", color="#FF0000", description="Call first")
    tag = Tag.objects.get()
    assert body == {
        "id": str(tag.pk),
        "name": "Very HOT",
        "normalizedName": "very hot",
        "color": "#FF0000",
        "businessId": str(caller.workspace.pk),
        "description": "Call first",
        "createdByUserId": str(caller.key.pk),
        "isArchived": False,
        "archivedAt": None,
        "createdAt": body["createdAt"],
        "modifiedAt": None,
    }
    entry = WorkspaceEntry.objects.latest("created_at")
    assert (entry.kind, entry.door) == ("tag_saved", "leadping")


def test_the_list_is_a_bare_array_by_name():
    caller = ping()
    for name in ("warm", "Cold", "hot"):
        create(caller, name)
    create(ping(), "theirs")
    assert [tag["name"] for tag in caller("GET", "/tags").body] == ["Cold", "hot", "warm"]


def test_archived_tags_are_listed_only_when_asked_for():
    caller = ping()
    gone, kept = create(caller, "gone"), create(caller, "kept")
    answer = caller("DELETE", f"/tags/{gone['id']}")
    assert (answer.status, answer.body) == (200, True)
    archived_at = Tag.objects.get(pk=gone["id"]).archived_at
    assert caller("DELETE", f"/tags/{gone['id']}").body is True
    assert Tag.objects.get(pk=gone["id"]).archived_at == archived_at
    assert caller("GET", "/tags").body == [kept]
    both = caller("GET", "/tags?IncludeArchived=true").body
    assert [(tag["name"], tag["isArchived"]) for tag in both] == [("gone", True), ("kept", False)]
    assert caller("GET", "/tags?includeArchived=false").body == [kept]
    assert list(refusal(caller("GET", "/tags?includeArchived=perhaps"))) == ["includeArchived"]


def test_a_tag_is_changed_key_by_key():
    caller = ping()
    tag = create(caller, color="red", description="Call first")
    path = f"/tags/{tag['id']}"
    answer = caller("PUT", path, {"name": "HOT", "color": None})
    expected = {**tag, "name": "HOT", "color": None, "modifiedAt": answer.body["modifiedAt"]}
    assert (answer.status, answer.body) == (200, expected)
    assert answer.body["modifiedAt"] is not None
    assert caller("PUT", path, answer.body).body == answer.body
    assert caller("PUT", path, {}).body == answer.body
    ignored = caller("PUT", path, {"id": "1", "isArchived": True, "x": 1})
    assert (ignored.body, ignored.headers["Leadhub-Ignored"]) == (answer.body, "isArchived, x, id")


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"color": "#12"}, "color"),
        ({"color": 5}, "color"),
        ({"description": "x" * 256}, "description"),
        ({"description": ["x"]}, "description"),
    ],
)
def test_a_bad_tag_is_refused(sent, path):
    caller = ping()
    assert list(refusal(caller("POST", "/tags", {"name": "Hot", **sent}))) == [path]
    tag = create(caller, "Warm")
    assert list(refusal(caller("PUT", f"/tags/{tag['id']}", sent))) == [path]
    assert Tag.objects.count() == 1


def test_two_names_that_differ_in_case_are_one():
    caller = ping()
    tag, other = create(caller, "Hot"), create(caller, "Cold")
    assert list(refusal(caller("POST", "/tags", {"name": "HOT"}))) == ["name"]
    assert list(refusal(caller("PUT", f"/tags/{other['id']}", {"name": "hot"}))) == ["name"]
    assert caller("PUT", f"/tags/{tag['id']}", {"name": "hot"}).status == 200
    # Another workspace has its own.
    assert create(ping(), "Hot")["id"] != tag["id"]


def test_the_name_of_an_archived_tag_brings_it_back():
    caller = ping()
    tag = create(caller, color="red")
    caller("DELETE", f"/tags/{tag['id']}")
    back = create(caller, "HOT")
    assert (back["id"], back["name"], back["color"], back["isArchived"]) == (tag["id"], "HOT", "red", False)


def test_a_name_is_needed():
    caller = ping()
    assert list(refusal(caller("POST", "/tags", {}))) == ["name"]


def test_what_is_not_the_workspaces_own_is_not_found():
    caller, stranger = ping(), ping(make_workspace())
    tag = create(caller)
    for who, tag_id in ((stranger, tag["id"]), (caller, uuid4()), (caller, "abc")):
        for method in ("PUT", "DELETE"):
            refusal(who(method, f"/tags/{tag_id}", {"name": "Mine"}), 404)
    assert caller("GET", "/tags").body == [tag]
