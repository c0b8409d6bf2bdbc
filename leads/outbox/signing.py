"""Standard Webhooks: the headers that tell the receiver who sent a message, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from leadhub.web.sealing import unseal
from leads.models import WebhookEndpoint


def signed_headers(
    endpoint: WebhookEndpoint, message_id: str, body: bytes, moment: datetime
) -> dict[str, str]:
    """The same id at each attempt, the time of this one, and a signature by each secret that is in use."""
    timestamp = int(moment.timestamp())
    signatures = [sign(secret, message_id, timestamp, body) for secret in secrets_of(endpoint, moment)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def secrets_of(endpoint: WebhookEndpoint, moment: datetime) -> list[bytes]:
    """Newest first; while a rotation's overlap lasts, the old one too."""
    sealed = [endpoint.secret]
    until = endpoint.old_secret_until
    if endpoint.old_secret is not None and until is not None and moment < until:
        sealed.append(endpoint.old_secret)
    return [unseal(secret) for secret in sealed]
