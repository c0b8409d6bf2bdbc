"""Which keys of the free metadata the workspace shows as columns and filters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.leads.sheet import problems_by_field, sheet
from leads.admin.pages.render import go
from leads.changes.catalogue import save_metadata_columns
from leads.errors import Invalid
from leads.validation.settings import MOST_METADATA_COLUMNS


def name_keys(request: HttpRequest, desk: Desk) -> HttpResponse:
    problems: dict[str, str] = {}
    typed = "\n".join(desk.workspace.metadata_columns)
    if request.method == "POST":
        typed = request.POST.get("keys", "")
        try:
            save_metadata_columns(desk.workspace, desk.actor, typed.splitlines())
        except Invalid as refusal:
            problems = problems_by_field(refusal)
        else:
            tell(request, _("These keys can be shown and filtered by now."))
            return go(request, f"{reverse('admin:lead_columns')}?order=-created_at")
    context = {
        "title": _("Metadata as columns"),
        "typed": typed,
        "most": MOST_METADATA_COLUMNS,
        "problems": problems,
    }
    return sheet(request, "leads/_keys.html", context, 422 if problems else 200)
