"""What the paths of the timeline are called among people. Nowhere else is a path put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.definitions import Definitions
from leads.changes.paths import parts_of
from leads.models import Address, Channel, Lead, Profile

_ONES: Final[Mapping[str, str | Promise]] = {
    "assignee": gettext_lazy("Owner"),
    "claimed_by": gettext_lazy("Claim"),
    "import_batch": gettext_lazy("Import"),
    "disposition": gettext_lazy("Status"),
    "custom": gettext_lazy("Custom text"),
    "note": gettext_lazy("Latest note"),
    "phone": gettext_lazy("Phone"),
    "attempts": gettext_lazy("Calls made"),
    "last_attempt_at": gettext_lazy("Last call"),
    "first_response_at": gettext_lazy("First reached"),
    "next_action_at": gettext_lazy("Next step"),
    "sms_opted_in_at": gettext_lazy("Opted in to text messages"),
    "sms_help_requested_at": gettext_lazy("Asked for help by text message"),
    "sms_consent_phone": gettext_lazy("Number of the consent to text messages"),
    "assigned_phone_number_id": gettext_lazy("Phone number they are texted from"),
    "trusted_form_url": gettext_lazy("Proof of consent (TrustedForm)"),
    "compliance_status": gettext_lazy("Compliance"),
    "compliance_blocked_reason": gettext_lazy("Why compliance blocked it"),
    "/consent/all": gettext_lazy("Opted out of all channels"),
    "/consent/call": gettext_lazy("Opted out of calls"),
    "/consent/email": gettext_lazy("Opted out of email"),
    "/consent/sms": gettext_lazy("Opted out of text messages"),
    "/archive/at": gettext_lazy("Archived"),
    "/archive/reason": gettext_lazy("Reason of the archive"),
    "/archive/note": gettext_lazy("Note on the archive"),
    "/override/enabled": gettext_lazy("Override"),
    "/override/reason": gettext_lazy("Reason of the override"),
    "deleted_at": gettext_lazy("Deleted"),
}
_SECTIONS: Final = {"address": Address, "profile": Profile}
_OBJECTS: Final[Mapping[str, str | Promise]] = {
    "metadata": gettext_lazy("Metadata"),
    "click_ids": gettext_lazy("Click id"),
    "ad_consents": gettext_lazy("Consent to advertising"),
}
_ACTIONS: Final[Mapping[str, str | Promise]] = {
    "status": gettext_lazy("State of the task"),
    "scheduled_at": gettext_lazy("Due"),
    "assignee": gettext_lazy("Who does it"),
    "text": gettext_lazy("Text of the message"),
}
_ROWS: Final[Mapping[str, str | Promise]] = {
    "tags": gettext_lazy("Tag"),
    "documents": gettext_lazy("Document"),
    "items": gettext_lazy("Checklist item of this lead"),
    "merged": gettext_lazy("Merged in"),
    "not_duplicates": gettext_lazy("Told apart from another lead"),
    "actions": gettext_lazy("Task"),
}
# Working columns that follow from what is told beside them.
UNTOLD: Final = frozenset(
    """/disposition/change note assigned_at archived_by override_by override_at claimed_until
    attempts last_attempt_at first_response_at sms_opted_in_at sms_consent_phone""".split()
)


def name_of(path: str, definitions: Definitions | None = None) -> str:
    """ "First name", "Address: city", "Metadata: utm › source", or the label of a checklist item."""
    if path in _ONES:
        return str(_ONES[path])
    head, rest = parts_of(path)
    if head in _SECTIONS and rest:
        return _in_section(head, rest[0])
    if head in _OBJECTS:
        return _("%(group)s: %(name)s") % {"group": _OBJECTS[head], "name": " › ".join(rest)}
    if head == "answers" and rest:
        item = definitions.item(rest[0]) if definitions else None
        return item.label if item else _spelled(rest[0])
    if head == "contact_points" and rest:
        return _("Further email") if rest[0].startswith("email:") else _("Further phone")
    if head == "actions" and len(rest) > 1:
        return str(_ACTIONS.get(rest[1], _ROWS["actions"]))
    if head in _ROWS:
        return str(_ROWS[head])
    return _column(head)


def consent_name(channel: str) -> str:
    """What is asked about a channel, whichever way it was answered."""
    return _("Consent: %s") % str(Channel(channel).label).lower()


def _in_section(head: str, name: str) -> str:
    field = _SECTIONS[head]._meta.get_field(name)
    label = str(getattr(field, "verbose_name", name))
    return capfirst(label) if head == "profile" else _("Address: %s") % label


def _column(name: str) -> str:
    try:
        return capfirst(str(getattr(Lead._meta.get_field(name), "verbose_name", name)))
    except FieldDoesNotExist:
        return _spelled(name)


def _spelled(code: str) -> str:
    return capfirst(code.replace("_", " ").replace("-", " "))
