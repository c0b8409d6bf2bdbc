"""OmniAI's endpoints. A PUT goes to the collection: its body says which lead is meant."""

from leads.api.omniai.door import HEADER, OmniAIView
from leads.api.omniai.files import DocumentsView, DocumentView
from leads.api.omniai.leads import (
    ActivityView,
    ChecklistItemsView,
    ChecklistView,
    LeadDocumentsView,
    LeadsView,
    LeadView,
    LogView,
)

__all__ = [
    "HEADER",
    "ActivityView",
    "ChecklistItemsView",
    "ChecklistView",
    "DocumentView",
    "DocumentsView",
    "LeadDocumentsView",
    "LeadView",
    "LeadsView",
    "LogView",
    "OmniAIView",
]
