"""Everything that is stored about a lead; one file per noun."""

from leads.models.answer import Answer, AnswerStatus
from leads.models.beside import Address, ContactPoint, Profile
from leads.models.bulk import BulkRow
from leads.models.consent import Channel, ConsentEvent, Suppression
from leads.models.disposition import Disposition, DispositionChange, Stage
from leads.models.document import Document, UploadLink
from leads.models.duplicate import NotDuplicate
from leads.models.imports import ImportBatch, ImportMapping, ImportRow
from leads.models.lead import AssigneeType, Lead
from leads.models.outbox import Event, Instance, Job, WebhookDelivery, WebhookEndpoint
from leads.models.tag import LeadTag, Tag
from leads.models.template import MessageTemplate
from leads.models.timeline import (
    KEPT_WITHIN,
    Action,
    ActionKind,
    ActionStatus,
    CallOutcome,
    Entry,
    Message,
)
from leads.models.view import KeptView, SavedView

__all__ = [
    "KEPT_WITHIN",
    "Action",
    "ActionKind",
    "ActionStatus",
    "Address",
    "Answer",
    "AnswerStatus",
    "AssigneeType",
    "BulkRow",
    "CallOutcome",
    "Channel",
    "ConsentEvent",
    "ContactPoint",
    "Disposition",
    "DispositionChange",
    "Document",
    "Entry",
    "Event",
    "ImportBatch",
    "ImportMapping",
    "ImportRow",
    "Instance",
    "Job",
    "KeptView",
    "Lead",
    "LeadTag",
    "Message",
    "MessageTemplate",
    "NotDuplicate",
    "Profile",
    "SavedView",
    "Stage",
    "Suppression",
    "Tag",
    "UploadLink",
    "WebhookDelivery",
    "WebhookEndpoint",
]
