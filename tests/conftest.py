"""The frame of every test: what is skipped where, and no way out to the network."""

from __future__ import annotations

import ipaddress
import os
import socket

import pytest
from django.db import connection
from hypothesis import settings

# How long one example takes says something of the machine, and nothing of the code. The examples are the
# same each time, so that a run means the same everywhere; `HYPOTHESIS_PROFILE=explore` looks for new ones.
settings.register_profile("leadhub", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "leadhub"))


def pytest_collection_modifyitems(items):
    if connection.vendor == "postgresql":
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch):
    """A test may talk to a server on this machine, never to another machine."""
    connect = socket.socket.connect

    def connect_to_this_machine(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(address[0]):
            raise AssertionError(f"A test tried to reach {address[0]}.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_to_this_machine)


def is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
