"""The search index over leads_lead.search_text, and the other indexes that no model's Meta holds.

SQLite makes a table anew for most changes of its columns; triggers and indexes of our own go with the old table.
So a migration that changes Lead ends with `OwnIndexes()`, which is safe to run again and again.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import OperationalError
from django.db.migrations.operations.base import Operation

T = TypeVar("T")

INDEXES = {
    # The lists, and their exact totals, from the index alone.
    "lead_live": "leads_lead (workspace_id, is_test, created_at DESC, id DESC, archived_at)"
    " WHERE deleted_at IS NULL AND merged_into_id IS NULL",
    "lead_changed": "leads_lead (workspace_id, is_test, updated_at DESC, id DESC, archived_at)"
    " WHERE deleted_at IS NULL AND merged_into_id IS NULL",
    # An owner's leads of a stage, and their count: an owner may have many, and hardly any of that stage.
    "lead_of_owner": "leads_lead (workspace_id, assignee_id, disposition_id, is_test, created_at DESC, id DESC,"
    " archived_at) WHERE deleted_at IS NULL AND merged_into_id IS NULL",
    "lead_deleted": "leads_lead (workspace_id, created_at DESC, id DESC) WHERE deleted_at IS NOT NULL",
    "lead_of_import": "leads_lead (workspace_id, import_batch_id, created_at DESC, id DESC)"
    " WHERE import_batch_id IS NOT NULL",
    "lead_value": "leads_lead (workspace_id, value) WHERE value IS NOT NULL",
    "lead_work": "leads_lead (workspace_id, assignee_id, next_action_at, id)"
    " WHERE next_action_at IS NOT NULL",
}
POSTGRES = {
    "lead_search": "leads_lead USING gin (search_text gin_trgm_ops)",
    "lead_metadata": "leads_lead USING gin (metadata jsonb_path_ops)",
    # A digest, because an answer may be longer than an index takes.
    "answer_value": "leads_answer (workspace_id, item_id, md5(value::text))",
}
# What PostgreSQL takes for independent and is not: which stages an owner's leads are in.
STATISTICS = {"lead_owner_stage": "(mcv) ON assignee_id, disposition_id FROM leads_lead"}
# How many values are kept of a column, where the usual hundred mislead: a rare name that happens to be one of them
# passes for a hundredth of all leads, and the workspace's other rows are read along.
SAMPLES = {"lead_search_sample": ("search_text", 400)}

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


class OwnIndexes(Operation):
    """Makes what is missing of the named ones, or of all; then also, on SQLite, the search index anew."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, *names: str) -> None:
        self.names = names

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        is_postgres = schema_editor.connection.vendor == "postgresql"
        for name, index in self._meant(INDEXES | (POSTGRES if is_postgres else {})):
            schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {index}")
        for name, told in self._meant(STATISTICS if is_postgres else {}):
            schema_editor.execute(f"CREATE STATISTICS IF NOT EXISTS {name} {told}")
        for _name, (column, number) in self._meant(SAMPLES if is_postgres else {}):
            schema_editor.execute(_sample(column, number))
        if not is_postgres and not self.names:
            search = SQLITE if has_trigrams(schema_editor.connection) else []
            for statement in SQLITE_BACK + search:
                schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        is_postgres = schema_editor.connection.vendor == "postgresql"
        for name, _index in self._meant(INDEXES | POSTGRES):
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
        for name, _told in self._meant(STATISTICS if is_postgres else {}):
            schema_editor.execute(f"DROP STATISTICS IF EXISTS {name}")
        for _name, (column, _number) in self._meant(SAMPLES if is_postgres else {}):
            schema_editor.execute(_sample(column, -1))
        if not is_postgres and not self.names:
            for statement in SQLITE_BACK:
                schema_editor.execute(statement)

    def _meant(self, known: dict[str, T]) -> list[tuple[str, T]]:
        return [(name, told) for name, told in known.items() if not self.names or name in self.names]

    def describe(self) -> str:
        return "Index what leads are searched and counted by"


def _sample(column: str, number: int) -> str:
    return f"ALTER TABLE leads_lead ALTER COLUMN {column} SET STATISTICS {number}"


def has_trigrams(connection: Any) -> bool:
    """Whether this SQLite was built with FTS5 and knows trigrams (3.34); without them a search reads every lead."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("CREATE VIRTUAL TABLE temp.leads_probe USING fts5(text, tokenize='trigram')")
        except OperationalError:
            return False
        cursor.execute("DROP TABLE temp.leads_probe")
    return True
