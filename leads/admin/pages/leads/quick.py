"""Owner, stage and tags changed in the row: what others changed meanwhile is merged, or asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.desk import Desk
from leads.admin.notices import Step, tell
from leads.admin.pages.leads import columns as shapes
from leads.admin.pages.leads.address import Address
from leads.admin.pages.leads.cells import Pen
from leads.admin.pages.leads.sheet import problems_by_field
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.admin.reach import lead_at, lead_to_work, lost_words
from leads.change import CLEAR, ById, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.errors import Invalid, LeadError, Stale
from leads.models import Entry, Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead
from leads.queries.lists import list_one
from leads.queries.log import writers_of
from leads.queries.reach import may_edit, whose
from leads.queries.workspace import members_in, tags_in
from leads.state import LeadState
from leads.values import tag_key

_LABELS: Final = {"owner": gettext_lazy("Owner"), "stage": gettext_lazy("Stage")}
_PATHS: Final = {"owner": "assignee", "stage": "disposition"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed the field since the form was opened: who, when, and both values."""

    name: str
    label: str
    theirs: str
    mine: str
    theirs_told: str
    mine_told: str
    entry: Entry | None


def edit(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    try:
        lead = lead_to_work(desk, lead_id)
    except (PermissionDenied, Http404) as error:
        return _lost(request, desk, lead_id, error)
    if request.method != "POST":
        if "cancel" in request.GET:
            return _row(request, desk, lead, request.GET)
        return _form(request, desk, lead, request.GET)
    return _store(request, desk, lead)


def _lost(request: HttpRequest, desk: Desk, lead_id: UUID, error: PermissionDenied | Http404) -> HttpResponse:
    """The row as it is by now, where a colleague has the lead; none, where it is out of sight. A page that
    says so would take the row's place."""
    if not is_partial(request):
        raise error
    tell(request, lost_words(error), level="warning")
    if isinstance(error, Http404):
        return fragment(request, "leads/_rows.html", {"rows": ""})
    return _row(request, desk, lead_at(desk, lead_id), request.POST or request.GET)


def _store(request: HttpRequest, desk: Desk, lead: Lead) -> HttpResponse:
    form = request.POST
    try:
        outcome = apply_change(
            desk.workspace, desk.actor, ById(lead.pk), lambda state: _read(form, state, desk)
        )
    except Stale as refusal:
        fresh = find_lead(desk.workspace, ById(lead.pk), tests=None)
        return _form(request, desk, fresh, form, conflicts=_conflicts(desk, fresh, form, refusal), status=409)
    except (Invalid, LeadError) as refusal:
        return _form(request, desk, lead, form, problems=problems_by_field(refusal), status=422)
    if outcome.entry is not None:
        back = reverse("admin:lead_undo", args=[lead.pk, outcome.entry.pk])
        undo = Step(_("Undo"), back, {"entry": str(outcome.entry.pk)})
        tell(request, _("%s is changed.") % outcome.lead, step=undo)
    return _row(request, desk, outcome.lead, form)


def _read(form: QueryDict, state: LeadState, desk: Desk) -> LeadChange:
    """Only what was really changed in the form; under the lock, so that nobody comes in between."""
    lead = state.lead
    if not may_edit(desk.actor, lead.assignee_id):
        raise LeadError(whose(lead.assignee))
    stands = _values(lead)
    sent = {name: str(form.get(name)) for name in stands if name in form}
    wanted = {name: value for name, value in sent.items() if value != form.get(f"was_{name}")}
    clashes = {
        name: value for name, value in wanted.items() if stands[name] not in {form.get(f"was_{name}"), value}
    }
    if clashes:
        message = _("Somebody changed this meanwhile; choose which value stays.")
        raise Stale(message, 0, lead.version, dict(clashes))
    owner = wanted.get("owner")
    return LeadChange(
        fields={} if owner is None else {"assignee": owner or CLEAR},
        disposition=DispositionWish(outcome=wanted["stage"], reason=form.get("reason", ""), strict=True)
        if "stage" in wanted
        else None,
        tags=_tags(form),
    )


def _tags(form: QueryDict) -> TagChange | None:
    """What was put in and what was taken out; so two people never undo each other's tags."""
    if "tags" not in form:
        return None
    was, now = (_named(form.get(name, "")) for name in ("was_tags", "tags"))
    add = tuple(name for key, name in now.items() if key not in was)
    remove = tuple(name for key, name in was.items() if key not in now)
    return TagChange(names=add, remove=remove) if add or remove else None


def _named(text: str) -> dict[str, str]:
    return {tag_key(name): name.strip() for name in text.split(",") if name.strip()}


def _values(lead: Lead) -> dict[str, str]:
    return {"owner": str(lead.assignee_id or ""), "stage": lead.disposition.outcome}


def _conflicts(desk: Desk, lead: Lead, form: QueryDict, refusal: Stale) -> list[Conflict]:
    told: dict[str, Callable[[str], str]] = {
        "owner": lambda value: {str(one.user_id): str(one.user) for one in members_in(desk.workspace)}.get(
            value, _("nobody")
        ),
        "stage": lambda value: str(load_catalogue(desk.workspace).by_outcome(value) or value),
    }
    stands = _values(lead)
    writers = writers_of(desk.workspace, lead, [_PATHS[name] for name in refusal.fields])
    found = []
    for name, value in refusal.fields.items():
        mine, theirs, entry, say = str(value), stands[name], writers.get(_PATHS[name]), told[name]
        found.append(Conflict(name, str(_LABELS[name]), theirs, mine, say(theirs), say(mine), entry))
    return found


def _form(
    request: HttpRequest,
    desk: Desk,
    lead: Lead,
    given: QueryDict,
    *,
    conflicts: list[Conflict] | None = None,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`given` are the values that were typed; what stands is what it was opened with."""
    was, typed = _was_and_typed(request, desk, lead, given, keeps_base=status == 422)
    columns = _columns(desk, given)
    rows = load_catalogue(desk.workspace).dispositions.values()
    context: dict[str, Any] = {
        "title": _("Change %s") % lead,
        "lead": lead,
        "was": was,
        "typed": typed,
        "reason": given.get("reason", ""),
        "focus": given.get("part", "owner"),
        "conflicts": conflicts or [],
        "clashing": [clash.name for clash in conflicts or []],
        "problems": problems or {},
        "members": members_in(desk.workspace),
        "tags": tags_in(desk.workspace),
        "dispositions": [row for row in rows if not row.archived_at or row.pk == lead.disposition_id],
        "query": given.get("query", ""),
        "kept": urlencode({"query": given.get("query", "")}),
        "width": len(columns) + 2,
    }
    if is_partial(request):
        return fragment(request, "leads/_quick_row.html", context, status)
    return page(request, "leads/quick.html", context, status)


def _was_and_typed(
    request: HttpRequest, desk: Desk, lead: Lead, given: QueryDict, *, keeps_base: bool
) -> tuple[dict[str, str], dict[str, str]]:
    tags = list_one(desk.workspace, lead).tags
    stands = {**_values(lead), "tags": ", ".join(tag.name for tag in tags)}
    if request.method != "POST":
        return stands, stands
    typed = {name: str(given.get(name, value)) for name, value in stands.items()}
    base = {name: str(given.get(f"was_{name}", value)) for name, value in stands.items()}
    if keeps_base:
        return base, typed
    # What was not touched here is as others left it; the tags are theirs with what was done to them here.
    typed = {name: value if value != base[name] else stands[name] for name, value in typed.items()}
    was, mine = _named(base["tags"]), _named(typed["tags"])
    kept = {key: name for key, name in _named(stands["tags"]).items() if key in mine or key not in was}
    added = {key: name for key, name in mine.items() if key not in was}
    return stands, {**typed, "tags": ", ".join({**kept, **added}.values())}


def _row(request: HttpRequest, desk: Desk, lead: Lead, given: QueryDict) -> HttpResponse:
    if not is_partial(request):
        return go(request, Address(QueryDict(given.get("query", ""))).link())
    columns = _columns(desk, given)
    listed = list_one(desk.workspace, lead, shapes.shown_in(columns))
    return fragment(request, "leads/_rows.html", {"rows": Pen(desk, columns).rows([listed])})


def _columns(desk: Desk, given: QueryDict) -> list[shapes.Column]:
    address = Address(QueryDict(given.get("query", "")))
    return shapes.chosen(desk.workspace, address.columns)[0]
