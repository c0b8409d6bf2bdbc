"""Saving the list as a view, what is done with a view, and the pinned ones in the navigation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.leads.address import Address, filter_of, read_address
from leads.admin.pages.leads.sheet import problems_by_field, sheet
from leads.admin.pages.render import fragment, go
from leads.admin.refusals import sentences
from leads.changes.views import delete_view, keep_view, save_view
from leads.errors import Invalid, LeadError, NotFound
from leads.models import SavedView
from leads.queries.views import count_views, views_of


def save(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new view of what the address shows."""
    address = read_address(request, desk)
    if request.method != "POST":
        return _form(request, desk, address, {})
    form = request.POST
    values = {"name": form.get("name", ""), "query": address.text(), "is_shared": "shared" in form}
    try:
        view = save_view(desk.workspace, desk.actor, values)
        if "pinned" in form or "default" in form:
            pinned, default = "pinned" in form or None, "default" in form or None
            keep_view(desk.workspace, desk.actor, view.pk, pinned=pinned, default=default)
    except (Invalid, LeadError) as refusal:
        return _form(request, desk, address, problems_by_field(refusal), 422)
    tell(request, _("The view “%s” is saved.") % view)
    return go(request, f"{reverse('admin:leads')}?view={view.pk}")


def _form(
    request: HttpRequest, desk: Desk, address: Address, problems: Mapping[str, str], status: int = 200
) -> HttpResponse:
    context = {
        "title": _("Save this view"),
        "query": address.text(),
        "problems": problems,
        "typed": request.POST,
        "may_share": desk.looks_after_all,
    }
    return sheet(request, "leads/_save_view.html", context, status)


def manage(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All views with what can be done with each."""
    context = {
        "title": _("Saved views"),
        "views": views_of(desk.workspace, desk.user.pk),
        "looks_after_all": desk.looks_after_all,
    }
    return sheet(request, "leads/_views.html", context)


def take(request: HttpRequest, desk: Desk, view_id: UUID, step: str) -> HttpResponse:
    """One step with a view; afterwards the list shows it, or all leads if it is gone."""
    if step not in _STEPS or request.method != "POST":
        raise Http404
    try:
        said = _STEPS[step](request, desk, view_id)
    except NotFound:
        raise Http404 from None
    except (Invalid, LeadError) as refusal:
        tell(request, " ".join(sentences(refusal)), level="error")
    else:
        tell(request, said)
    if step == "delete":
        return go(request, "admin:leads")
    return go(request, f"{reverse('admin:leads')}?view={view_id}")


def pinned(request: HttpRequest, desk: Desk) -> HttpResponse:
    """For the navigation: the pinned views, each with how many leads it holds."""
    views = [own.view for own in views_of(desk.workspace, desk.user.pk) if own.is_pinned]
    rows = [filter_of(_filters(view), desk).qs for view in views]
    counts = count_views(desk.workspace, rows)
    return fragment(request, "leads/_pinned_views.html", {"pinned": list(zip(views, counts, strict=True))})


def _filters(view: SavedView) -> QueryDict:
    return Address(QueryDict(view.query)).filters


def _update(request: HttpRequest, desk: Desk, view_id: UUID) -> str:
    address = read_address(request, desk)
    view = save_view(desk.workspace, desk.actor, {"query": address.text()}, view_id)
    return _("The view “%s” now shows this.") % view


def _rename(request: HttpRequest, desk: Desk, view_id: UUID) -> str:
    view = save_view(desk.workspace, desk.actor, {"name": request.POST.get("name", "")}, view_id)
    return _("The view is called “%s” now.") % view


def _share(shared: bool) -> Callable[[HttpRequest, Desk, UUID], str]:
    def step(request: HttpRequest, desk: Desk, view_id: UUID) -> str:
        view = save_view(desk.workspace, desk.actor, {"is_shared": shared}, view_id)
        words = _("Everybody in the workspace sees “%s” now.") if shared else _("Only you see “%s” now.")
        return words % view

    return step


def _keep(**wanted: bool) -> Callable[[HttpRequest, Desk, UUID], str]:
    def step(request: HttpRequest, desk: Desk, view_id: UUID) -> str:
        keep_view(desk.workspace, desk.actor, view_id, **wanted)
        if "pinned" in wanted:
            return _("It stands in your navigation.") if wanted["pinned"] else _("It left your navigation.")
        return _("Your list opens with it.") if wanted["default"] else _("Your list opens with all leads.")

    return step


def _delete(request: HttpRequest, desk: Desk, view_id: UUID) -> str:
    return _("The view “%s” is deleted.") % delete_view(desk.workspace, desk.actor, view_id)


Step = Callable[[HttpRequest, Desk, UUID], str]
_STEPS: Final[Mapping[str, Step]] = {
    "update": _update,
    "rename": _rename,
    "share": _share(True),
    "unshare": _share(False),
    "pin": _keep(pinned=True),
    "unpin": _keep(pinned=False),
    "first": _keep(default=True),
    "not-first": _keep(default=False),
    "delete": _delete,
}
