"""PollyBot, the documented generation: `status` words, metadata merged by RFC 7396, one field per error."""

from leads.voices.pollybot.lead import (
    CREATE,
    UPDATE,
    ignored_keys,
    read_create,
    read_update,
    show_deleted,
    show_lead,
    workspace_ref,
)
from leads.voices.pollybot.listing import read_query, show_page
from leads.voices.pollybot.refusals import complain
from leads.voices.pollybot.schemas import DELETED, ERROR, ONE, PAGE, QUERY, RATE_HEADERS

__all__ = [
    "CREATE",
    "DELETED",
    "ERROR",
    "ONE",
    "PAGE",
    "QUERY",
    "RATE_HEADERS",
    "UPDATE",
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
