"""PollyBot, the documented generation: `status` words, metadata merged by RFC 7396, one field per error."""

from leads.voices.pollybot.lead import (
    ignored_keys,
    read_create,
    read_update,
    show_deleted,
    show_lead,
    workspace_ref,
)
from leads.voices.pollybot.listing import read_query, show_page
from leads.voices.pollybot.refusals import complain

__all__ = [
    "complain",
    "ignored_keys",
    "read_create",
    "read_query",
    "read_update",
    "show_deleted",
    "show_lead",
    "show_page",
    "workspace_ref",
]
