"""Counting queries, without those that a process asks once."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklists.definitions import load_definitions
from leads.queries.catalogue import load_catalogue
from leads.queries.search import hits, read_search


def queries_of(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def warm_up(workspace):
    """The catalogue, the definitions, and what this SQLite can do."""
    load_catalogue(workspace)
    load_definitions(workspace)
    hits(workspace, read_search("word", workspace.region))
    assert connection.features.supports_json_field
