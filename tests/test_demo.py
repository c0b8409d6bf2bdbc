"""What `make run` prepares: whom it refuses, and how it keeps its credentials."""

from __future__ import annotations

import socket
import stat

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError

from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import find_key
from leadhub.workspaces.models import DIALECTS, ApiKey
from leads.change import Actor, ActorKind
from leads.changes.people import create_workspace, revoke_key
from leads.management.commands import demo
from tests.make import make_lead

pytestmark = pytest.mark.django_db
ACTOR = Actor(ActorKind.SYSTEM, "tests", "command")


def make_workspace(slug, *, is_demo):
    values = {"slug": slug, "name": slug, "region": "US", "time_zone": "UTC", "currency": "USD"}
    return create_workspace(ACTOR, values, is_demo=is_demo)


def test_a_database_with_a_real_workspace_is_refused():
    make_workspace("demo", is_demo=True)
    demo.refuse_real_data()
    make_workspace("acme", is_demo=False)
    with pytest.raises(CommandError, match="DATABASE_URL="):
        demo.refuse_real_data()


def test_a_taken_port_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match="PORT="):
            demo.refuse_taken_port(port)
    demo.refuse_taken_port(port)


def test_credentials_open_the_demo_and_are_kept_from_others(tmp_path):
    workspace = make_workspace("demo", is_demo=True)
    path = tmp_path / "credentials"
    made = demo.make_credentials(workspace)
    demo.keep_credentials(path, made)
    assert demo.read_credentials(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert authenticate(username=made["login"], password=made["password"])
    assert [find_key(made[dialect]).dialects for dialect in DIALECTS] == [[dialect] for dialect in DIALECTS]


def test_lost_credentials_are_made_anew(tmp_path):
    workspace = make_workspace("demo", is_demo=True)
    old = demo.make_credentials(workspace)
    assert demo.read_credentials(tmp_path / "credentials") == {}
    new = demo.make_credentials(workspace)
    assert authenticate(username=new["login"], password=new["password"])
    assert not authenticate(username=old["login"], password=old["password"])


def test_the_lines_to_paste_are_about_a_lead_of_the_demo():
    workspace = make_workspace("demo", is_demo=True)
    ours = make_lead(workspace, external_id="demo-1")
    made = demo.make_credentials(workspace)
    theirs = make_lead(workspace, external_id="crm-1")
    told = demo.describe(made, "http://here")
    assert str(ours.pk) in told and str(theirs.pk) not in told
    ours.archived_at = now()
    ours.save()
    assert str(theirs.pk) in demo.describe(made, "http://here")


def test_credentials_of_another_database_are_not_believed(tmp_path):
    workspace = make_workspace("demo", is_demo=True)
    path = tmp_path / "credentials"
    demo.keep_credentials(path, demo.make_credentials(workspace))
    revoke_key(workspace, ACTOR, ApiKey.objects.first().public_id)
    assert demo.read_credentials(path) == {}
    path.write_text("not what was kept\n")
    assert demo.read_credentials(path) == {}
