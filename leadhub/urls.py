"""The map of every door, on one page."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from leads.admin.public import upload
from leads.api.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics", metrics),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("u/<str:token>", upload.show, name="upload_page"),
    path("", include("leads.api.routes")),
]

handler400 = "leadhub.web.views.bad_request"
handler403 = "leadhub.web.views.permission_denied"
handler404 = "leadhub.web.views.page_not_found"
handler500 = "leadhub.web.views.server_error"
