"""Two leads that may be one person: told apart, or merged after a look at both side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.naming import UNTOLD
from leads.admin.notices import tell
from leads.admin.pages.lead.opening import open_lead
from leads.admin.pages.lead.seen import seen_version
from leads.admin.pages.lead.steps import Done, Refusal, step, undo_step
from leads.admin.pages.lead.timeline import speaker_of
from leads.admin.pages.render import go, page
from leads.admin.reach import refuse_reader
from leads.admin.telling import NOTHING, Speaker
from leads.changes import mark_not_duplicate, merge_leads
from leads.changes.comparing import BOTH, LOSER, WINNER, MergeRow
from leads.changes.merge import MergeOutcome
from leads.errors import Invalid, LeadError, Stale
from leads.models import Lead
from leads.queries.log import newest_of_kind
from leads.queries.workspace import names_of

_SIDES: Final = frozenset({WINNER, LOSER})


@dataclass(frozen=True, slots=True)
class Side:
    """One line of the comparison, in words."""

    path: str
    name: str
    winner: str
    loser: str
    taken: str
    pickable: bool

    @property
    def order(self) -> tuple[int, str]:
        """First what both have, then what one has, then what is settled by rule."""
        if not self.pickable:
            return 2, self.name
        return int(NOTHING in {self.winner, self.loser}), self.name

    @property
    def group(self) -> str:
        return (_("Both have this, and differ"), _("Only one of the two has this"), _("Settled by rule"))[
            self.order[0]
        ]

    @property
    def is_both(self) -> bool:
        return self.taken == BOTH


@step("twins")
def not_duplicate(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    other = form.get("other", "")
    changed = mark_not_duplicate(desk.workspace, desk.actor, lead.pk, other)
    entry = newest_of_kind(desk.workspace, lead, "not_duplicate") if changed else None
    return Done(_("Remembered: these are two people."), entry)


def merge(request: HttpRequest, desk: Desk, lead_id: UUID, other_id: UUID) -> HttpResponse:
    """Both side by side, as a merge would leave them; nothing is written before it is asked for."""
    winner, loser = open_lead(desk, lead_id), open_lead(desk, other_id)
    if winner.pk == loser.pk:
        tell(request, _("These two are merged already."), level="info")
        return go(request, "admin:lead", lead_id=winner.pk)
    if winner.pk != lead_id or loser.pk != other_id:
        return redirect("admin:lead_merge", lead_id=winner.pk, other_id=loser.pk)
    for lead in (winner, loser):
        refuse_reader(desk, lead)
    picks = picks_of(request.POST)
    if request.method != "POST" or request.POST.get("do") != "merge":
        return _compare(request, desk, winner, loser, picks)
    seen = {
        lead.pk: version
        for lead, name in ((winner, "version"), (loser, "other_version"))
        if (version := seen_version(request.POST, name)) is not None
    }
    try:
        merged = merge_leads(desk.workspace, desk.actor, winner.pk, loser.pk, picks, seen_versions=seen)
    except (Invalid, LeadError) as error:
        refusal = Refusal.of("merge", error, request.POST)
        if isinstance(error, Stale):
            winner, loser = open_lead(desk, lead_id), open_lead(desk, other_id)
        return _compare(request, desk, winner, loser, picks, refusal)
    ours, theirs = told_apart(winner, loser)
    text = _("%(loser)s was merged into %(winner)s.") % {"loser": theirs, "winner": ours}
    tell(request, text, step=undo_step(winner.pk, merged.outcome.entry))
    return go(request, "admin:lead", lead_id=winner.pk)


def told_apart(winner: Lead, loser: Lead) -> tuple[str, str]:
    """What the two are called; with what else tells them apart where they have one name."""
    ours, theirs = str(winner), str(loser)
    if ours != theirs:
        return ours, theirs
    for name, key in (("business_name", "business_name"), ("email", "email_key"), ("phone", "phone_key")):
        if getattr(winner, key) != getattr(loser, key):
            ours, theirs = (
                f"{lead} ({more})" if (more := getattr(lead, name)) else str(lead) for lead in (winner, loser)
            )
            break
    return ours, theirs


def picks_of(form: Mapping[str, str]) -> dict[str, str]:
    """The sides chosen, by path."""
    return {
        name.removeprefix("pick."): side
        for name, side in form.items()
        if name.startswith("pick.") and side in _SIDES
    }


def _compare(
    request: HttpRequest,
    desk: Desk,
    winner: Lead,
    loser: Lead,
    picks: dict[str, str],
    refusal: Refusal | None = None,
) -> HttpResponse:
    try:
        merged = merge_leads(desk.workspace, desk.actor, winner.pk, loser.pk, picks, dry_run=True)
    except (Invalid, LeadError) as error:
        if picks and isinstance(error, Invalid):
            return _compare(request, desk, winner, loser, {}, Refusal.of("merge", error))
        tell(request, Refusal.of("merge", error).sentences[0], level="error")
        return go(request, "admin:lead", lead_id=winner.pk)
    speaker = speaker_of(desk, winner)
    context = {
        "title": _("Merge two leads"),
        "winner": winner,
        "loser": loser,
        "names": told_apart(winner, loser),
        "rows": sides_of(merged, speaker),
        "documents": merged.documents,
        "refusal": refusal,
        "previewed": request.method == "POST",
    }
    return page(request, "leads/merge.html", context, refusal.status if refusal else 200)


def sides_of(merged: MergeOutcome, speaker: Speaker) -> list[Side]:
    rows = [row for row in merged.rows if row.path not in UNTOLD and not row.path.startswith("/merged/")]
    owners = {parse_id(side) for row in rows if row.path == "assignee" for side in (row.winner, row.loser)}
    speaker.people |= names_of({key for key in owners if key is not None} - speaker.people.keys())
    found = [_side(row, speaker) for row in rows]
    return sorted(found, key=lambda side: side.order)


def _side(row: MergeRow, speaker: Speaker) -> Side:
    ours, theirs = (speaker.value(row.path, value) for value in (row.winner, row.loser))
    return Side(row.path, speaker.name(row.path), ours, theirs, row.taken, row.pickable)


def choose(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """A lead named by its id or address, to merge with."""
    lead = open_lead(desk, lead_id)
    other = parse_id(request.GET.get("other", "").rstrip("/").rpartition("/")[2])
    if other is None:
        tell(request, _("Paste the address of the other lead’s page."), level="error")
        return go(request, "admin:lead", lead_id=lead.pk)
    return redirect("admin:lead_merge", lead_id=lead.pk, other_id=other)
