"""The writer's other body: many changes at once. The same rules and drafts; only the asking and the storing
are done for all of them together."""

from leads.changes.many.blank import Blank
from leads.changes.many.loading import lock_leads
from leads.changes.many.neighbours import Neighbours
from leads.changes.many.shelf import Shelf
from leads.changes.many.state import ManyState
from leads.changes.many.writer import Many, Written

__all__ = ["Blank", "Many", "ManyState", "Neighbours", "Shelf", "Written", "lock_leads"]
