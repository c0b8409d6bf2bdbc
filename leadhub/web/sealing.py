"""Seals what must be read back later (webhook secrets, bodies kept for a while) under the DATA_KEYS.

Newest first: it seals, all of them open. A key stays as long as anything is sealed or hashed by it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_PLAIN, _DEFLATED = b"\x00", b"\x01"
_NONCE = 12
# Ciphertext cannot be compressed by the database any more, so longer texts are before they are sealed.
_WORTH_DEFLATING = 512


class Unsealable(Exception):
    """The sealed bytes were changed, or their key is no longer among DATA_KEYS."""


def seal(data: bytes) -> bytes:
    """version's length, version, nonce, AES-256-GCM of the data; the version is authenticated with it."""
    version, cipher = next(iter(_ciphers().items()))
    header, nonce = _header(version), os.urandom(_NONCE)
    content = _DEFLATED + zlib.compress(data, level=1) if len(data) > _WORTH_DEFLATING else _PLAIN + data
    return header + nonce + cipher.encrypt(nonce, content, header)


def unseal(sealed: bytes | memoryview) -> bytes:
    """What was sealed, whichever of the keys sealed it."""
    sealed = bytes(sealed)
    header = sealed[: 1 + sealed[0]] if sealed else b""
    cipher = _ciphers().get(header[1:].decode(errors="replace"))
    if cipher is None:
        raise Unsealable(
            "The key that sealed this is not among DATA_KEYS. Put it back at the end of the list."
        )
    nonce = sealed[len(header) : len(header) + _NONCE]
    try:
        content = cipher.decrypt(nonce, sealed[len(header) + _NONCE :], header)
    except (InvalidTag, ValueError) as error:
        raise Unsealable("The sealed bytes were changed.") from error
    return zlib.decompress(content[1:]) if content.startswith(_DEFLATED) else content[1:]


def is_sealed_by_newest(sealed: bytes | memoryview) -> bool:
    """False for what should be unsealed and sealed again, so that an old key can be retired."""
    return bytes(sealed).startswith(_header(next(iter(_ciphers()))))


def keyed_hash(text: str) -> str:
    """Recognises a text without holding it: `version:hex`, made with the newest key."""
    return keyed_hashes(text)[0]


def keyed_hashes(text: str) -> list[str]:
    """The hash under every key, newest first: a text hashed before a rotation is still recognised."""
    return [
        f"{version}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
        for version, key in _hash_keys().items()
    ]


def _header(version: str) -> bytes:
    name = version.encode()
    return bytes([len(name)]) + name


def _ciphers() -> Mapping[str, AESGCM]:
    return _ciphers_of(tuple(settings.DATA_KEYS.items()))


def _hash_keys() -> Mapping[str, bytes]:
    return _hash_keys_of(tuple(settings.DATA_KEYS.items()))


@lru_cache(maxsize=8)
def _ciphers_of(keys: tuple[tuple[str, bytes], ...]) -> Mapping[str, AESGCM]:
    return {version: AESGCM(key) for version, key in keys}


@lru_cache(maxsize=8)
def _hash_keys_of(keys: tuple[tuple[str, bytes], ...]) -> Mapping[str, bytes]:
    """A key of its own for hashing, derived, so that no key serves two purposes."""
    return {version: hmac.digest(key, b"leadhub keyed hash", "sha256") for version, key in keys}
