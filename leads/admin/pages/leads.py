"""The list of leads: search, filters and order in the address, a page at a time."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.models import Stage
from leads.queries.filters import LeadFilter
from leads.queries.lists import NEWEST, ORDERS, count_leads, list_leads

_PAGING = frozenset({"after", "order"})


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    filters = lead_filter(request, desk)
    order = request.GET.get("order", NEWEST)
    order = order if order in ORDERS else NEWEST
    try:
        found = list_leads(desk.workspace, filters, order=order, after=request.GET.get("after"))
    except ValidationError:
        found = list_leads(desk.workspace, filters, order=order)
    kept = request.GET.copy()
    kept.pop("after", None)
    context = {
        "title": _("Leads"),
        "rows": found.rows,
        "next": found.next,
        "count": count_leads(desk.workspace, filters),
        "problems": filters.problems,
        "stages": Stage.choices,
        "chosen": request.GET.getlist("stage"),
        "search": request.GET.get("search", ""),
        "filtered": any(value for name, value in request.GET.items() if name not in _PAGING),
        "order": order,
        "query": kept.urlencode(),
    }
    return page(request, "leads/list.html", context)


def lead_filter(request: HttpRequest, desk: Desk) -> LeadFilter:
    """What the address says, within what the member may see."""
    given = request.GET.copy()
    for name in _PAGING:
        given.pop(name, None)
    own = None if desk.sees_all else Q(assignee=desk.user.pk) | Q(assignee=None)
    return LeadFilter(given, workspace=desk.workspace, user_id=desk.user.pk, zone=desk.zone, also=own)
