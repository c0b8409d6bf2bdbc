"""Which lead a step is about, whether whoever takes it may, and where they go afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import Step, tell
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.admin.reach import lost_words
from leads.admin.refusals import Refusal, sentences
from leads.admin.route import Page
from leads.models import Lead
from leads.queries.log import entries_of_request

FIELD = "back"


def way_back(request: HttpRequest) -> str:
    """Where the step was taken from; never another site."""
    wanted = str(request.POST.get(FIELD) or request.GET.get(FIELD) or "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if safe else reverse("admin:index")


def told(request: HttpRequest, desk: Desk, lead: Lead, text: str, back: str = "") -> HttpResponse:
    """Say what was done, offer to undo it, and go back. A page that asked for a part of itself follows the
    redirect and gets that part."""
    mine = entries_of_request(desk.workspace, lead.pk, desk.actor.request_id)
    step = None
    if mine:
        entries = ",".join(str(entry.pk) for entry in mine)
        undone = way_back(request)
        if undone.startswith(reverse("admin:work_focus")) or back:
            undone = reverse("admin:work_focus_lead", args=[lead.pk])
        fields = {"entries": entries, FIELD: undone}
        step = Step(_("Undo"), reverse("admin:work_undo", args=[lead.pk]), fields, keys="u")
    tell(request, text, step=step)
    return onward(request, back or way_back(request))


def warned(request: HttpRequest, refusal: Refusal, back: str = "") -> HttpResponse:
    for sentence in sentences(refusal):
        tell(request, sentence, level="error")
    return onward(request, back or way_back(request))


def told_beside(view: Page) -> Page:
    """A step on what a colleague has by now, or what is gone, is told beside the list, which goes on without
    it; a page that says so would take the list's place."""

    @wraps(view)
    def taken(request: HttpRequest, desk: Desk, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, desk, *args, **kwargs)
        except (PermissionDenied, Http404) as error:
            if not is_partial(request):
                raise
            tell(request, lost_words(error), level="warning")
        is_list = request.method == "POST" and request.headers.get("HX-Target") == "queue"
        return onward(request, way_back(request)) if is_list else go(request, way_back(request))

    return taken


def onward(request: HttpRequest, target: str) -> HttpResponse:
    """The queue is swapped in place; from a dialog on another page one goes on to a whole page."""
    return go(request, target) if request.POST.get("place") else redirect(target)


def form(
    request: HttpRequest,
    name: str,
    context: Mapping[str, Any],
    refusal: Refusal | None = None,
    status: int = 422,
) -> HttpResponse:
    """A small form: as a page of its own, or alone for the dialog that asked for it."""
    found = {
        "form": f"staff/work/_{name}.html",
        "back": way_back(request),
        "place": request.POST.get("place") or request.GET.get("place", ""),
        "problems": sentences(refusal),
        "typed": request.POST,
        **context,
    }
    if not is_partial(request):
        return page(request, "staff/work/step.html", found, status if refusal else 200)
    answer = fragment(request, found["form"], found, status if refusal else 200)
    if refusal:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#panel-form", "innerHTML"
    return answer
