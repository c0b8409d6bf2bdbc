"""The addresses of the list. They stand before those of one lead, whose steps would take some of them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role
from leads.admin.pages.leads import bulk, filtering, naming, others, quick, views
from leads.admin.pages.leads import list as listing
from leads.admin.route import Route

ROUTES: Final = [
    Route("leads/", listing.show, "leads", title=_("Leads")),
    Route("leads/filters/", filtering.choose, "lead_filters"),
    Route("leads/columns/", filtering.show_columns, "lead_columns"),
    Route("leads/columns/keys/", naming.name_keys, "lead_keys", least=Role.MANAGER),
    Route("leads/views/", views.manage, "lead_views", title=_("Saved views")),
    Route("leads/views/new/", views.save, "save_view"),
    Route("leads/views/pinned/", views.pinned, "pinned_views"),
    Route("leads/views/<uuid:view_id>/<slug:step>/", views.take, "view_step"),
    Route("leads/bulk/", bulk.ask, "bulk", title=_("Bulk changes")),
    Route("leads/bulk/begin/", bulk.begin, "bulk_begin"),
    Route("leads/bulk/<uuid:job_id>/", bulk.show, "bulk_job"),
    Route("leads/bulk/<uuid:job_id>/file/", bulk.fetch, "bulk_file", least=Role.MANAGER),
    Route("leads/bulk/<uuid:job_id>/<slug:step>/", bulk.take, "bulk_step"),
    Route("leads/<uuid:lead_id>/quick/", quick.edit, "lead_quick"),
    Route("leads/<uuid:lead_id>/leave-note/", others.leave_note, "leave_note"),
]
