"""A new lead by hand: who it may be already, while it is typed, and what to do instead of adding it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import fragment, go, page
from leads.admin.refusals import sentences
from leads.change import ById, LeadChange, NewLead
from leads.changes import apply_change
from leads.errors import Invalid, LeadError, NotFound
from leads.matching import Match, matches_for
from leads.models import Lead
from leads.queries.touches import Touch, last_touches

_FIELDS: Final = ("name", "business_name", "phone", "email", "source")
_MOST: Final = 5
_SAME: Final = {
    "phone": gettext_lazy("same phone"),
    "email": gettext_lazy("same email"),
    "name": gettext_lazy("same name"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may be the same person; a colleague's lead that may not be seen is told of, not shown."""

    lead: Lead
    same: str
    touch: Touch | None
    is_open: bool


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method == "POST":
        return _add(request, desk)
    return _form(request, desk, request.GET)


def matches(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was typed so far; htmx asks after each pause."""
    return fragment(request, "staff/work/_known.html", {"known": known(desk, request.GET), "desk": desk})


def known(desk: Desk, typed: Mapping[str, Any]) -> list[Known]:
    words = {name: str(typed.get(name, ""))[:200] for name in ("phone", "email", "name")}
    found = matches_for(desk.workspace, **words, limit=_MOST)
    touches = last_touches(desk.workspace, [match.lead.pk for match in found]) if found else {}
    return [_known(desk, match, words["name"], touches.get(match.lead.pk)) for match in found]


def _known(desk: Desk, match: Match, name: str, touch: Touch | None) -> Known:
    is_open = desk.may_see(match.lead.assignee_id)
    same = ", ".join(str(_SAME[reason]) for reason in match.reasons)
    if match.reasons == ("name",) and match.lead.full_name.casefold() != " ".join(name.casefold().split()):
        same = _("similar name")
    return Known(match.lead, same, touch if is_open else None, is_open)


def note(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """A note on a lead that is there already; also on a colleague's, who reads it there."""
    if request.method != "POST":
        return redirect("admin:new_lead")
    text = str(request.POST.get("note", "")).strip()
    if not text:
        tell(request, _("Write the note first."), level="error")
        return redirect("admin:new_lead")
    try:
        lead = apply_change(desk.workspace, desk.actor, ById(lead_id), LeadChange(note=text)).lead
    except NotFound:
        raise Http404 from None
    except (Invalid, LeadError) as refusal:
        tell(request, " ".join(sentences(refusal)), level="error")
        return redirect("admin:new_lead")
    tell(request, _("The note stands on that lead."))
    is_open = desk.may_see(lead.assignee_id)
    return redirect("admin:lead", lead_id=lead.pk) if is_open else redirect("admin:index")


def _add(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who may be there already is shown once more; only then is it added anyway. It is mine."""
    sent = request.POST
    if not sent.get("anyway") and (found := known(desk, sent)):
        return _form(request, desk, sent, known=found, status=409)
    fields: dict[str, object] = {name: sent[name] for name in _FIELDS if sent.get(name, "").strip()}
    if not {"name", "business_name", "phone", "email"} & fields.keys():
        return _form(
            request, desk, sent, problems=[_("Give a name, a business, a phone or an email.")], status=422
        )
    fields |= {"assignee": desk.user.pk, "assignee_type": "HUMAN_AGENT"}
    change = LeadChange(fields=fields, note=sent.get("note") or None)
    try:
        lead = apply_change(desk.workspace, desk.actor, NewLead(), change).lead
    except (Invalid, LeadError) as refusal:
        return _form(request, desk, sent, problems=sentences(refusal), status=422)
    tell(request, _("%(lead)s is added, and yours.") % {"lead": lead})
    return go(request, "admin:lead", lead_id=lead.pk)


def _form(
    request: HttpRequest,
    desk: Desk,
    typed: Mapping[str, Any],
    *,
    known: list[Known] | None = None,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "title": _("New lead"),
        "typed": typed,
        "known": known or [],
        "refused": status == 409,
        "problems": problems or [],
    }
    return page(request, "staff/work/new.html", context, status)
