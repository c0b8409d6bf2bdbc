"""A receiver on this machine, which only DEBUG lets webhooks reach."""

from __future__ import annotations

import pytest

from leads.outbox import gate
from tests.outbox.make import LOOPBACK, receiving


@pytest.fixture(autouse=True)
def _ask_anew():
    """Whether this is a copy is remembered for some seconds; not from one test to the next."""
    gate.forget()
    yield
    gate.forget()


@pytest.fixture
def receiver(settings):
    settings.DEBUG = True
    settings.OUTBOUND_NETWORKS = LOOPBACK
    with receiving() as server:
        yield server
