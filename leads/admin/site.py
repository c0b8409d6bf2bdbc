"""Our AdminSite: the pages staff work in, one navigation, and the login."""

from __future__ import annotations

from functools import update_wrapper
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role, User
from leads.admin import failures, frame
from leads.admin.banners import banners
from leads.admin.clocks import read_by
from leads.admin.desk import Desk, desk_of, is_of_another_desk, memberships_of
from leads.admin.notices import notices
from leads.admin.pages.data.routes import ROUTES as DATA
from leads.admin.pages.imports.routes import ROUTES as IMPORTS
from leads.admin.pages.lead.routes import ROUTES as LEAD
from leads.admin.pages.leads.routes import ROUTES as LEADS
from leads.admin.pages.palette.routes import ROUTES as PALETTE
from leads.admin.pages.personal.routes import ROUTES as PERSONAL
from leads.admin.pages.render import is_partial
from leads.admin.pages.reports.routes import ROUTES as REPORTS
from leads.admin.pages.settings.checklist_routes import ROUTES as CHECKLIST
from leads.admin.pages.settings.routes import ROUTES as SETTINGS
from leads.admin.pages.work.routes import ROUTES as WORK
from leads.admin.resetting import URLS as RESETTING
from leads.admin.route import Page, Route
from leads.admin.signin import SignInForm, note, note_again

ROUTES: Final[list[Route]] = [
    *WORK,
    *IMPORTS,
    *LEADS,
    *LEAD,
    *PALETTE,
    *PERSONAL,
    *SETTINGS,
    *CHECKLIST,
    *REPORTS,
    *DATA,
]


# What concerns the person and not the workspace.
_OF_ANY_DESK: Final = frozenset(
    {"choose_workspace", "theme", "profile", "password", "sessions", "session_end"}
)


def _refuse_another_desk(route: Route, desk: Desk) -> None:
    if route.name in _OF_ANY_DESK:
        return
    sentence = gettext(
        "Nothing was changed: this form is of another workspace than %s, which you changed to in another "
        "tab. Go back to that workspace first."
    )
    raise PermissionDenied(sentence % desk.workspace)


class StaffSite(AdminSite):
    site_header = _("leadhub")
    site_title = _("leadhub")
    index_title = _("My work")
    enable_nav_sidebar = False
    login_form = SignInForm
    login_template = "staff/account/sign_in.html"
    routes = ROUTES

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever belongs to a workspace; being staff or a superuser alone opens nothing."""
        user = request.user
        return isinstance(user, User) and user.is_active and bool(memberships_of(request))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [path(route.address, self.page(route), name=route.name) for route in ROUTES]
        return [*pages, *RESETTING, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, {"title": _("Sign in"), **(extra_context or {})})
        if request.method == "POST" and response.status_code == 302:
            note(request)
        return response

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("admin:password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("admin:password")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return redirect("admin:data")

    def page(self, route: Route) -> Page:
        """A page behind the login and its role; texts and times are in the zone of whoever looks at it."""

        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            desk = desk_of(request)
            if not route.is_open_to(desk.role):
                raise PermissionDenied(
                    gettext("This page needs the role “%(role)s”; ask an owner of the workspace.")
                    % {"role": Role(route.least).label}
                )
            if request.method == "POST" and is_of_another_desk(request, desk):
                _refuse_another_desk(route, desk)
            note_again(request)
            return route.view(request, desk, *args, **kwargs)

        # A page that takes files looks at the token of its form once it has received them.
        shown.csrf_exempt = getattr(route.view, "csrf_exempt", False)  # type: ignore[attr-defined]
        return self.admin_view(shown)

    def admin_view(self, view: Page, cacheable: bool = False) -> Page:  # type: ignore[override]
        """Refusals stay within the frame, and a part of a page is never answered with the sign-in page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_partial(request) and not self.has_permission(request):
                return failures.sign_in_again(request)
            # A language that is named is looked up faster than one that is only the default.
            with (
                timezone.override(self._zone(request)),
                read_by(request.user),
                translation.override(translation.get_language()),
            ):
                try:
                    response = inner(request, *args, **kwargs)
                except (PermissionDenied, Http404) as error:
                    response = failures.refusal(request, error)
            patch_vary_headers(response, ["HX-Request"])
            return response

        return update_wrapper(guarded, view)

    def _zone(self, request: HttpRequest) -> Any:
        return desk_of(request).zone if self.has_permission(request) else None

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Only where it is shown: finding out which models may be seen asks the database twice."""
        return SimpleLazyObject(lambda: super(StaffSite, self).get_app_list(request, app_label))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if self.has_permission(request):
            desk = desk_of(request)
            context |= {
                "desk": desk,
                "navigation": frame.navigation(request.path, desk, ROUTES),
                "notices": lambda: notices(request),
                "banners": lambda: banners(desk),
                "corners": frame.corners(desk, ROUTES),
            }
        return context
