"""My work: what is overdue, due, new, waiting or planned, each row with why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.queries.lists import Count
from leads.queries.work import Desk as Queue
from leads.queries.work import Part, count_queue, load_queue


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    queue = _queue(request, desk)
    counts = count_queue(queue)
    wanted = request.GET.get("part", "")
    part = Part(wanted) if wanted in Part.values else _first(counts)
    try:
        rows = load_queue(queue, part, after=request.GET.get("after"))
    except ValidationError:
        rows = load_queue(queue, part)
    context = {
        "title": _("My work"),
        "part": part,
        "tabs": [(choice, counts[choice]) for choice in Part],
        "rows": rows.rows,
        "next": rows.next,
        "whose": "everybody" if queue.user_id is None else "mine",
        "now": queue.at,
    }
    return page(request, "staff/work.html", context)


def _queue(request: HttpRequest, desk: Desk) -> Queue:
    """Mine; those who look after all see everybody's first. A day ends at midnight of whoever looks."""
    at = now()
    tomorrow = at.astimezone(desk.zone).date() + timedelta(days=1)
    ends = datetime.combine(tomorrow, time(), desk.zone)
    whose = request.GET.get("whose", "everybody" if desk.looks_after_all else "mine")
    everybody = desk.sees_all and whose == "everybody"
    return Queue(desk.workspace, at, ends, None if everybody else desk.user.pk)


def _first(counts: Mapping[Part, Count]) -> Part:
    """The first part that has anything to do."""
    return next((part for part, count in counts.items() if count.number), Part.OVERDUE)
