"""Why a value is what it is, and what a request came to: for an integrator on a bad day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from leadhub.web.models import RequestProblem, RequestRecord
from leadhub.web.records import body_of, value_of
from leads.queries.log import Source, Why
from leads.timeline import describe
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import ANYTHING, FLAG, ID, MOMENT, TEXT, WHOLE, by_name, maybe, several, thing
from leads.voices.hub.story import ACTOR, show_actor

_SOURCE: Final = thing(
    "FieldSource",
    {
        "value": ANYTHING,
        "replaced": ANYTHING,
        "was_missing": {**FLAG, "description": "There was no value at all, which is not null."},
        "sentence": maybe(TEXT),
        "actor": maybe(ACTOR),
        "at": maybe(MOMENT),
        "entry_id": maybe(ID),
        "request_id": maybe(TEXT),
    },
)
_REFUSAL: Final = thing(
    "Refusal",
    {
        "field": TEXT,
        "code": TEXT,
        "message": TEXT,
        "value": {"description": "As it was sent, as JSON; null where it was not kept."},
        "at": MOMENT,
        "door": TEXT,
        "method": TEXT,
        "path": TEXT,
        "status": WHOLE,
        "request_id": TEXT,
    },
)
WHY: Final = thing("Why", {"lead_id": ID, "fields": by_name(_SOURCE), "refused": several(_REFUSAL)})


def show_why(lead_id: object, found: Why) -> dict[str, Any]:
    return {
        "lead_id": str(lead_id),
        "fields": {path: _source(source) for path, source in found.fields.items()},
        "refused": [_refusal(problem) for problem in found.refused],
    }


def _source(source: Source) -> dict[str, Any]:
    entry = source.entry
    return {
        "value": source.new,
        "replaced": source.old,
        "was_missing": source.was_missing,
        "sentence": describe(entry) if entry else None,
        "actor": show_actor(entry) if entry else None,
        "at": show_moment(entry.created_at) if entry else None,
        "entry_id": str(entry.pk) if entry else None,
        "request_id": (entry.request_id if entry else "") or None,
    }


def _refusal(problem: RequestProblem) -> dict[str, Any]:
    record = problem.record
    return {
        **_problem(problem),
        "at": show_moment(record.created_at),
        "door": record.door,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "request_id": record.request_id,
    }


def _problem(problem: RequestProblem) -> dict[str, Any]:
    value = value_of(problem)
    shown = {"field": problem.field, "code": problem.code, "message": problem.message}
    return {**shown, "value": None if value is None else _parsed(value)}


def _parsed(text: str) -> Any:
    """A long value was cut, and is no JSON any more."""
    try:
        return json.loads(text)
    except ValueError:
        return text


REQUEST: Final = thing(
    "RequestRecord",
    {
        "request_id": TEXT,
        "at": MOMENT,
        "door": TEXT,
        "method": TEXT,
        "path": TEXT,
        "status": WHOLE,
        "code": maybe(TEXT),
        "dry_run": FLAG,
        "duration_ms": WHOLE,
        "lead_id": maybe(ID),
        "body": {**maybe(TEXT), "description": "As it was sent, while it is kept."},
        "problems": several(
            thing(
                "RequestProblem",
                {"field": TEXT, "code": TEXT, "message": TEXT, "value": {}, "lead_id": maybe(ID)},
            )
        ),
    },
)


def show_request(record: RequestRecord, problems: Iterable[RequestProblem]) -> dict[str, Any]:
    body = body_of(record)
    return {
        "request_id": record.request_id,
        "at": show_moment(record.created_at),
        "door": record.door,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "code": record.code or None,
        "dry_run": record.dry_run,
        "duration_ms": record.duration_ms,
        "lead_id": str(record.lead_id) if record.lead_id else None,
        "body": None if body is None else body.decode(errors="replace"),
        "problems": [
            {**_problem(problem), "lead_id": str(problem.lead_id) if problem.lead_id else None}
            for problem in problems
        ],
    }
