"""The product's settings, without an environment, with a throw-away database and a quick password hash."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Only the database may be chosen from outside; all else must not depend on whose shell this is.
for _name in [
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "EMAIL_FROM",
    "EMAIL_URL",
    "HSTS_SECONDS",
    "HSTS_SUBDOMAINS",
    "INSTANCE",
    "METRICS_TOKEN",
    "OUTBOUND",
    "OUTBOUND_NETWORKS",
    "PLAIN_HTTP",
    "REDIS_URL",
    "REQUEST_RECORD_DAYS",
    "S3_ACCESS_KEY",
    "S3_ADDRESSING",
    "S3_BUCKET",
    "S3_ENDPOINT",
    "S3_REGION",
    "S3_SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "TRUST_PROXY",
]:
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)
for _name in ["DATA_KEYS_FILE", "SECRET_KEY_FILE"]:
    os.environ.pop(_name, None)
os.environ["SECRET_KEY"] = "the-tests-need-no-secret-but-the-checks-want-it-long"
os.environ["DATA_KEYS"] = "v1:dGhlLXRlc3RzLWhhdmUtYS1mb3J0dW5hdGUta2V5IS0="

from leadhub.settings import *  # noqa: E402, F403
from leadhub.settings import DATABASES, STORAGES  # noqa: E402

_scratch = Path(tempfile.mkdtemp(prefix="leadhub-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = _scratch / "files"
STATIC_ROOT = _scratch / "static"
STATIC_ROOT.mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Requests of the tests come as http unless they say otherwise; the transport's own tests switch these on.
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False

# Nothing here needs to survive a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads then meet each other's locks as they do in the product.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
else:
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
