"""The page of one lead; and what stands in its place once it was merged into another one, or deleted."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.lead.opening import find_gone, open_full
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import show_page
from leads.admin.pages.render import page
from leads.changes.merged import find_merge


def show(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    sight = Sight(desk, open_full(desk, lead_id))
    if sight.lead.pk != lead_id:
        gone = find_gone(desk, lead_id)
        context = {"title": str(gone), "gone": gone, "lead": sight.lead, "merge": find_merge(gone)}
        return page(request, "leads/gone.html", context | {"may_edit": sight.may_edit})
    if sight.lead.deleted_at is not None:
        context = {"title": _("%s was deleted") % sight.lead, "lead": sight.lead}
        may_edit = desk.may_edit(sight.lead.assignee_id)
        return page(request, "leads/gone.html", context | {"may_edit": may_edit})
    return show_page(request, sight)
