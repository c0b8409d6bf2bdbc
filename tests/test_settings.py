"""What the environment may say, and how leadhub refuses to start."""

from __future__ import annotations

import base64
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from leadhub import settings

BASE_DIR = Path(__file__).resolve().parent.parent
KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {"SECRET_KEY": "a-long-enough-secret-of-the-test", "DATA_KEYS": f"v1:{KEY}"}
OURS = (
    "ALLOWED_HOSTS DATABASE_URL DEBUG EMAIL_FROM EMAIL_URL HSTS_SECONDS HSTS_SUBDOMAINS OUTBOUND"
    " OUTBOUND_NETWORKS PLAIN_HTTP REDIS_URL S3_ACCESS_KEY S3_ADDRESSING S3_BUCKET S3_ENDPOINT S3_REGION"
    " S3_SECRET_KEY S3_SECRET_KEY_FILE TRUST_PROXY".split()
)


@pytest.fixture
def start(monkeypatch):
    """Reads the settings file anew, as a start with just these variables would."""

    def start(**environment):
        for name in [*OURS, *GOOD]:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(BASE_DIR / "leadhub" / "settings.py"))

    return start


def refusal(read, *arguments):
    with pytest.raises(ImproperlyConfigured) as caught:
        read(*arguments)
    return str(caught.value)


# Booleans, numbers, lists, secrets


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("1", True),
        ("true", True),
        (" YES ", True),
        ("on", True),
        ("0", False),
        ("False", False),
        ("no", False),
    ],
)
def test_a_boolean_has_a_few_plain_spellings(monkeypatch, text, claim):
    monkeypatch.setenv("DEBUG", text)
    assert settings.env_bool("DEBUG", default=not claim) is claim


@pytest.mark.parametrize("default", [True, False])
def test_an_empty_boolean_is_the_default(monkeypatch, default):
    monkeypatch.setenv("DEBUG", "")
    assert settings.env_bool("DEBUG", default) is default


@pytest.mark.parametrize("text", ["ture", "2", "-", "yes!", "f", "None"])
def test_an_unknown_spelling_of_a_boolean_stops_the_start(start, text):
    with pytest.raises(ImproperlyConfigured, match=r"DEBUG is .* Write 1 or 0\.$"):
        start(**GOOD, DEBUG=text)


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "0x10", "١٢", "1_000"])
def test_a_number_is_plain_digits(monkeypatch, text):
    monkeypatch.setenv("REQUEST_RECORD_DAYS", text)
    assert "REQUEST_RECORD_DAYS" in refusal(settings.env_int, "REQUEST_RECORD_DAYS", 30)


def test_a_number_may_have_a_least_value(monkeypatch):
    monkeypatch.setenv("REQUEST_RECORD_DAYS", "0")
    assert "1 or more" in refusal(settings.env_int, "REQUEST_RECORD_DAYS", 30, 1)


def test_a_list_is_split_at_commas(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,,")
    assert settings.env_list("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_what_leaves_is_one_of_three_words(start):
    assert (start(**GOOD)["OUTBOUND"], start(**GOOD, OUTBOUND=" Hold ")["OUTBOUND"]) == ("on", "hold")
    with pytest.raises(ImproperlyConfigured, match=r"OUTBOUND is 'no'\. Write one of: on, hold, off\.$"):
        start(**GOOD, OUTBOUND="no")


def test_inner_networks_are_closed_unless_they_are_named(start):
    assert start(**GOOD)["OUTBOUND_NETWORKS"] == []
    named = start(**GOOD, OUTBOUND_NETWORKS="10.1.0.0/16, fd00::/8")["OUTBOUND_NETWORKS"]
    assert [str(network) for network in named] == ["10.1.0.0/16", "fd00::/8"]
    assert [str(network) for network in start(DEBUG="1")["OUTBOUND_NETWORKS"]] == ["127.0.0.0/8", "::1/128"]
    with pytest.raises(ImproperlyConfigured, match="has host bits set"):
        start(**GOOD, OUTBOUND_NETWORKS="10.1.2.3/16")


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert settings.env_secret("SECRET_KEY") == "from a file"


def test_a_secret_in_both_places_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "here")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert "both set" in refusal(settings.env_secret, "SECRET_KEY")


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_or_empty_secret_file_is_refused(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "key").write_text(content)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert refusal(settings.env_secret, "SECRET_KEY").startswith("SECRET_KEY_FILE names ")


# The start


def test_production_without_a_secret_key_stops_the_start(start):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        start(DATA_KEYS=GOOD["DATA_KEYS"])


def test_production_without_data_keys_stops_the_start(start):
    with pytest.raises(ImproperlyConfigured, match="DATA_KEYS is not set"):
        start(SECRET_KEY=GOOD["SECRET_KEY"])


def test_the_command_line_says_one_sentence_and_no_traceback(monkeypatch):
    for name in ["SECRET_KEY", "DATA_KEYS", "DEBUG"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "leadhub.settings")
    run = subprocess.run([sys.executable, "manage.py", "check"], cwd=BASE_DIR, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("leadhub cannot start. SECRET_KEY is not set.")
    assert "Traceback" not in run.stderr


def test_debugging_needs_no_secrets(start):
    found = start(DEBUG="1")
    assert found["SECRET_KEY"]
    assert len(next(iter(found["DATA_KEYS"].values()))) == 32


def test_the_plain_start_is_the_safe_one(start):
    found = start(**GOOD)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["SECURE_SSL_REDIRECT"] and found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert not any("Browsable" in name for name in found["REST_FRAMEWORK"]["DEFAULT_RENDERER_CLASSES"])


def test_plain_http_sends_no_one_to_https_and_binds_no_cookie_to_it(start):
    found = start(**GOOD, PLAIN_HTTP="1")
    assert not (found["SECURE_SSL_REDIRECT"] or found["SESSION_COOKIE_SECURE"] or found["CSRF_COOKIE_SECURE"])
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_the_word_of_a_proxy_counts_only_when_asked(start):
    assert start(**GOOD, TRUST_PROXY="1")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


# The keys of sealed data


def test_files_lie_on_this_disk_unless_a_bucket_is_named(start, tmp_path):
    assert start(**GOOD)["STORAGES"]["default"]["BACKEND"].endswith("FileSystemStorage")
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    words = {"S3_BUCKET": "papers", "S3_ACCESS_KEY": "me", "S3_SECRET_KEY_FILE": str(secret)}
    entry = start(**GOOD, **words)["STORAGES"]["default"]
    assert entry["BACKEND"] == "leadhub.web.s3.S3Files"
    assert (entry["OPTIONS"]["bucket_name"], entry["OPTIONS"]["secret_key"]) == ("papers", "hush")


@pytest.mark.parametrize(
    "words",
    [
        {"S3_ENDPOINT": "https://s3.example.com"},
        {"S3_BUCKET": "papers", "S3_ACCESS_KEY": "me"},
        {"S3_BUCKET": "papers", "S3_ENDPOINT": "s3.example.com"},
        {"S3_BUCKET": "papers", "S3_ADDRESSING": "sideways"},
    ],
)
def test_half_a_storage_stops_the_start(start, words):
    with pytest.raises(ImproperlyConfigured, match="S3_"):
        start(**GOOD, **words)


def test_data_keys_keep_their_order_so_that_the_first_seals():
    other = base64.urlsafe_b64encode(b"\xff" * 32).decode()
    assert list(settings.parse_data_keys(f"v2:{other}, v1:{KEY}").items()) == [
        ("v2", b"\xff" * 32),
        ("v1", bytes(range(32))),
    ]


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f":{KEY}",
        f"v 1:{KEY}",
        f"v\u0661:{KEY}",
        "v1:",
        "v1:short",
        "v1:" + "A" * 43,
        f"v1:{KEY},v1:{KEY}",
        f"v1:{KEY[:-4]}\u00e9AA=",
    ],
)
def test_a_bad_data_key_is_refused_and_not_repeated(text):
    sentence = refusal(settings.parse_data_keys, text)
    assert "DATA_KEYS" in sentence
    assert KEY[:-4] not in sentence


# The database's address


def test_sqlite_waits_its_turn_and_survives_a_power_cut():
    database = settings.parse_database_url("sqlite:///var/some.sqlite3")
    assert database["NAME"] == str(BASE_DIR / "var" / "some.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]


def test_sqlite_takes_an_absolute_path():
    assert settings.parse_database_url("sqlite:////srv/leads.sqlite3")["NAME"] == "/srv/leads.sqlite3"


def test_a_new_sqlite_file_is_read_by_its_owner_alone(start, tmp_path):
    file, kept = tmp_path / "leads.sqlite3", tmp_path / "kept.sqlite3"
    kept.touch()
    kept.chmod(0o640)

    for path in (file, kept, tmp_path / "nowhere" / "leads.sqlite3"):
        start(**GOOD, DATABASE_URL=f"sqlite:///{path}")

    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.stat().st_mode & 0o777 == 0o640


def test_postgresql_keeps_no_state_in_the_session():
    database = settings.parse_database_url("postgres://me@db/leads")
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert database["CONN_HEALTH_CHECKS"] is True
    assert "prepare_threshold" not in database["OPTIONS"]
    assert "ATOMIC_REQUESTS" not in database


def test_several_hosts_are_tried_until_one_takes_writes():
    database = settings.parse_database_url("postgresql://me:p%40ss%2F@db1:5432,db2:5433,db3,[::1]:5434/leads")
    assert database["HOST"] == "db1,db2,db3,::1"
    assert database["PORT"] == "5432,5433,5432,5434"
    assert database["PASSWORD"] == "p@ss/"
    assert database["OPTIONS"] == {"connect_timeout": "5", "target_session_attrs": "read-write"}


def test_options_of_the_address_win():
    address = "postgres://me@db/leads?sslmode=verify-full&connect_timeout=2&target_session_attrs=any"
    assert settings.parse_database_url(address)["OPTIONS"] == {
        "sslmode": "verify-full",
        "connect_timeout": "2",
        "target_session_attrs": "any",
    }


@pytest.mark.parametrize("address", ["postgres://me@/leads?host=/run/pg", "postgres://me@%2Frun%2Fpg/leads"])
def test_a_socket_is_a_host_too(address):
    assert settings.parse_database_url(address)["HOST"] == "/run/pg"


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me@db/leads",
        "sqlite://",
        "sqlite:///",
        "sqlite://leads.sqlite3",
        "var/leads.sqlite3",
        "postgres://",
        "postgres://me:hidden@db",
        "postgres://me:hidden@db/",
        "postgres://me:hidden@db:port/leads",
        "postgres://me:hid/den@db/leads",
        "postgres://me:hid?den@db/leads",
        "postgres://me:hidden@db1,,db2/leads",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(address):
    sentence = refusal(settings.parse_database_url, address)
    assert "DATABASE_URL" in sentence
    assert "hid" not in sentence


# Where emails go


def test_without_a_mail_server_emails_are_files(start, tmp_path):
    assert settings.parse_email_url("", tmp_path) == {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(tmp_path),
    }
    assert start(**GOOD)["DEFAULT_FROM_EMAIL"] == "leadhub@localhost"
    found = start(**GOOD, EMAIL_URL="smtp://mail.example", EMAIL_FROM="Desk <desk@x.org>")
    assert (found["EMAIL_HOST"], found["DEFAULT_FROM_EMAIL"]) == ("mail.example", "Desk <desk@x.org>")


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://me:p%40ss%2F@mail.example", 587, False, True),
        ("smtps://me:p%40ss%2F@mail.example", 465, True, False),
        ("smtp://me:p%40ss%2F@mail.example:25?tls=0", 25, False, False),
    ],
)
def test_a_mail_server_is_named_by_its_address(tmp_path, url, port, ssl, tls):
    found = settings.parse_email_url(url, tmp_path)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", port)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me", "p@ss/")
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (ssl, tls)


@pytest.mark.parametrize(
    "url", ["mail.example", "http://hidden@mail.example", "smtp://", "smtp://me:hidden@mail.example:port"]
)
def test_a_mail_server_that_cannot_be_read_is_refused_without_its_password(tmp_path, url):
    sentence = refusal(settings.parse_email_url, url, tmp_path)
    assert "EMAIL_URL" in sentence
    assert "hidden" not in sentence
