"""Texts that are written once and sent often: kept with their blanks, and shown as they would leave."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.desk import Desk
from leads.admin.pages.lead.previewing import preview_of
from leads.admin.pages.lead.story import CHANNEL_NAMES
from leads.admin.pages.render import fragment, is_partial
from leads.admin.pages.settings import words
from leads.admin.sheet import Field, Sheet
from leads.changes.message_templates import save_template
from leads.changes.messages import CHANNELS
from leads.changes.templates import values_of
from leads.models import Lead, MessageTemplate
from leads.queries.workspace import newest_lead, templates_in
from leads.voices.hub import templates as voice


def _fields(desk: Desk, row: MessageTemplate | None) -> list[Field]:
    shown = voice.show_template(row) if row else {}
    channels = [(channel, CHANNEL_NAMES.get(channel, channel)) for channel in CHANNELS]
    return [
        Field("name", _("Name"), value=shown.get("name", ""), required=True,
              help=_("What members choose it by.")),
        Field("channel", _("Goes out by"), "select", shown.get("channel", "EMAIL"), choices=channels),
        Field("subject", _("Subject"), value=shown.get("subject") or "", optional=True,
              help=_("For emails.")),
        Field("body", _("Text"), "area", shown.get("body", ""), required=True),
    ]  # fmt: skip


def _save(desk: Desk, values: dict[str, Any], row: MessageTemplate | None) -> MessageTemplate:
    columns = voice.read_template(values, row)
    return save_template(desk.workspace, desk.actor, columns, row.pk if row else None)


def _shown(desk: Desk, sheet: Sheet) -> dict[str, Any]:
    """The text for the newest lead, and for one of whom nothing is known: there a word must stand in."""
    typed = {field.name: field.typed for field in sheet.fields}
    text = {"subject": typed["subject"], "body": typed["body"]}
    known, nobody = newest_lead(desk.workspace), Lead(workspace=desk.workspace)
    previews = [(_("For somebody of whom nothing is known"), nobody)]
    if known is not None:
        previews.insert(0, (_("For %(lead)s, the newest lead") % {"lead": known}, known))
    values = values_of(desk.workspace, known or nobody, desk.user)
    return {
        "previews": [
            (title, preview_of(desk, lead, text, desk.user, signed=typed["channel"] == "EMAIL"))
            for title, lead in previews
        ],
        "blanks": [(name, value()) for name, value in values.items()],
    }


KIND: Final = words.Kind(
    "templates",
    gettext_lazy("New template"),
    lambda desk: templates_in(desk.workspace, archived=True),
    _fields,
    _save,
    form="template",
    beside=_shown,
)
show = words.list_of(KIND, "templates", channels=CHANNEL_NAMES)
_form = words.form_of(KIND)


def form(request: HttpRequest, desk: Desk, row_id: UUID | None = None) -> HttpResponse:
    """`preview` alone shows what was typed, and keeps nothing."""
    if request.method != "POST" or "preview" not in request.POST:
        return _form(request, desk, row_id)
    row = words.find(KIND, desk, row_id) if row_id else None
    sheet = Sheet(_fields(desk, row), echoes=row is not None)
    sheet.submit(request, lambda values: None)
    if is_partial(request):
        return fragment(request, "staff/settings/_template_previews.html", _shown(desk, sheet))
    return words.show_form(request, desk, KIND, row, sheet)
