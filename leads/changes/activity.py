"""Writing down what happened to a lead somewhere else: an entry, and nothing of the lead changes."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor, LeadChange, Outcome, Telling, Where
from leads.changes.apply import apply_change
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_json, clean_line, clean_text

ACTIVITY: Final = "activity"


def log_activity(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    event_type: object,
    title: object,
    description: object = None,
    metadata: object = None,
) -> Outcome:
    """`event_type` is a word of the caller's own; `title` is what the timeline shows."""
    problems = Problems()
    words: dict[str, object] = {
        "eventType": _line("event_type", event_type, LIMITS.name, problems),
        "source": "api",
        "title": _line("title", title, LIMITS.line, problems),
        "description": None,
        "metadata": None,
    }
    if description is not None:
        words["description"] = problems.attempt(
            "description", description, lambda: clean_text(description, LIMITS.note, multiline=True)
        )
    if metadata is not None and not isinstance(metadata, dict):
        problems.add("metadata", "invalid_type", _("Send an object of names and values here."))
    elif metadata is not None:
        words["metadata"] = problems.attempt("metadata", None, lambda: clean_json(metadata))
    telling = Telling(summary=str(words["title"]), kind=ACTIVITY, input=words, always=True)
    # Handed on rather than raised here, so that a lead that is not there is said first, as everywhere.
    return apply_change(workspace, actor, where, LeadChange(problems=tuple(problems.found), telling=telling))


def _line(field: str, raw: object, limit: int, problems: Problems) -> str:
    if raw is None:
        problems.add(field, "required", _("Send a text here."))
        return ""
    line = problems.attempt(field, raw, lambda: clean_line(raw, limit))
    if line == "":
        problems.add(field, "required", _("Send a text here; it cannot be empty."), raw)
    return line or ""
