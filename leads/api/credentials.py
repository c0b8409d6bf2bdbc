"""Who is calling: the key that a request proves, and why not, in words that help the one who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadhub.web.envelopes import Failed
from leadhub.web.ratelimit import take
from leadhub.web.records import record_request
from leadhub.web.requests import identify, trail_of
from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import Proof, prove_key
from leadhub.workspaces.models import ApiKey

_STAMPED_EVERY: Final = timedelta(minutes=1)
# How many refusals of one key are kept in a minute.
_REFUSALS: Final = 60


def bearer_of(request: HttpRequest) -> str:
    """The token of an `Authorization: Bearer` header, or nothing."""
    scheme, _space, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def challenge_of(security: Mapping[str, Mapping[str, str]]) -> str:
    """What a 401 must say of the credential it asks for (RFC 9110, 11.6.1): the first that the door takes."""
    way = next(iter(security.values()))
    return "Bearer" if way["type"] == "http" else f'ApiKey header="{way["name"]}"'


def admit(request: HttpRequest, credential: str, dialect: str) -> ApiKey:
    """The key behind a credential, if it opens this dialect now; else a 401 that says why."""
    vouched = trail_of(request).vouched
    if not credential and vouched is None:
        raise Failed(401, "missing_credential", _("No API key was sent; send yours with every request."))
    proof = prove_key(credential) if vouched is None else Proof(vouched, genuine=True)
    key = proof.key
    if key is None or not proof.genuine:
        raise _refused(
            request, key, dialect, "invalid_key", _("This API key is unknown; check it for typing errors.")
        )
    if not key.works_at(now()):
        message = _("This API key was revoked or has expired; ask for a new one.")
        raise _refused(request, key, dialect, "inactive_key", message)
    if dialect and not key.speaks(dialect):
        message = _("This is a genuine key, but for another door: it opens %(doors)s, not %(door)s.") % {
            "doors": ", ".join(key.dialects),
            "door": dialect,
        }
        raise _refused(request, key, dialect, "wrong_door", message)
    identify(request, dialect or "hub", key.workspace_id, key.pk, key.is_test)
    if request.headers.get("Leadhub-Dry-Run", "").strip().lower() != "true":
        stamp_use(key)
    return key


def stamp_use(key: ApiKey) -> None:
    """At most once a minute, so that reading does not write."""
    moment = now()
    if key.last_used_at is None or moment - key.last_used_at >= _STAMPED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=moment - _STAMPED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=moment)


def _refused(request: HttpRequest, key: ApiKey | None, dialect: str, code: str, message: str) -> Failed:
    """A refusal is kept in the log of the workspace whose key was named, so that its owner can see it."""
    if key is not None:
        identify(request, dialect or "hub", key.workspace_id, key.pk, key.is_test)
    # Who knows a key's id but not its secret must not be able to fill the log.
    if key is not None and take(f"refused:{key.pk}", _REFUSALS, 60).allowed:
        record_request(request, 401, code, keep_body=False)
    return Failed(401, code, message)
