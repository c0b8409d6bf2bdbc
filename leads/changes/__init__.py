"""The only writer of leads and of a workspace's catalogue. What it stores, it tells, in one transaction."""

from leads.changes.apply import apply_change, apply_to_all
from leads.changes.duplicates import mark_not_duplicate, unmark_not_duplicate
from leads.changes.merge import merge_leads
from leads.changes.transact import transact
from leads.changes.undo import undo_entry
from leads.changes.unmerge import undo_merge

__all__ = [
    "apply_change",
    "apply_to_all",
    "mark_not_duplicate",
    "merge_leads",
    "transact",
    "undo_entry",
    "undo_merge",
    "unmark_not_duplicate",
]
