"""issue_key and revoke_key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadhub.workspaces.clock import at, now
from leadhub.workspaces.keys import find_key
from leadhub.workspaces.models import DIALECTS, ApiKey, WorkspaceEntry
from leads.changes.rotating import rotate_key
from tests.commands.run import output_of, refusal_of
from tests.make import SYSTEM, make_key, make_workspace

pytestmark = pytest.mark.django_db
PREFIXES = {
    "omniai": "omni_",
    "octanist": "oct_",
    "pollybot": "sk-workspace_",
    "leadping": "lp_",
    "hub": "hub_",
}


def issue(*words):
    return output_of("issue_key", "acme", *words, "--name=Website")


@pytest.fixture(autouse=True)
def workspace():
    return make_workspace(slug="acme", time_zone="America/New_York")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_key_stands_alone_on_standard_output(workspace, dialect):
    printed = issue(f"--dialect={dialect}")
    key = find_key(printed.removesuffix("\n"))
    assert printed.count("\n") == 1
    assert printed.startswith(PREFIXES[dialect])
    assert (key.workspace, key.name, key.dialects, key.scopes) == (
        workspace,
        "Website",
        [dialect],
        ["read", "write"],
    )
    assert (key.is_test, key.expires_at) == (False, None)


def test_the_key_is_written_down_nowhere():
    secret = issue("--dialect=hub").strip()[-43:]
    key = ApiKey.objects.get()
    told = [str(vars(row)) for row in WorkspaceEntry.objects.all()]
    assert secret not in "".join([str(vars(key)), *told])


def test_a_key_may_open_several_doors_and_do_more():
    text = issue("--dialect=omniai", "--dialect=hub", "--scope=read", "--scope=admin").strip()
    key = find_key(text)
    assert text.startswith("omni_")
    assert (key.dialects, key.scopes) == (["omniai", "hub"], ["read", "admin"])


def test_a_source_key_only_creates():
    text = issue("--dialect=leadping", "--scope=create").strip()
    assert text.startswith("lp_src_")
    assert find_key(text).scopes == ["create"]


def test_a_test_key_is_one():
    text = issue("--dialect=hub", "--test").strip()
    assert text.startswith("hub_test_")
    assert find_key(text).is_test


def test_a_key_works_for_so_many_days():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with at(moment):
        issue("--dialect=hub", "--expires=90")
    assert ApiKey.objects.get().expires_at == moment + timedelta(days=90)


def test_a_key_works_to_the_end_of_its_last_day_where_the_workspace_is():
    with at(datetime(2026, 3, 1, tzinfo=UTC)):
        issue("--dialect=hub", "--expires=2026-03-31")
    assert ApiKey.objects.get().expires_at == datetime(2026, 4, 1, 4, tzinfo=UTC)


def test_a_last_day_in_the_past_is_refused():
    code, lines = refusal_of("issue_key", "acme", "--dialect=hub", "--name=x", "--expires=2020-01-01")
    assert (code, lines[0].rpartition(" ")[2]) == (1, "(in_the_past)")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("text", ["", "0", "-1", "soon", "31.3.2027", "99999", "9" * 30, "9999-12-31", "٣٠"])
def test_an_expiry_that_cannot_be_read_is_a_bad_argument(text):
    code, lines = refusal_of("issue_key", "acme", dialect=["hub"], name="x", expires=text)
    assert code == 2
    assert lines[0].startswith("expires: Write a last day")


@pytest.mark.parametrize("name", ["a\x00b", "x" * 101, ""])
def test_the_name_of_a_key_is_cleaned(name):
    code, lines = refusal_of("issue_key", "acme", dialect=["hub"], name=name)
    assert (code, lines[0].partition(":")[0]) == (1, "name")


def test_a_key_is_revoked_by_its_id_or_by_itself(workspace):
    for name_it in (lambda key, text: key.public_id, lambda key, text: text):
        key, text = make_key(workspace)
        said = output_of("revoke_key", "acme", name_it(key, text))
        key.refresh_from_db()
        assert not key.works_at(now())
        assert key.public_id in said
        assert text not in said


def test_an_older_key_is_revoked_with_the_one_that_replaced_it(workspace):
    key, _text = make_key(workspace)
    new, _fresh = rotate_key(workspace, SYSTEM, key.public_id)

    said = output_of("revoke_key", "acme", new.public_id)

    key.refresh_from_db()
    assert key.revoked_at is not None
    assert f"older key {key.public_id}" in said


def test_revoking_again_keeps_the_first_time(workspace):
    key, _text = make_key(workspace)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with at(moment):
        output_of("revoke_key", "acme", key.public_id)
    output_of("revoke_key", "acme", key.public_id)
    key.refresh_from_db()
    assert key.revoked_at == moment


def test_another_workspaces_key_is_not_there():
    key, text = make_key(make_workspace())
    for named in (key.public_id, text, "nonsense"):
        code, lines = refusal_of("revoke_key", "acme", named)
        assert (code, lines[0].rpartition(" ")[2]) == (1, "(not_found)")
    key.refresh_from_db()
    assert key.works_at(now())
