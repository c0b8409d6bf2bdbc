"""What is known of a request before and beside any view: its id, and its trail for log and record."""

from __future__ import annotations

import re
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest

if TYPE_CHECKING:
    from leadhub.workspaces.models import ApiKey

_CALLERS_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SHOWN = re.compile(rf"(?:[A-Za-z][A-Za-z0-9_.-]{{0,19}}|[a-z]{{2,4}}_[0-9a-f]{{32}}|\d{{1,6}}|{_UUID})?")

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


@dataclass(slots=True)
class Trail:
    """What the log and the request record say of a request, gathered as it becomes known."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    door: str = ""
    workspace_id: UUID | None = None
    api_key_id: UUID | None = None
    is_test: bool = False
    code: str = ""
    # A key that this process itself vouches for, such as when a request of the log is run again. Nothing
    # that is sent can set it.
    vouched: ApiKey | None = None

    @property
    def milliseconds(self) -> int:
        return round((time.perf_counter() - self.started) * 1000)


def trail_of(request: HttpRequest) -> Trail:
    trail = getattr(request, "trail", None)
    if isinstance(trail, Trail):
        return trail
    return begin_trail(request)


def begin_trail(request: HttpRequest) -> Trail:
    """Every request has an id: the caller's own when it is a valid one, else one of ours."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    request_id = given if _CALLERS_ID.fullmatch(given) else f"req_{secrets.token_hex(6)}"
    trail = Trail(request_id)
    # Plain attributes, so that a view may write request.request_id.
    request.trail = trail  # type: ignore[attr-defined]
    request.request_id = request_id  # type: ignore[attr-defined]
    return trail


def identify(
    request: HttpRequest, door: str, workspace_id: UUID, api_key_id: UUID | None, is_test: bool = False
) -> Trail:
    """Say whose request this is, once that is known; log line and request record take it from here."""
    trail = trail_of(request)
    trail.door, trail.workspace_id, trail.api_key_id, trail.is_test = door, workspace_id, api_key_id, is_test
    return trail


def masked_path(path: str) -> str:
    """The path as the log may show it: words and ids; what might be a person or a secret is `*`."""
    return "/".join(part if _SHOWN.fullmatch(part) else "*" for part in path.split("/"))
