"""The workspace's templates of messages, by the native API."""

from __future__ import annotations

import pytest

from leadhub.workspaces.models import WorkspaceEntry
from tests.api.hub import faults, hub

pytestmark = pytest.mark.django_db

PATH = "/api/hub/templates"
HELLO = {
    "name": "First hello",
    "channel": "EMAIL",
    "subject": "Hello",
    "body": "Hello {{ first_name|there }}!",
}


def test_a_template_is_made_changed_and_archived():
    call = hub()
    made = call("POST", PATH, HELLO)
    assert (made.status, made.body["archived"]) == (201, False)
    changed = call("PATCH", f"{PATH}/First%20hello", {"body": "Good day {{ first_name|there }}!"})
    assert (changed.body["subject"], changed.body["body"]) == ("Hello", "Good day {{ first_name|there }}!")
    assert WorkspaceEntry.objects.filter(workspace=call.workspace, kind="template_saved").count() == 2
    assert call("DELETE", f"{PATH}/{made.body['id']}").body["archived"] is True
    assert call("GET", PATH).body["data"] == []
    assert [row["name"] for row in call("GET", f"{PATH}?archived=true").body["data"]] == ["First hello"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, {"name": "required", "channel": "required", "body": "required"}),
        ({**HELLO, "body": "Hello {{ nobody }}"}, {"body": "unknown_variable"}),
        ({**HELLO, "body": "Hello {{ first_name"}, {"body": "invalid_template"}),
        ({**HELLO, "channel": "FAX"}, {"channel": "invalid_choice"}),
        ({**HELLO, "name": "x" * 101}, {"name": "too_long"}),
        ({**HELLO, "text": "Hello"}, {"text": "unknown_field"}),
    ],
)
def test_what_could_not_be_sent_is_not_kept(body, fault):
    answer = hub()("POST", PATH, body)
    assert (answer.status, faults(answer)) == (400, fault)


def test_a_name_is_used_once_and_other_workspaces_see_nothing():
    call, other = hub(), hub()
    made = call("POST", PATH, HELLO)
    assert call("POST", PATH, HELLO).status in {400, 409}
    assert other("GET", f"{PATH}/{made.body['id']}").status == 404
    assert other("POST", PATH, HELLO).status == 201
    assert hub(call.workspace, scopes=("read", "write"))("POST", PATH, HELLO).status == 403
