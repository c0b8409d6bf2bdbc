"""Idempotency-Key: the same request sent again gets the first answer, and nothing is done twice.

The record is written in the transaction of the effect, so there is never the one without the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from leadhub.web.envelopes import Failed
from leadhub.web.json import write_json
from leadhub.web.models import IdempotencyRecord
from leadhub.web.sealing import Unsealable, seal, unseal
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.rows import adapted

KEPT_FOR = timedelta(hours=24)
# How long the second of two equal requests waits for the first; for PostgreSQL, as SQLite lets in one writer.
PATIENCE = "5s"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_LOCK_NOT_AVAILABLE = "55P03"

# One statement, so that nobody comes between: a new row, or an expired one taken over. Nothing returned means
# that the key is in use; PostgreSQL has then waited until the other transaction ended.
_CLAIM = """
INSERT INTO web_idempotencyrecord
    (id, workspace_id, scope, key, fingerprint, status, headers, body, lead_id, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, NULL, '{}', NULL, NULL, %s, %s)
ON CONFLICT (workspace_id, scope, key) DO UPDATE SET
    id = excluded.id, fingerprint = excluded.fingerprint, status = NULL, headers = '{}', body = NULL,
    lead_id = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE web_idempotencyrecord.expires_at <= excluded.created_at
RETURNING id
"""


class InvalidKey(Failed):
    def __init__(self) -> None:
        message = gettext("The Idempotency-Key is not 1 to 255 visible ASCII characters. Send such a one.")
        super().__init__(400, "invalid_idempotency_key", message)


class StillRunning(Failed):
    def __init__(self) -> None:
        message = gettext("The first request with this Idempotency-Key still runs. Try again soon.")
        super().__init__(409, "request_in_progress", message, {"Retry-After": "1"})


class KeyReused(Failed):
    def __init__(self) -> None:
        message = gettext(
            "This Idempotency-Key came with another body before. Use a new key for a new request."
        )
        super().__init__(422, "idempotency_key_reused", message)


class AnswerErased(Failed):
    def __init__(self) -> None:
        message = gettext("The answer to this Idempotency-Key was erased with the person. Use a new key.")
        super().__init__(409, "answer_erased", message)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer, to be sent again."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def as_response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=self.status, headers=dict(self.headers))
        response["Idempotent-Replayed"] = "true"
        return response


@dataclass(slots=True)
class Once:
    """One keyed request: claimed before the effect, settled after it, both in the effect's transaction."""

    workspace_id: UUID
    scope: str
    key: str
    fingerprint: str
    id: UUID = field(default_factory=new_id)
    barred: bool = False

    def claim(self) -> StoredAnswer | None:
        """None: go ahead. Else the answer to send, or StillRunning, KeyReused, AnswerErased."""
        try:
            return self._claim()
        except Failed:
            self.barred = True
            raise

    def _claim(self) -> StoredAnswer | None:
        if not connection.in_atomic_block:
            raise RuntimeError("A key is claimed in the transaction of its effect.")
        moment = now()
        sent = {
            "id": self.id,
            "workspace_id": self.workspace_id,
            "scope": self.scope,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "created_at": moment,
            "expires_at": moment + KEPT_FOR,
        }
        if _insert(sent):
            return None
        found = IdempotencyRecord.objects.filter(
            workspace_id=self.workspace_id, scope=self.scope, key=self.key
        ).first()
        if found is None or found.status is None:
            raise StillRunning
        if found.fingerprint != self.fingerprint:
            raise KeyReused
        if found.body is None:
            raise AnswerErased
        try:
            return StoredAnswer(found.status, found.headers, unseal(found.body))
        except Unsealable as error:
            raise AnswerErased from error

    def settle(
        self, status: int, headers: Mapping[str, str], body: bytes, lead_id: UUID | None = None
    ) -> None:
        """Keep the answer. In the same transaction as the claim and the effect."""
        IdempotencyRecord.objects.filter(id=self.id).update(
            status=status, headers=dict(headers), body=seal(body), lead_id=lead_id
        )

    def settle_refusal(
        self, status: int, headers: Mapping[str, str], body: bytes, lead_id: UUID | None = None
    ) -> StoredAnswer | None:
        """Keep a refusal after the effect's transaction was rolled back.

        If another request with this key was quicker, its answer is the one to send. A refusal of the key
        itself is no answer to the request, and so it is not kept.
        """
        if self.barred or not is_kept(status):
            return None
        with transaction.atomic():
            earlier = self.claim()
            if earlier is None:
                self.settle(status, headers, body, lead_id)
            return earlier


def once_for(
    request: HttpRequest, workspace_id: UUID, api_key_id: UUID, fingerprint: str | None = None
) -> Once | None:
    """The keyed request at hand; None without the header. For multipart give the fingerprint of the parts."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidKey
    target = "\n".join(
        [str(api_key_id), request.method or "", request.path, request.META.get("QUERY_STRING", "")]
    )
    scope = hashlib.sha256(target.encode()).hexdigest()
    return Once(workspace_id, scope, key, fingerprint or fingerprint_of(request.body))


def fingerprint_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def fingerprint_of_parts(parts: Iterable[tuple[str, str, str]]) -> str:
    """Of a multipart body: name, file name and digest of each part, since the boundary differs each time."""
    return fingerprint_of(write_json([list(part) for part in parts]))


def is_kept(status: int) -> bool:
    """Whether a repeated key replays this: each success, and refusals that would come out the same again."""
    return 200 <= status < 300 or status in {400, 404, 409}


def prune_answers(moment: datetime, batch: int = 1000) -> int:
    """Forget the answers that expired before the moment."""
    gone = 0
    while True:
        expired = IdempotencyRecord.objects.filter(expires_at__lte=moment).order_by("expires_at")
        ids = list(expired.values_list("id", flat=True)[:batch])
        deleted, _ = IdempotencyRecord.objects.filter(id__in=ids, expires_at__lte=moment).delete()
        gone += deleted
        if len(ids) < batch:
            return gone


def _insert(sent: Mapping[str, object]) -> bool:
    """Whether the key is ours now."""
    values = adapted(IdempotencyRecord, sent)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(_CLAIM, values)
            return cursor.fetchone() is not None
        cursor.execute(
            "SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [PATIENCE]
        )
        before = cursor.fetchone()[0]
        try:
            cursor.execute(_CLAIM, values)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise StillRunning from error
            raise
        claimed = cursor.fetchone() is not None
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
        return claimed
