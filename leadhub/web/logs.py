"""One JSON line per request and per message, without secrets, email addresses and phone numbers."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest

from leadhub.web.requests import Trail, current_request_id, masked_path

_requests = logging.getLogger("leadhub.request")

# Asked for all day long by machines and browsers; shown only where somebody wants everything.
_QUIET = ("/livez", "/readyz", "/static/")

_TELLING = "(?:token|secret|passw(?:or)?d|api[_-]?key|authorization|signature)"
_REDACTIONS = [
    # What PostgreSQL and SQLite quote from the row that they refuse.
    (re.compile(r"(?m)^(DETAIL:\s+).*$"), r"\1…"),
    (re.compile(r"\)=\([^\n]*?\)"), ")=(…)"),
    (re.compile(r"[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "<email>"),
    (re.compile(r"(?i)\b(bearer\s+)[^\s\"'<>,;&]+"), r"\1<key>"),
    # By the name that others give them, in JSON and in forms; and our own signatures, given back.
    (
        re.compile(rf"(?i)(\"[\w-]{{0,40}}{_TELLING}[\w-]{{0,40}}\"\s*:\s*\")(?:[^\"\\]|\\.)+"),
        r"\1<key>",
    ),
    (re.compile(rf"(?i)\b([\w-]{{0,40}}{_TELLING}=)[^\s&\"'<>]+"), r"\1<key>"),
    (re.compile(r"\bv1,[\w+/]{43}="), "<key>"),
    (re.compile(r"\b(?:sk-workspace|omni|oct|lp|hub|whsec)_(?=\S*\d)[\w+/=-]{12,}"), "<key>"),
    (re.compile(r"(?<![\w.-])\+?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\w-])"), "<number>"),
]


def redact(text: str) -> str:
    for pattern, replacement in _REDACTIONS:
        text = pattern.sub(replacement, text)
    return text


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            "request_id": current_request_id.get() or None,
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = redact(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()


def log_request(request: HttpRequest, status: int, trail: Trail) -> None:
    """The one line of a request, without its query string and without what might be a person in its path."""
    level = logging.INFO if status < 500 else logging.ERROR
    if status < 400 and request.path_info.startswith(_QUIET):
        level = logging.DEBUG
    if not _requests.isEnabledFor(level):
        return
    fields = {
        "method": request.method,
        "path": masked_path(request.path),
        "status": status,
        "ms": trail.milliseconds,
        "door": trail.door or None,
        "workspace": trail.workspace_id,
        "key": trail.api_key_id,
        "code": trail.code or None,
    }
    _requests.log(level, "request", extra={"fields": fields})


def logging_config(level: str = "INFO") -> dict[str, Any]:
    """For settings.LOGGING. Standard error, because commands print their results on standard output."""
    quiet: dict[str, Any] = {"handlers": [], "level": "ERROR", "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "leadhub.web.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's defaults print nothing without DEBUG and mail what they do print. Below ERROR its lines
            # repeat ours, with the path as it was sent.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": quiet,
            "django.security": quiet,
            "django.server": quiet,
        },
    }
