"""Somebody at work, as most tests of the staff pages begin."""

from __future__ import annotations

import pytest

from tests.make import make_member, make_workspace


@pytest.fixture
def desk(client):
    """(workspace, agent): an agent of an empty workspace is signed in."""
    workspace = make_workspace()
    agent = make_member(workspace)
    client.force_login(agent)
    return workspace, agent
