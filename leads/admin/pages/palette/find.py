"""What the palette offers for some letters; all of it within the role and the workspace at the desk."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib.admin import site
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.admin import frame
from leads.admin.desk import Desk
from leads.admin.pages.leads.others import Others, find_others
from leads.admin.pages.render import fragment, is_partial, page
from leads.change import ById
from leads.errors import NotFound
from leads.models import Lead
from leads.queries.filters import LeadFilter
from leads.queries.find import find_lead
from leads.queries.lists import list_leads
from leads.queries.reach import in_sight
from leads.queries.search import read_search

_MOST: Final = 8


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    query = request.GET.get("query", "").strip()
    context: dict[str, Any] = {
        "title": _("Go to or do anything"),
        "query": query,
        "found": _leads(desk, query) if query else [],
        "others": _others(desk, query) if query else None,
        "links": _links(request, desk, query),
    }
    if is_partial(request):
        return fragment(request, "staff/parts/_found.html", context)
    return page(request, "staff/palette.html", context)


def _links(request: HttpRequest, desk: Desk, query: str) -> list[frame.Link]:
    routes = cast(Any, site).routes
    links = [*frame.navigation(request.path, desk, routes), *frame.pages(desk, routes)]
    words = query.casefold().split()
    fitting = [link for link in links if all(word in str(link.label).casefold() for word in words)]
    return list({link.address: link for link in reversed(fitting)}.values())[::-1]


def _others(desk: Desk, query: str) -> Others | None:
    """What the search of the list says of colleagues' leads; and here an id finds one as well."""
    try:
        return find_others(desk, parse_id(query) or read_search(query, desk.workspace.region))
    except ValidationError:
        return None


def _leads(desk: Desk, query: str) -> list[Lead]:
    lead_id = parse_id(query)
    if lead_id is not None:
        return _by_id(desk, lead_id)
    return _search(desk, query, "active") or _search(desk, query, "archived")


def _search(desk: Desk, query: str, archived: str) -> list[Lead]:
    given = QueryDict(mutable=True)
    given["search"], given["archived"] = query, archived
    filters = LeadFilter(
        given,
        workspace=desk.workspace,
        user_id=desk.user.pk,
        zone=desk.zone,
        also=in_sight(desk.workspace, desk.actor),
    )
    try:
        return [row.lead for row in list_leads(desk.workspace, filters, limit=_MOST, tests=None).rows]
    except ValidationError:
        return []


def _by_id(desk: Desk, lead_id: Any) -> list[Lead]:
    try:
        lead = find_lead(desk.workspace, ById(lead_id), tests=None)
    except NotFound:
        return []
    return [lead] if desk.may_see(lead.assignee_id) else []
