import json
import logging
import logging.config

import pytest
from django.test import Client

from leadhub.web.logs import JsonLines, logging_config, redact
from leadhub.web.requests import masked_path


@pytest.fixture
def lines(monkeypatch):
    """What would be written, line by line, with the configuration of the product."""
    written = []

    class Kept(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    handler = Kept(logging.DEBUG)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.usefixtures("site")
def test_a_request_is_one_line(lines):
    answer = Client().get("/api/echo?email=ana@example.org", headers={"X-Request-Id": "mine-1"})
    assert len(lines) == 1
    line = json.loads(lines[0])
    assert answer["X-Request-Id"] == line["request_id"] == "mine-1"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/echo", 200)
    assert line["ms"] >= 0
    assert set(line) >= {"time", "level", "logger", "message", "workspace", "key", "code", "door"}
    assert "ana" not in lines[0]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("path", ["/api/crash/bug", "/dialect/crash/bug", "/pages/crash/bug"])
def test_a_crash_leaves_one_traceback_with_the_request_id_and_no_person(lines, path):
    answer = Client(raise_request_exception=False).get(path)
    told = [json.loads(line) for line in lines]
    assert [line["request_id"] for line in told] == [answer["X-Request-Id"]] * len(told)
    tracebacks = [line["traceback"] for line in told if "traceback" in line]
    assert len(tracebacks) == 1
    assert "RuntimeError" in tracebacks[0] and "in crash" in tracebacks[0]
    assert told[-1]["status"] == 500
    assert "ana@example.org" not in "".join(lines) and "415 555 2671" not in "".join(lines)


@pytest.mark.usefixtures("site")
def test_what_is_merely_refused_is_one_line_too(lines):
    for path in ["/api/nowhere", "/dialect/ana@example.org", "/pages/crash/denied", "/+14155552671"]:
        Client().get(path)
    told = [json.loads(line) for line in lines if "traceback" not in line]
    shown = [line["path"] for line in told if "path" in line]
    assert shown == ["/api/nowhere", "/dialect/*", "/pages/crash/denied", "/*"]
    assert "ana" not in "".join(lines) and "4155552671" not in "".join(lines)


@pytest.mark.usefixtures("site")
def test_probes_are_not_told_unless_somebody_wants_everything(lines):
    Client().get("/livez")
    assert lines == []


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/v1/leads/0197b3a0-0000-7000-8000-000000000001", None),
        ("/api/v1/leads/lead_0197b3a000007000800000000000000a", None),
        ("/leads/0197B3A0-0000-7000-8000-000000000001/tags", None),
        ("/api/v1/chatbots/ws_0197b3a000007000800000000000000a/leads", None),
        ("/api/hub/leads/", None),
        ("/", None),
        ("/leads/ana@example.org", "/leads/*"),
        ("/leads/+14155552671/x", "/leads/*/x"),
        ("/leads/4155552671", "/leads/*"),
        ("/leads/Ana Example", "/leads/*"),
        ("/u/Zk3hR0n9aV2bQ7xW5tY1mC8pL4sD6fG0", "/u/*"),
        ("/sk-workspace_" + "a1" * 25, "/*"),
        ("/leads/é", "/leads/*"),
        ("/a\nb", "/*"),
    ],
)
def test_the_path_shows_words_and_ids_only(path, shown):
    assert masked_path(path) == (shown or path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("for ana.b+c@mail.example.org!", "for <email>!"),
        ("?email=ana%40example.org", "<email>"),
        ("call +1 (415) 555-2671 now", "call <number> now"),
        ("call 4155552671", "call <number>"),
        ("Authorization: Bearer abc", "Authorization: Bearer <key>"),
        ('{"a":"Bearer abc","b":1}', '{"a":"Bearer <key>","b":1}'),
        ('{"access_token": "a\\"b", "n": 1}', '{"access_token": "<key>", "n": 1}'),
        ("?api_key=abc-12&page=2", "?api_key=<key>&page=2"),
        ("got v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "got <key>"),
        ("key sk-workspace_abcdef0123456789abcdef", "key <key>"),
        ("key lp_src_abcdef0123456789", "key <key>"),
        ("secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "secret <key>"),
        ("DETAIL:  Key (workspace_id, name)=(1, Ana) already exists.", "DETAIL:  …"),
        ('violates "x" Key (name)=(Ana Example) exists', 'violates "x" Key (name)=(…) exists'),
        ("lead 0197b3a0-1234-7000-8000-000000000001", None),
        ("req_012345678901 at 2026-02-03T16:20:00.123Z", None),
        ("File line 1234, in f, 99.5% of 12345 rows", None),
    ],
)
def test_persons_and_secrets_are_taken_out_of_texts(text, shown):
    assert redact(text) == (shown or text)


def test_a_line_break_cannot_forge_a_line():
    record = logging.LogRecord("x", logging.INFO, "f", 1, 'a\n{"forged": 1}', None, None)
    assert "\n" not in JsonLines().format(record)


def test_the_configuration_is_accepted_and_speaks_on_standard_error(capfd):
    config = logging_config("WARNING")
    root, level = logging.getLogger(), logging.getLogger().level
    handlers = root.handlers[:]
    try:
        logging.config.dictConfig(config)
        logging.getLogger("leads.somewhere").warning("Told.")
        logging.getLogger("leads.somewhere").info("Not told.")
    finally:
        root.handlers[:] = handlers
        logging.config.dictConfig(logging_config())
        root.setLevel(level)
        root.handlers[:] = handlers
    out, err = capfd.readouterr()
    assert out == ""
    assert [json.loads(line)["message"] for line in err.splitlines()] == ["Told."]
