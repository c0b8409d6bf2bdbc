"""Somebody who calls the native API; every answer is held against its document."""

from __future__ import annotations

from tests.api.caller import Caller, bearer
from tests.api.conforms import ConformingClient

EVERYTHING = ("read", "write", "delete", "admin")


def hub(workspace=None, *, scopes=EVERYTHING, test=False) -> Caller:
    caller = Caller("hub", bearer, workspace, scopes=scopes, test=test)
    caller.client = ConformingClient("hub")
    return caller


def faults(answer):
    """{field: code} of a refusal."""
    return {fault["field"]: fault["code"] for fault in answer.body["errors"]}
