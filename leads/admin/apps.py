"""Puts our site in the place of Django's own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "leads.admin.site.StaffSite"
