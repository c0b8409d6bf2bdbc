"""The map of every door, on one page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leads.api.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics", metrics),
    path("", include("leads.api.routes")),
]

handler400 = "leadhub.web.views.bad_request"
handler403 = "leadhub.web.views.permission_denied"
handler404 = "leadhub.web.views.page_not_found"
handler500 = "leadhub.web.views.server_error"
