"""The addresses of the reports. They tell of everybody's work, so they are the managers'."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role
from leads.admin.pages.reports import rows, show
from leads.admin.route import Route

ROUTES: Final = [
    Route("reports/", show.show, "reports", Role.MANAGER, _("Reports")),
    Route("reports/rows/<slug:card>/<slug:measure>/", rows.show, "report_rows", Role.MANAGER),
    Route("reports/<slug:name>/", show.card, "report_card", Role.MANAGER),
    Route("reports/<slug:name>/csv/", show.download, "report_csv", Role.MANAGER),
]
