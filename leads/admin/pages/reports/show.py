"""The page of the reports, its cards one by one, and each as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.admin.pages.render import fragment, is_partial, page
from leads.admin.pages.reports.cards import CARDS, TITLES
from leads.admin.pages.reports.period import read_asked
from leads.admin.pages.reports.presets import presets
from leads.admin.pages.reports.tables import as_csv
from leads.queries.workspace import members_in


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    asked = read_asked(request.GET, desk)
    context = {
        "title": _("Reports"),
        "asked": asked,
        "cards": TITLES.items(),
        "members": members_in(desk.workspace),
        "presets": presets(asked, now().astimezone(desk.zone).date()),
    }
    return page(request, "staff/reports/page.html", context)


def card(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """By itself: for the page, which puts it in its place, or for whoever opens it alone."""
    if name not in CARDS:
        raise Http404
    asked = read_asked(request.GET, desk)
    table = CARDS[name](asked, desk, False)
    context = {"title": table.title, "table": table, "asked": asked}
    if is_partial(request):
        return fragment(request, "staff/reports/_card.html", context)
    return page(request, "staff/reports/card.html", context)


def download(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    if name not in CARDS:
        raise Http404
    asked = read_asked(request.GET, desk)
    answer = HttpResponse(as_csv(CARDS[name](asked, desk, True)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{asked.first}-{asked.last}.csv"'
    answer["Vary"] = "HX-Request"
    return answer
