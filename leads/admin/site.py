"""Our AdminSite: the pages staff work in, one navigation, and the login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse_lazy
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import User
from leads.admin.desk import Desk, desk_of, memberships_of
from leads.admin.pages import lead, leads, work, workspaces
from leads.admin.signin import SignInForm

Page = Callable[..., HttpResponse]


class StaffSite(AdminSite):
    site_header = _("leadhub")
    site_title = _("leadhub")
    index_title = _("My work")
    enable_nav_sidebar = False
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever belongs to a workspace; being staff or a superuser alone opens nothing."""
        user = request.user
        return isinstance(user, User) and user.is_active and bool(memberships_of(user))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [
            path("", self.page(work.show), name="index"),
            path("leads/", self.page(leads.show), name="leads"),
            path("leads/<uuid:lead_id>/", self.page(lead.show), name="lead"),
            path("leads/<uuid:lead_id>/<slug:step>/", self.page(lead.take), name="lead_step"),
            path("workspace/", self.page(workspaces.choose), name="choose_workspace"),
        ]
        return [*pages, *super().get_urls()]

    def page(self, view: Page) -> Page:
        """A page behind the login, whose texts and times are in the zone of whoever looks at it."""

        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            desk = desk_of(request)
            with timezone.override(desk.zone):
                return view(request, desk, *args, **kwargs)

        return self.admin_view(shown)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if self.has_permission(request):
            desk = desk_of(request)
            context |= {"desk": desk, "navigation": navigation(request, desk)}
        return context


def navigation(request: HttpRequest, desk: Desk) -> list[tuple[str | Promise, str, bool]]:
    """(label, address, whether it is where we are)"""
    links = [(_("Work"), reverse_lazy("admin:index")), (_("Leads"), reverse_lazy("admin:leads"))]
    here = request.path
    longest = max(
        (str(target) for _label, target in links if here.startswith(str(target))), key=len, default=""
    )
    return [(label, str(target), str(target) == longest) for label, target in links]
