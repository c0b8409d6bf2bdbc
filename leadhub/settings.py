"""All settings, read from the environment; safe by default, and a sentence instead of an unsafe start.

docs/operations.md has the table of the variables.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from leadhub.web.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
CONN_MAX_AGE = 600


# Reading the environment


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
        "NAME": path if path == ":memory:" else str(BASE_DIR / path),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
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


# Secrets and the outside

DEBUG = env_bool("DEBUG")
# No TLS redirect, no Secure cookies: for loopback, or for a proxy on this machine that ends TLS.
PLAIN_HTTP = env_bool("PLAIN_HTTP")
# The proxy in front overwrites X-Forwarded-Proto and X-Forwarded-For, so they may be believed.
TRUST_PROXY = env_bool("TRUST_PROXY")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

SECRET_KEY = env_secret("SECRET_KEY") or ("for-debugging-only-" * 3 if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Put the output of `openssl rand -hex 32` into it.")
SECRET_KEY_FALLBACKS = env_secret("SECRET_KEY_FALLBACKS").replace(",", " ").split()

DATA_KEYS = parse_data_keys(env_secret("DATA_KEYS") or (f"debug:{'A' * 43}=" if DEBUG else ""))
if not DATA_KEYS:
    raise ImproperlyConfigured(
        "DATA_KEYS is not set. Put v1: and the output of `openssl rand -base64 32` into it."
    )

REDIS_URL = env_secret("REDIS_URL")
REQUEST_RECORD_DAYS = env_int("REQUEST_RECORD_DAYS", 30, least=1)

# What there is

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "phonenumber_field",
    "django_htmx",
    "csp",
    "leadhub.workspaces",
    "leadhub.web",
    "checklists",
    "leads",
]
MIDDLEWARE = [
    "leadhub.web.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "leadhub.urls"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# Data

VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(mode=0o700, exist_ok=True)
DATABASES = {"default": parse_database_url(env_secret("DATABASE_URL") or "sqlite:///var/leadhub.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "files"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Language, time, numbers

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "leadhub" / "locale"]
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"
PHONENUMBER_DEFAULT_REGION = "US"

# Logging in

AUTH_USER_MODEL = "workspaces.User"
# Memory-hard and in the standard library; the second one only reads what older versions stored.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Transport and browser

SECURE_SSL_REDIRECT = not (PLAIN_HTTP or DEBUG)
# A redirect would hide that a client sends its key in the open each time; the middleware refuses instead.
SECURE_REDIRECT_EXEMPT = [r"^api(/|$)", r"^leads(/|$)"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 31_536_000) if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env_bool("HSTS_SUBDOMAINS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# The machine doors

_BROWSABLE = ["rest_framework.renderers.BrowsableAPIRenderer"] if DEBUG else []
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", *_BROWSABLE],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    # Shut unless a view says who may enter.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {"TITLE": "leadhub", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

LOGGING = logging_config()
