"""The frame of every step on the lead page: opened under its rules, taken, told, and the panels shown anew.

A plain post ends in a redirect, or in the page with the refusal at its place; htmx gets the panels alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import Step, tell
from leads.admin.pages.lead.opening import is_out_of_sight, open_full, open_lead
from leads.admin.pages.lead.seen import Clash, Clashed
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.admin.reach import lost_words
from leads.admin.refusals import sentences
from leads.admin.route import Page
from leads.errors import Invalid, LeadError, Stale
from leads.models import Entry, Lead

# All but the note, whose text is being typed, and the documents, whose files may be on their way.
PANELS: Final = ("head", "next", "drafts", "checklist", "reach", "facts", "tags", "twins", "keeping")
# What may look different after any change.
ALWAYS: Final = ("head", "story")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in a sentence; `entry` can be undone; `also` are further panels to show anew."""

    text: str
    entry: Entry | None = None
    also: tuple[str, ...] = ()
    level: str = "success"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step was not taken, with what was typed, for the form that it came from."""

    step: str
    sentences: list[str]
    by_field: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    clashes: Mapping[str, Clash] = field(default_factory=dict)
    status: int = 422

    @classmethod
    def of(cls, step: str, error: Invalid | LeadError, typed: Mapping[str, Any] | None = None) -> Refusal:
        typed = {} if typed is None else typed
        if isinstance(error, Invalid):
            by_field = {problem.field: problem.message for problem in reversed(error.problems)}
            return cls(step, sentences(error), by_field, typed)
        clashes = {clash.name: clash for clash in error.clashes} if isinstance(error, Clashed) else {}
        status = 409 if isinstance(error, Stale | Clashed) else 422
        return cls(step, sentences(error), {}, typed, clashes, status)


Work = Callable[[Desk, Lead, QueryDict], Done]


def step(panel: str, name: str = "") -> Callable[[Work], Page]:
    """A step taken by a post from a form that stands in a panel."""

    def make(work: Work) -> Page:
        @wraps(work)
        def taken(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
            if request.method != "POST":
                return redirect("admin:lead", lead_id=lead_id)
            try:
                lead = open_lead(desk, lead_id, to_edit=True)
            except (PermissionDenied, Http404) as error:
                return lost(request, desk, lead_id, error)
            try:
                done = work(desk, lead, request.POST)
            except (Invalid, LeadError) as error:
                refusal = Refusal.of(name or work.__name__, error, request.POST)
                return refuse(request, desk, lead.pk, panel, refusal)
            return finish(request, desk, lead.pk, (panel, *done.also), done)

        return taken

    return make


# What a sheet shows beside the lead: (desk, sight, what was refused, query, the parts of its address).
Context = Callable[..., dict[str, Any]]


def sheet(
    template: str, title: str | Promise, *panels: str, context: Context | None = None
) -> Callable[[Callable[..., Done]], Page]:
    """A step with a form of its own: a dialog over the page, or a page by itself without a script."""

    def make(work: Callable[..., Done]) -> Page:
        @wraps(work)
        def taken(request: HttpRequest, desk: Desk, lead_id: UUID, **part: Any) -> HttpResponse:
            refusal = None
            try:
                lead = open_lead(desk, lead_id, to_edit=True)
                if request.method == "POST":
                    done = work(desk, lead, request.POST, **part)
                    return finish(request, desk, lead.pk, (*panels, *done.also), done, main=False)
            except PermissionDenied as denied:
                if request.method != "POST" or not is_partial(request):
                    return lost(request, desk, lead_id, denied)
                # The form stays, because what was typed into it is to be had elsewhere.
                refusal = Refusal("sheet", [str(denied)], {}, request.POST, status=403)
            except (Invalid, LeadError) as error:
                refusal = Refusal.of("sheet", error, request.POST)
            sight = Sight(desk, open_full(desk, lead_id))
            found = {**context_of(sight, refusal), "title": title, "part": part, "sheet": template}
            if context is not None:
                found |= context(desk, sight, refusal, request.GET, **part)
            return show_sheet(request, found, refusal.status if refusal else 200)

        return taken

    return make


def show_sheet(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    if is_partial(request):
        return fragment(request, "leads/_sheet.html", context, status)
    return page(request, "leads/sheet.html", context, status)


def refuse(request: HttpRequest, desk: Desk, lead_id: UUID, panel: str, refusal: Refusal) -> HttpResponse:
    """The form again, with what was typed and why not."""
    sight = Sight(desk, open_full(desk, lead_id))
    if sight.lead.deleted_at is not None:
        tell(request, refusal.sentences[0], level="error")
        return go(request, "admin:lead", lead_id=lead_id)
    if panel == "checklist":
        sight.refuse_answers(refusal)
    if not is_partial(request):
        return show_page(request, sight, refusal)
    response = fragment(request, f"leads/lead/_{panel}.html", context_of(sight, refusal), refusal.status)
    if not refusal.by_field:
        # Refused by what others did meanwhile, so the timeline has more to tell.
        response["HX-Trigger"] = "lead-changed"
    return response


def lost(request: HttpRequest, desk: Desk, lead_id: UUID, error: PermissionDenied | Http404) -> HttpResponse:
    """A part that may not be edited any more is no place for a page that says so."""
    if not is_partial(request):
        raise error
    return overtaken(request, desk, lead_id, Refusal("lost", [lost_words(error)], status=403))


def overtaken(request: HttpRequest, desk: Desk, lead_id: UUID, refusal: Refusal) -> HttpResponse:
    """Somebody was faster: the lead as it is by now, and above it in a sentence who that was."""
    if is_out_of_sight(desk, lead_id):
        tell(request, refusal.sentences[0], level="warning")
        return go(request, "admin:index")
    if not is_partial(request):
        return refuse(request, desk, lead_id, "head", refusal)
    sight = Sight(desk, open_full(desk, lead_id))
    panels = ("head", "next") if sight.may_edit else (*PANELS, "documents")
    parts = draw(request, sight, panels, refusal=refusal)
    response = fragment(request, "leads/lead/_panels.html", {"parts": parts}, refusal.status)
    response["HX-Retarget"], response["HX-Reswap"] = "#lead-head", "outerHTML"
    return response


def finish(
    request: HttpRequest,
    desk: Desk,
    lead_id: UUID,
    panels: tuple[str, ...],
    done: Done,
    *,
    main: bool = True,
) -> HttpResponse:
    """Say what was done, with undo where there is something to take back."""
    tell(request, done.text, level=done.level, step=undo_step(lead_id, done.entry))
    if is_out_of_sight(desk, lead_id):
        return go(request, "admin:index")
    if not is_partial(request):
        place = f"#lead-{panels[0]}" if panels else ""
        return redirect(reverse("admin:lead", args=[lead_id]) + place)
    sight = Sight(desk, open_full(desk, lead_id))
    if sight.lead.deleted_at or sight.lead.pk != lead_id:
        return go(request, "admin:lead", lead_id=lead_id)
    return fragment(request, "leads/lead/_panels.html", {"parts": draw(request, sight, panels, main=main)})


def draw(
    request: HttpRequest,
    sight: Sight,
    panels: tuple[str, ...],
    *,
    main: bool = True,
    refusal: Refusal | None = None,
) -> list[str]:
    """The first takes the place of what asked for it, the others find theirs."""
    found: list[str] = []
    for number, name in enumerate(dict.fromkeys((*panels, *ALWAYS))):
        context = {**context_of(sight, refusal), "oob": number > 0 or not main}
        found.append(render_to_string(f"leads/lead/_{name}.html", context, request))
    return found


def undo_step(lead_id: UUID, entry: Entry | None) -> Step | None:
    if entry is None:
        return None
    address = reverse("admin:lead_undo", args=[lead_id, entry.pk])
    # On this page `u` goes to the next open item.
    return Step(_("Undo"), address, {"slip": "yes"}, keys="z")


def context_of(sight: Sight, refusal: Refusal | None = None) -> dict[str, Any]:
    return {
        "title": str(sight.lead),
        "sight": sight,
        "lead": sight.lead,
        "desk": sight.desk,
        "refused": {refusal.step: refusal} if refusal else {},
        "typed": refusal.typed if refusal else {},
    }


def show_page(request: HttpRequest, sight: Sight, refusal: Refusal | None = None) -> HttpResponse:
    status = refusal.status if refusal else 200
    return page(request, "leads/lead.html", context_of(sight, refusal), status)
