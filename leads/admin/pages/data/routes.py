"""The address of the list of tables."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.models import Role
from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.admin.plain import TABLES
from leads.admin.route import Route


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    tables = [
        (
            table._meta.verbose_name_plural,
            reverse(f"admin:{table._meta.label_lower.replace('.', '_')}_changelist"),
        )
        for table, _columns in TABLES
    ]
    return page(request, "staff/data/tables.html", {"title": _("Data"), "tables": tables, "is_data": True})


ROUTES: Final = [Route("data/", show, "data", Role.OWNER, gettext_lazy("Data"))]
