"""Merging a tag into another: which one, and how many leads follow. It is a bulk change like any other."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.pages.render import go
from leads.admin.pages.settings.place import settings_page
from leads.admin.pages.settings.words import TAGS, find
from leads.admin.sheet import Field, Sheet
from leads.outbox.bulk import enqueue_tag_merge
from leads.queries.tags import leads_with_tag
from leads.queries.workspace import tags_in


def ask(request: HttpRequest, desk: Desk, row_id: UUID) -> HttpResponse:
    tag = find(TAGS, desk, row_id)
    others = [(str(row.pk), row.name) for row in tags_in(desk.workspace) if row != tag]
    choices = [("", _("Choose a tag")), *others]
    sheet = Sheet([Field("into", _("Which tag it becomes"), "select", "", choices=choices, required=True)])
    if request.method == "POST":
        job = sheet.submit(
            request,
            lambda values: enqueue_tag_merge(desk.workspace, desk.actor, tag.pk, parse_id(values["into"])),
        )
        if job is not None:
            return go(request, "admin:bulk_job", job.pk)
    context = {
        "title": _("Merge “%s” into another tag") % tag,
        "tag": tag,
        "leads": leads_with_tag(desk.workspace, tag.pk).count(),
    }
    return settings_page(request, "tag_merge", "tags", context, sheet)
