"""OmniAI's dialect: a merge by PUT, the whole lead as the answer, checklist items by code, documents.

`leads` reads and shows the lead, `checklist` its items, `log` its story, `documents` its files; `words` are
theirs for what went wrong.
"""

from leads.voices.omniai.bundle import show_bundle, show_whole
from leads.voices.omniai.checklist import show_checklist_at_length
from leads.voices.omniai.documents import (
    UPLOAD,
    Link,
    UploadNames,
    read_upload_names,
    show_document,
    show_documents,
    show_uploaded,
)
from leads.voices.omniai.item_schemas import CHECKLIST, DOCUMENT, DOCUMENTS, ONE_OFF_CREATED, UPLOADED
from leads.voices.omniai.leads import CREATE, UPDATE, ignored_keys, named_lead, read_create, read_update
from leads.voices.omniai.log import ACTIVITY, by_message, read_activity, show_log
from leads.voices.omniai.one_offs import ONE_OFF, read_one_off, show_one_off
from leads.voices.omniai.schema_parts import ERROR
from leads.voices.omniai.schemas import ACTIVITY_CREATED, BUNDLE, LOG, WHOLE
from leads.voices.omniai.words import complain

__all__ = [
    "ACTIVITY",
    "ACTIVITY_CREATED",
    "BUNDLE",
    "CHECKLIST",
    "CREATE",
    "DOCUMENT",
    "DOCUMENTS",
    "ERROR",
    "LOG",
    "Link",
    "ONE_OFF",
    "ONE_OFF_CREATED",
    "UPDATE",
    "UPLOAD",
    "UPLOADED",
    "UploadNames",
    "WHOLE",
    "by_message",
    "complain",
    "ignored_keys",
    "named_lead",
    "read_activity",
    "read_create",
    "read_one_off",
    "read_update",
    "read_upload_names",
    "show_bundle",
    "show_checklist_at_length",
    "show_document",
    "show_documents",
    "show_log",
    "show_one_off",
    "show_uploaded",
    "show_whole",
]
