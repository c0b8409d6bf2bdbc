"""The workspace itself: its name and places, who sees what, limits, and what the dialects may do."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.place import settings_page
from leads.admin.sheet import Field, Sheet, Text
from leads.changes.workspace import KINDS_OF_DOCUMENTS, change_workspace
from leads.values import available_zones

# Name, label, kind, what it does.
_FIELDS: Final[tuple[tuple[str, Text, str, Text], ...]] = (
    ("name", gettext_lazy("Name"), "text", ""),
    ("region", gettext_lazy("Country of phone numbers"), "text", gettext_lazy("Two letters, such as US.")),
    (
        "time_zone",
        gettext_lazy("Time zone"),
        "select",
        gettext_lazy("For reports, and for members who chose none."),
    ),
    (
        "working_hours",
        gettext_lazy("When the workspace works"),
        "week",
        gettext_lazy(
            "In the time zone above. Reports then tell how long leads waited in working time. A day without "
            "times is off; an end that is not after the beginning is on the next day. No times at all: "
            "around the clock."
        ),
    ),
    ("currency", gettext_lazy("Currency"), "text", gettext_lazy("Three letters, such as USD.")),
    ("own_leads_only", gettext_lazy("Agents see only their own and unassigned leads"), "check", ""),
    ("approve_all_messages", gettext_lazy("Every message waits for approval"), "check", ""),
    (
        "strict_stages",
        gettext_lazy("The rules of dispositions bind integrations too"),
        "check",
        gettext_lazy(
            "Without this, a status that an integration sends always works. Either way the rules bind staff: "
            "reasons and checklist items that a disposition asks for are asked for in these pages."
        ),
    ),
    (
        "allow_bulk_update",
        gettext_lazy("One write may update several leads"),
        "check",
        gettext_lazy(
            "Where an email or phone belongs to several leads, Octanist and PollyBot then change them all."
        ),
    ),
    ("rate_per_minute", gettext_lazy("Requests per key and minute"), "number", ""),
    ("pollybot_rate_per_hour", gettext_lazy("PollyBot requests per key and hour"), "number", ""),
    ("request_record_days", gettext_lazy("Days to keep what integrations sent"), "number", ""),
    ("document_types", gettext_lazy("Documents that are accepted"), "checks", ""),
    (
        "metadata_columns",
        gettext_lazy("Metadata keys shown as columns and filters"),
        "lines",
        gettext_lazy("One key in each line, at most 20."),
    ),
)
_DOCUMENTS: Final = {
    "pdf": "PDF",
    "image": gettext_lazy("Images"),
    "office": gettext_lazy("Office documents"),
    "csv": "CSV",
}
GROUPS: Final = (
    (gettext_lazy("Name, country and currency"), ("name", "region", "time_zone", "currency")),
    (gettext_lazy("Working hours"), ("working_hours",)),
    (gettext_lazy("Rules"), ("own_leads_only", "approve_all_messages", "strict_stages", "allow_bulk_update")),
    (gettext_lazy("Limits"), ("rate_per_minute", "pollybot_rate_per_hour", "request_record_days")),
    (gettext_lazy("Lists and documents"), ("document_types", "metadata_columns")),
)


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    workspace = desk.workspace
    sheet = Sheet([_field(workspace, *row) for row in _FIELDS], echoes=True)
    if request.method == "POST":
        changed = sheet.submit(request, lambda values: change_workspace(workspace, desk.actor, values))
        if changed is not None:
            _say(request, changed)
            return go(request, "admin:settings")
        workspace.refresh_from_db()
    by_name = {field.name: field for field in sheet.fields}
    groups = [(title, [by_name[name] for name in names]) for title, names in GROUPS]
    return settings_page(request, "general", "settings", {"title": _("Workspace"), "groups": groups}, sheet)


def _say(request: HttpRequest, changed: bool) -> None:
    tell(
        request,
        _("Settings saved.") if changed else _("Nothing changed."),
        level="success" if changed else "info",
    )


def _field(workspace: Any, name: str, label: Text, kind: str, help: Text) -> Field:
    field = Field(name, label, kind, getattr(workspace, name), help)
    if name == "time_zone":
        field.choices = zones()
    if name == "document_types":
        field.choices = [(kind, _DOCUMENTS[kind]) for kind in KINDS_OF_DOCUMENTS]
    return field


def zones() -> list[tuple[str, str]]:
    names = sorted(name for name in available_zones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]
