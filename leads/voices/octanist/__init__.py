"""Octanist, the current generation: the identifier in the body, four statuses, everything in an envelope."""

from leads.voices.octanist.envelope import answer, complain
from leads.voices.octanist.listing import read_query, show_page, show_pagination
from leads.voices.octanist.read import (
    CREATE,
    UPDATE,
    ignored_on_create,
    ignored_on_update,
    read_create,
    read_update,
    read_where,
)
from leads.voices.octanist.schemas import (
    CHECKED,
    CREATED,
    ERROR,
    FIGURES,
    ONE,
    PAGE,
    QUERY,
    UPDATED,
)
from leads.voices.octanist.show import show_created, show_lead, show_updated
from leads.voices.octanist.stats import STATS, read_period, show_stats

__all__ = [
    "CHECKED",
    "CREATE",
    "CREATED",
    "ERROR",
    "FIGURES",
    "ONE",
    "PAGE",
    "QUERY",
    "STATS",
    "UPDATE",
    "UPDATED",
    "answer",
    "complain",
    "ignored_on_create",
    "ignored_on_update",
    "read_create",
    "read_period",
    "read_query",
    "read_update",
    "read_where",
    "show_created",
    "show_lead",
    "show_page",
    "show_pagination",
    "show_stats",
    "show_updated",
]
