"""All settings, read from the environment; safe by default, and a sentence instead of an unsafe start.

docs/operations.md has the table of the variables.
"""

from __future__ import annotations

import os
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from leadhub.environment import (
    ROOT,
    close_to_others,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_networks,
    env_secret,
    parse_data_keys,
    parse_database_url,
    parse_email_url,
    read_storage,
)
from leadhub.web.logs import logging_config

BASE_DIR = ROOT

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
METRICS_TOKEN = env_secret("METRICS_TOKEN")

# on: send; hold: keep all that is due; off: give up what falls due.
OUTBOUND = env_choice("OUTBOUND", ("on", "hold", "off"))
# Tells this installation from a copy of it, where the database alone does not.
INSTANCE = os.environ.get("INSTANCE", "").strip()
# Inner networks that webhooks may be sent into, although the internet does not reach them.
OUTBOUND_NETWORKS = env_networks("OUTBOUND_NETWORKS", ("127.0.0.0/8", "::1/128") if DEBUG else ())

# What there is

INSTALLED_APPS = [
    "leads.admin.apps.StaffConfig",
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
    "leadhub.web.sessions.AuthenticationMiddleware",
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
            "libraries": {"ways": "leads.admin.ways", "words": "leads.admin.words"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(mode=0o700, exist_ok=True)
DATABASES = {"default": parse_database_url(env_secret("DATABASE_URL") or "sqlite:///var/leadhub.sqlite3")}
close_to_others(DATABASES["default"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "files"
# On the same disk, so that a finished upload is renamed and not copied; the system's own may be memory.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
# EMAIL_BACKEND and what it needs; whose replies go where is each message's own matter.
globals().update(parse_email_url(env_secret("EMAIL_URL"), VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("EMAIL_FROM", "").strip() or "leadhub@localhost"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES: dict[str, dict[str, Any]] = {
    "default": read_storage(),
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
SESSION_ENGINE = "leadhub.web.sessions"
LOGOUT_REDIRECT_URL = "admin:login"
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
CSRF_FAILURE_VIEW = "leadhub.web.views.csrf_failure"
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
