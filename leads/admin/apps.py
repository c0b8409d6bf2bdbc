"""Puts our site in the place of Django's own, and the plain pages of the tables into it."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "leads.admin.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        # The tables are there only now.
        from leads.admin.plain import register

        register()
