"""Octanist, the current generation: the identifier in the body, four statuses, everything in an envelope."""

from leads.voices.octanist.envelope import answer, complain
from leads.voices.octanist.read import (
    ignored_on_create,
    ignored_on_update,
    read_create,
    read_update,
    read_where,
)
from leads.voices.octanist.show import show_created, show_lead, show_updated

__all__ = [
    "answer",
    "complain",
    "ignored_on_create",
    "ignored_on_update",
    "read_create",
    "read_update",
    "read_where",
    "show_created",
    "show_lead",
    "show_updated",
]
