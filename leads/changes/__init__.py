"""The only writer of leads and of a workspace's catalogue. What it stores, it tells, in one transaction."""

from leads.changes.apply import apply_change, apply_to_all
from leads.changes.transact import transact

__all__ = ["apply_change", "apply_to_all", "transact"]
