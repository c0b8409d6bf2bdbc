"""load_checklist and dump_checklist: what they print, what they change, how they end."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from checklists.definitions import load_definitions
from checklists.models import Item
from leadhub.workspaces.models import WorkspaceEntry
from tests.make import make_workspace

pytestmark = pytest.mark.django_db

FILE = """
groups:
- name: Business Information
  items:
  - {code: business_name, label: Business Name, field_type: TEXT}
  - {code: legal_name, label: Legal Name, field_type: TEXT}
"""


def run(*arguments):
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    return refusal.value.returncode, str(refusal.value).splitlines()


def write(tmp_path, text, name="checklist.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_is_loaded_and_loading_it_again_changes_nothing(tmp_path):
    workspace = make_workspace()
    path = write(tmp_path, FILE)

    first = run("load_checklist", workspace.slug, path)
    second = run("load_checklist", workspace.slug, path)

    workspace.refresh_from_db()
    assert first.splitlines() == [
        '+ group "Business Information"',
        "+ item business_name (TEXT, in Business Information)",
        "+ item legal_name (TEXT, in Business Information)",
        f"Applied; the checklist is at revision {workspace.definitions_revision}.",
    ]
    assert second == "Nothing differs.\n"
    assert [item.code for item in load_definitions(workspace).items] == ["business_name", "legal_name"]
    assert WorkspaceEntry.objects.get(kind="checklist_changed").actor_name == "load_checklist"


def test_json_with_a_byte_order_mark_is_loaded(tmp_path):
    workspace = make_workspace()
    item = {"code": "kind", "label": "Kind", "fieldType": "SELECT", "rules": {"options": ["a"]}}
    text = json.dumps({"groups": [{"name": "A", "items": [item]}]})

    run("load_checklist", workspace.slug, write(tmp_path, b"\xef\xbb\xbf" + text.encode(), "c.JSON"))

    assert load_definitions(workspace_now(workspace)).item("kind").rules == {"options": ["a"]}


def workspace_now(workspace):
    workspace.refresh_from_db()
    return workspace


def test_a_dry_run_prints_and_changes_nothing(tmp_path):
    workspace = make_workspace()

    printed = run("load_checklist", workspace.slug, write(tmp_path, FILE), "--dry-run")

    assert len(printed.splitlines()) == 3
    assert not Item.objects.exists()


def test_every_problem_of_a_file_is_a_line(tmp_path):
    workspace = make_workspace()
    bad = FILE.replace("legal_name", "business_name").replace("Legal Name", '""')

    code, lines = refused("load_checklist", workspace.slug, write(tmp_path, bad))

    assert code == 1
    assert [line.partition(":")[0] for line in lines] == [
        "groups[0].items[1].label",
        "groups[0].items[1].code",
    ]
    assert not Item.objects.exists()


def test_what_stored_leads_forbid_is_told_the_same_way(tmp_path):
    workspace = make_workspace()
    run("load_checklist", workspace.slug, write(tmp_path, FILE))

    code, lines = refused("load_checklist", workspace.slug, write(tmp_path, "groups: [oops"))

    assert code == 1
    assert len(lines) == 1


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_ends_with_2(tmp_path, content):
    workspace = make_workspace()
    path = tmp_path / "gone.yaml" if content is None else write(tmp_path, content)

    assert refused("load_checklist", workspace.slug, path)[0] == 2


@pytest.mark.parametrize("command", [("load_checklist", "nowhere", "x.yaml"), ("dump_checklist", "nowhere")])
def test_an_unknown_workspace_ends_with_2(command):
    assert refused(*command)[0] == 2


def test_the_dump_loads_back_unchanged_here_and_elsewhere(tmp_path):
    here, there = make_workspace(), make_workspace()
    run("load_checklist", here.slug, "checklists/demo.yaml")

    dumped = run("dump_checklist", here.slug)
    path = write(tmp_path, dumped)

    assert run("load_checklist", here.slug, path) == "Nothing differs.\n"
    run("load_checklist", there.slug, path)
    assert run("dump_checklist", there.slug) == dumped


def test_an_empty_checklist_is_dumped_and_loaded(tmp_path):
    workspace = make_workspace()

    dumped = run("dump_checklist", workspace.slug)

    assert dumped == "groups: []\n"
    assert run("load_checklist", workspace.slug, write(tmp_path, dumped)) == "Nothing differs.\n"
