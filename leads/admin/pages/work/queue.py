"""My work: what is overdue, due, new, waiting or planned, each row with why it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from leadhub.workspaces.clock import now
from leads.admin.clocks import written
from leads.admin.desk import Desk
from leads.admin.notices import notices
from leads.admin.pages.render import fragment, is_partial, page
from leads.admin.pages.work.drafts import digest_of
from leads.admin.telling import leaving_words
from leads.admin.words import span
from leads.queries.counts import Count
from leads.queries.work import Desk as Queue
from leads.queries.work import Part, QueueRow, count_queue, load_queue

# So many rows with their buttons are a page of less than 100 KB.
_PAGE: Final = 30
# What an empty part points at instead, in the words of the part that has something.
_INSTEAD: Final = {
    Part.OVERDUE: ngettext_lazy("%d lead is overdue", "%d leads are overdue"),
    Part.DUE_TODAY: ngettext_lazy("%d lead is due today", "%d leads are due today"),
    Part.NEW_UNASSIGNED: ngettext_lazy("%d new lead has nobody", "%d new leads have nobody"),
    Part.DRAFTS: ngettext_lazy("%d draft waits for approval", "%d drafts wait for approval"),
    Part.NO_NEXT_STEP: ngettext_lazy("%d lead has no next step", "%d leads have no next step"),
    Part.UPCOMING: ngettext_lazy("%d lead is planned for later", "%d leads are planned for later"),
}


class Line(NamedTuple):
    """A row, why it is there, the digest of its draft, the lead's page, where its steps stand, and whether
    the draft has blanks that are filled in when it leaves."""

    row: QueueRow
    why: str
    seen: str
    address: str
    steps: str
    blanks: bool


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    queue = queue_of(request, desk)
    counts = count_queue(queue)
    wanted = request.GET.get("part", "")
    part = Part(wanted) if wanted in Part.values else _first(counts)
    try:
        rows = load_queue(queue, part, after=request.GET.get("after"), limit=_PAGE)
    except ValidationError:
        rows = load_queue(queue, part, limit=_PAGE)
    context = {
        "title": _("My work"),
        "part": part,
        "tabs": [(choice, counts[choice]) for choice in Part],
        "rows": list(_lines(rows.rows, part, queue, desk)),
        "next": rows.next,
        "whose": "everybody" if queue.user_id is None else "mine",
        "now": queue.at,
        "back": request.get_full_path(),
        "way_back": urlencode({"back": request.get_full_path()}),
        "instead": _instead(counts, part),
        "is_draft": part == Part.DRAFTS,
        "can_start": part != Part.DRAFTS,
    }
    # What was done with a row comes back here, and changes the queue alone.
    if is_partial(request) and request.headers.get("HX-Target") == "queue":
        return fragment(request, "staff/work/_queue.html", {**context, "notices": notices(request)})
    return page(request, "staff/work/queue.html", context)


def _lines(rows: list[QueueRow], part: Part, queue: Queue, desk: Desk) -> Iterator[Line]:
    root, leads = reverse("admin:index"), reverse("admin:leads")
    for row in rows:
        seen = digest_of(row.message) if row.message else ""
        steps = f"{root}work/{row.lead.pk}/"
        blanks = row.message is not None and "{{" in f"{row.message.subject} {row.message.body}"
        yield Line(row, why(row, part, queue.at, desk), seen, f"{leads}{row.lead.pk}/", steps, blanks)


def queue_of(request: HttpRequest, desk: Desk, whose: str = "") -> Queue:
    """Mine; those who look after all see everybody's first. A day ends at midnight of whoever looks."""
    at = now()
    tomorrow = at.astimezone(desk.zone).date() + timedelta(days=1)
    ends = datetime.combine(tomorrow, time(), desk.zone)
    usual = "everybody" if desk.looks_after_all else "mine"
    everybody = desk.sees_all and (whose or request.GET.get("whose", usual)) == "everybody"
    return Queue(desk.workspace, at, ends, None if everybody else desk.user.pk)


def why(row: QueueRow, part: Part, at: datetime, desk: Desk) -> str:
    """Why a row is where it is, in a few words."""
    lead, action = row.lead, row.action
    planned = _(action.summary) if action else _("Follow up")
    if part == Part.DRAFTS:
        who = (action.actor_name if action else "") or _("Somebody")
        text = _("%(who)s wrote this; read it, then approve or reject it") % {"who": who}
        leaves = leaving_words(action, at) if action else ""
        return f"{text}. {leaves}" if leaves else text
    if part == Part.NEW_UNASSIGNED:
        return _("Came %(since)s ago, and nobody has it") % {"since": span(at - lead.created_at)}
    if part == Part.NO_NEXT_STEP or lead.next_action_at is None:
        return _("Still open, and nothing is planned")
    if part == Part.OVERDUE:
        return _("%(planned)s: due %(since)s ago") % {
            "planned": planned,
            "since": span(at - lead.next_action_at),
        }
    clock = written(lead.next_action_at, "clock" if part == Part.DUE_TODAY else "")
    return _("%(planned)s: at %(clock)s") % {"planned": planned, "clock": clock}


def _first(counts: Mapping[Part, Count]) -> Part:
    """The first part that has anything to do."""
    return next((part for part, count in counts.items() if count.number), Part.OVERDUE)


def _instead(counts: Mapping[Part, Count], part: Part) -> list[tuple[Part, str]]:
    return [
        (other, _INSTEAD[other] % count.number)
        for other, count in counts.items()
        if other != part and count.number
    ]
