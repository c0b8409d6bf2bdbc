"""The search index over leads_lead.search_text, and the indexes that a model's Meta cannot express.

SQLite makes a table anew for most changes of its columns; triggers and indexes of our own go with the old table.
So a migration that changes Lead ends with `SearchIndexes()`, which is safe to run again and again.
"""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.db.migrations.operations.base import Operation

POSTGRES = [
    "CREATE INDEX IF NOT EXISTS lead_search ON leads_lead USING gin (search_text gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS lead_metadata ON leads_lead USING gin (metadata jsonb_path_ops)",
]
POSTGRES_BACK = ["DROP INDEX IF EXISTS lead_search", "DROP INDEX IF EXISTS lead_metadata"]

# A trigram index without a copy of the text. Its rows are numbered by a table of its own, because the numbers of
# leads_lead itself change with VACUUM.
SQLITE = [
    "CREATE TABLE leads_searched (id integer PRIMARY KEY, lead_id char(32) NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE leads_search USING fts5(text, content='', tokenize='trigram')",
    "INSERT INTO leads_searched (lead_id) SELECT id FROM leads_lead ORDER BY created_at, id",
    "INSERT INTO leads_search (rowid, text) SELECT searched.id, lead.search_text"
    " FROM leads_searched AS searched JOIN leads_lead AS lead ON lead.id = searched.lead_id",
    "CREATE TRIGGER leads_search_insert AFTER INSERT ON leads_lead BEGIN"
    " INSERT INTO leads_searched (lead_id) VALUES (new.id);"
    " INSERT INTO leads_search (rowid, text)"
    " SELECT id, new.search_text FROM leads_searched WHERE lead_id = new.id; END",
    "CREATE TRIGGER leads_search_update AFTER UPDATE OF search_text ON leads_lead"
    " WHEN old.search_text <> new.search_text BEGIN"
    " INSERT INTO leads_search (leads_search, rowid, text)"
    " SELECT 'delete', id, old.search_text FROM leads_searched WHERE lead_id = old.id;"
    " INSERT INTO leads_search (rowid, text)"
    " SELECT id, new.search_text FROM leads_searched WHERE lead_id = new.id; END",
    "CREATE TRIGGER leads_search_delete AFTER DELETE ON leads_lead BEGIN"
    " INSERT INTO leads_search (leads_search, rowid, text)"
    " SELECT 'delete', id, old.search_text FROM leads_searched WHERE lead_id = old.id;"
    " DELETE FROM leads_searched WHERE lead_id = old.id; END",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS leads_search_insert",
    "DROP TRIGGER IF EXISTS leads_search_update",
    "DROP TRIGGER IF EXISTS leads_search_delete",
    "DROP TABLE IF EXISTS leads_search",
    "DROP TABLE IF EXISTS leads_searched",
]


class SearchIndexes(Operation):
    """Makes the indexes, or makes them anew."""

    reversible = True
    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            _run(schema_editor, POSTGRES)
        elif schema_editor.connection.vendor == "sqlite":
            _run(schema_editor, SQLITE_BACK)
            if has_trigrams(schema_editor.connection):
                _run(schema_editor, SQLITE)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        vendor = schema_editor.connection.vendor
        _run(schema_editor, POSTGRES_BACK if vendor == "postgresql" else SQLITE_BACK)

    def describe(self) -> str:
        return "Index what leads are searched by"


def has_trigrams(connection: Any) -> bool:
    """Whether this SQLite was built with FTS5 and knows trigrams (3.34); without them a search reads every lead."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("CREATE VIRTUAL TABLE temp.leads_probe USING fts5(text, tokenize='trigram')")
        except OperationalError:
            return False
        cursor.execute("DROP TABLE temp.leads_probe")
    return True


def _run(schema_editor: Any, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement)
