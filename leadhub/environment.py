"""Reads settings from the environment: a value that cannot be understood stops the start with a sentence."""

from __future__ import annotations

import base64
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
CONN_MAX_AGE = 600


def env_bool(name: str, default: bool = False) -> bool:
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}, which is neither yes nor no. Write 1 or 0.")


def env_int(name: str, default: int, least: int = 0) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write a whole number, {least} or more.")
    return int(text)


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; unset or empty means the default."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()] or list(default)


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of the words; unset means the first."""
    text = os.environ.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write one of: {', '.join(choices)}.")
    return text


def env_networks(name: str, default: tuple[str, ...] = ()) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(text) for text in env_list(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}. Write for example 10.1.2.0/24.") from error


def env_secret(name: str) -> str:
    """The text of NAME, or of the file that NAME_FILE names; "" if neither is set."""
    text, path = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if text and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if not path:
        return text
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}.") from error
    if not text:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty. Write the secret into it.")
    return text


def parse_data_keys(text: str) -> dict[str, bytes]:
    """`v2:<base64>,v1:<base64>`: name -> 32 bytes, in the order given. The first seals, all of them open."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        version, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded.translate(str.maketrans("-_", "+/")), validate=True)
        except ValueError:
            key = b""
        if not (version.isascii() and version.isalnum()) or version in keys or len(key) != 32:
            raise ImproperlyConfigured(
                f"Part {len(keys) + 1} of DATA_KEYS is not a new version, a colon and 32 bytes of base64. "
                "Write for example v1: and the output of `openssl rand -base64 32`."
            )
        keys[version] = key
    return keys


def parse_database_url(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///path` or `postgres://user:password@h1:5432,h2/name?option=value`."""
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return postgres_database(rest)
    path = rest.removeprefix("/")
    if scheme != "sqlite" or path in {"", rest}:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood. Write sqlite:///path/to/file or postgres://user:password@host/name."
        )
    # A transaction that reads first and writes later would fail at once with "database is locked", whatever
    # the timeout; IMMEDIATE makes it wait its turn. FULL, because an acknowledged write must survive a power
    # cut, not only a killed process.
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path if path == ":memory:" else str(ROOT / path),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def close_to_others(database: dict[str, Any]) -> None:
    """A SQLite file that is not there yet is begun as one that its owner alone reads; so are its journals."""
    path = Path(str(database["NAME"]))
    is_file = database["ENGINE"].endswith("sqlite3") and path.name != ":memory:"
    if is_file and not path.exists() and os.access(path.parent, os.W_OK):
        path.touch(mode=0o600)


def parse_email_url(url: str, files: Path) -> dict[str, Any]:
    """Django's EMAIL_ settings for `smtp://user:password@host:587`, or `smtps://` where TLS comes first.

    Without a server, emails are written to files. `?tls=0` is for a relay on the same machine.
    """
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(files),
        }
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
    except ValueError:
        port = 0
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not port or parts.path.strip("/"):
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood. Write smtp://user:password@host:587 with %2F for a / and %40 for "
            "an @ in the password, or smtps:// if the server wants TLS from the beginning."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and query.get("tls") != "0",
        "EMAIL_TIMEOUT": 20,
    }


def read_storage() -> dict[str, Any]:
    """Django's STORAGES entry for uploaded files: S3 if S3_BUCKET names a bucket, else files on this disk."""
    names = ("S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ADDRESSING")
    bucket, endpoint, region, addressing = (os.environ.get(name, "").strip() for name in names)
    access, secret = env_secret("S3_ACCESS_KEY"), env_secret("S3_SECRET_KEY")
    if not bucket:
        if endpoint or region or addressing or access or secret:
            raise ImproperlyConfigured(
                "S3_BUCKET is not set. Name the bucket, or unset the other S3_ settings."
            )
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if bool(access) != bool(secret):
        raise ImproperlyConfigured("S3_ACCESS_KEY and S3_SECRET_KEY belong together. Set both or none.")
    if endpoint and urlsplit(endpoint).scheme not in {"http", "https"}:
        raise ImproperlyConfigured("S3_ENDPOINT is not understood. Write for example https://s3.example.com.")
    if addressing not in {"", "path", "virtual"}:
        raise ImproperlyConfigured("S3_ADDRESSING is path or virtual.")
    keys = {"access_key": access or None, "secret_key": secret or None}
    options = s3_options(bucket, endpoint, region, addressing) | keys
    return {"BACKEND": "leadhub.web.s3.S3Files", "OPTIONS": options}


def s3_options(bucket: str, endpoint: str, region: str, addressing: str) -> dict[str, Any]:
    # Only who keeps files there pays for loading these.
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    return {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or "us-east-1",
        "default_acl": None,
        # A key is random and written once. Asking first would be a request more for each file.
        "file_overwrite": True,
        # What is read through us lies on disk beyond this, not in memory.
        "max_memory_size": 1024 * 1024,
        # Piece by piece: several at once would hold as many in memory.
        "transfer_config": TransferConfig(use_threads=False),
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing or ("path" if endpoint else "auto")},  # type: ignore[arg-type]
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            # Other storages than Amazon's refuse the newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }


def postgres_database(rest: str) -> dict[str, Any]:
    address, _, query = rest.partition("?")
    credentials, _, after = address.rpartition("@")
    hosts, _, name = after.partition("/")
    user, _, password = credentials.partition(":")
    # read-write: after a failover the old primary may come back as a standby, and must not be picked.
    options: dict[str, Any] = {"connect_timeout": "5", "target_session_attrs": "read-write"}
    options |= dict(parse_qsl(query))
    pairs = [split_host(host) for host in hosts.split(",")] if hosts else []
    if not name or "/" in name + credentials:
        # The address is not repeated here, because it may hold a password.
        raise ImproperlyConfigured(
            "DATABASE_URL names no database after its hosts. Write postgres://user:password@host/name "
            "with %2F for a /, %3F for a ? and %40 for an @ in the password."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": options.pop("host", "") or ",".join(host for host, _ in pairs),
        "PORT": ",".join(port for _, port in pairs),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "CONN_HEALTH_CHECKS": True,
        # A pooler in transaction mode gives each transaction another session, which knows no cursor of ours.
        # For the same reason Django's default stands: no statement is prepared behind our back.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
    }


def split_host(text: str) -> tuple[str, str]:
    """`host`, `host:port`, `[::1]:port` or `[::1]` -> (host, port)."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, "5432"
    if not (host and port.isascii() and port.isdigit()):
        raise ImproperlyConfigured("A host in DATABASE_URL is not understood. Write for example db1:5432.")
    return unquote(host).strip("[]"), port
