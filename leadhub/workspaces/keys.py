"""The text of an API key: how it is made, told apart and looked up. The store keeps only a hash."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from leadhub.workspaces.models import ApiKey, Workspace
from leadhub.workspaces.rows import read_rows

_ALPHABET = string.ascii_letters + string.digits
_PUBLIC = 8
# 43 characters out of 62 are 256 bits, so a plain SHA-256 of the secret is safe to store.
_SECRET = 43
_PREFIXES = {
    "omniai": "omni_",
    "octanist": "oct_",
    "pollybot": "sk-workspace_",
    "leadping": "lp_",
    "hub": "hub_",
}
_KEY = re.compile(
    r"\A(omni_|oct_|sk-workspace_|lp_(?:src_)?|hub_)(test_)?([A-Za-z0-9]{8})([A-Za-z0-9]{43})\Z"
)
_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown, once."""

    text: str
    prefix: str
    public_id: str
    digest: str


def make_key(dialects: Sequence[str], *, test: bool, scopes: Sequence[str]) -> NewKey:
    """A fresh key, prefixed for its first dialect. PollyBot fixes the length, so its test keys look alike."""
    prefix = _PREFIXES[dialects[0]]
    if prefix == "lp_" and "create" in scopes:
        prefix = "lp_src_"
    if test and dialects[0] != "pollybot":
        prefix += "test_"
    public_id = "".join(secrets.choice(_ALPHABET) for _ in range(_PUBLIC))
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET))
    return NewKey(f"{prefix}{public_id}{secret}", prefix, public_id, _digest(secret))


def parse_public_id(text: str) -> str | None:
    """The part of a key that may be logged and recorded; None where the text is no key at all."""
    match = _KEY.match(text)
    return match[3] if match else None


@dataclass(frozen=True, slots=True)
class Proof:
    """`key` is whose id was named, if anybody's; `genuine` says that the secret is its own."""

    key: ApiKey | None
    genuine: bool


def prove_key(text: str) -> Proof:
    """One indexed query, whatever was sent. Unknown ids and wrong secrets cost the same."""
    match = _KEY.match(text)
    public_id, secret = (match[3], match[4]) if match else ("", "")
    key = _read_key(public_id)
    genuine = compare_digest(_digest(secret), key.digest if key else _NO_DIGEST)
    return Proof(key, genuine and key is not None)


def _read_key(public_id: str) -> ApiKey | None:
    tail = "FROM {t0} t0 JOIN {t1} t1 ON t1.id = t0.workspace_id WHERE t0.public_id = %s"
    for row, workspace in read_rows((ApiKey, Workspace), tail, [public_id]):
        key: ApiKey = row
        key.workspace = workspace
        return key
    return None


def find_key(text: str) -> ApiKey | None:
    """The key this text proves, whatever its state."""
    proof = prove_key(text)
    return proof.key if proof.genuine else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
