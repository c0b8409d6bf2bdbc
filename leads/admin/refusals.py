"""Why a step was not taken, in sentences for whoever took it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.errors import Invalid, LeadError, Refused
from leads.models import Action
from leads.queries.log import decision_on

Refusal = Invalid | LeadError


def sentences(refusal: Refusal | None) -> list[str]:
    if isinstance(refusal, Invalid):
        return [str(problem.message) for problem in refusal.problems]
    return [refusal.message] if refusal else []


def sentences_on_files(refusal: Refusal) -> list[str]:
    """Each with the file that it is about, because several may have come at once."""
    if not isinstance(refusal, Invalid):
        return [refusal.message]
    return [_on(problem.field, problem.value, str(problem.message)) for problem in refusal.problems]


def _on(field: str, name: object, message: str) -> str:
    return f"{name}: {message}" if field.startswith("files") and isinstance(name, str) and name else message


def who_was_first(workspace: Workspace, action: Action, refusal: Refusal) -> Refusal:
    """Who decided on a draft already, instead of the state that came of it."""
    by = decision_on(workspace, action) if getattr(refusal, "reason", "") == "not_open" else None
    if by is None:
        return refusal
    approved = _("%(who)s approved this already; it is sent once.")
    rejected = _("%(who)s rejected this already.")
    words = approved if by.kind == "message_approved" else rejected
    return Refused("not_open", words % {"who": by.actor_name})
