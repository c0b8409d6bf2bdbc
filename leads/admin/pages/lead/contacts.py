"""Further phones and emails of the lead: added, changed, marked as not working, removed, made the first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.admin.desk import Desk
from leads.admin.pages.lead.edit import conflict_of
from leads.admin.pages.lead.seen import Since
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import Done, Refusal, sheet, step
from leads.change import ById, ContactPointChange, LeadChange, Outcome
from leads.changes import apply_change
from leads.changes.contacts import pointer, words
from leads.errors import Invalid, Problem
from leads.models import ContactPoint, Lead
from leads.state import LeadState


def _point(state: LeadState, raw: str) -> ContactPoint:
    found = next((row for row in state.contact_points if str(row.pk) == raw), None)
    if found is None:
        raise Http404
    return found


def _write(desk: Desk, lead: Lead, *changes: ContactPointChange, **fields: object) -> Outcome:
    change = LeadChange(contact_points=changes, fields=fields)
    return apply_change(desk.workspace, desk.actor, ById(lead.pk), change)


def _add_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    typed = refusal.typed if refusal else query
    return {"kinds": ContactPoint.Kind.choices, "typed": typed}


@sheet("leads/sheets/_point.html", gettext_lazy("Add a phone or an email"), "reach", context=_add_context)
def point_add(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    value = form.get("value", "").strip()
    kind = form.get("kind") or ("email" if "@" in value else "phone")
    if not value:
        raise Invalid([Problem("contact_points", "required", _("Write the number or the address."))])
    point = ContactPointChange(kind, value, form.get("label", "").strip())
    outcome = _write(desk, lead, point)
    return Done(_("Added.") if outcome.changed else _("The lead has it already."), outcome.entry, ("twins",))


def _edit_context(
    desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict, point: UUID
) -> dict[str, Any]:
    row = next((one for one in sight.full.contact_points if one.pk == point), None)
    if row is None:
        raise Http404
    stored = {"value": row.value, "label": row.label, "is_bad": "yes" if row.is_bad else ""}
    conflicts = [conflict_of(sight.speaker, clash) for clash in refusal.clashes.values()] if refusal else []
    return {"point": row, "typed": refusal.typed if refusal else stored, "conflicts": conflicts}


@sheet("leads/sheets/_point.html", gettext_lazy("Change a phone or an email"), "reach", context=_edit_context)
def point_edit(desk: Desk, lead: Lead, form: QueryDict, point: UUID) -> Done:
    """Another number is another point: the old one goes, the new one comes, in one change."""

    def read(state: LeadState) -> LeadChange:
        row = _point(state, str(point))
        since = Since.of(state, form)
        value, label = form.get("value", "").strip(), form.get("label", "").strip()
        is_bad = form.get("is_bad") == "yes"
        mine = {"value": value, "label": label, "is_bad": is_bad}
        if mine == words(row) or since.overtakes("point", pointer(row.kind, row.key), mine):
            since.settle()
            return LeadChange()
        fresh = ContactPointChange(row.kind, value, label, is_bad)
        changes = [fresh]
        if value != row.value:
            changes.insert(0, ContactPointChange(row.kind, row.value, remove=True))
        return LeadChange(contact_points=tuple(changes))

    outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), read)
    return Done(_("Saved.") if outcome.changed else _("Nothing changed."), outcome.entry, ("twins",))


@step("reach")
def point_bad(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    row = _point(LeadState(desk.workspace, lead), form.get("point", ""))
    point = ContactPointChange(row.kind, row.value, row.label, is_bad=not row.is_bad)
    outcome = _write(desk, lead, point)
    return Done(_("Marked: it works again.") if row.is_bad else _("Marked: does not work."), outcome.entry)


@step("reach")
def point_remove(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    row = _point(LeadState(desk.workspace, lead), form.get("point", ""))
    outcome = _write(desk, lead, ContactPointChange(row.kind, row.value, remove=True))
    return Done(_("Removed."), outcome.entry, ("twins",))


@step("reach")
def point_first(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """A further number becomes the first; the first one becomes a further one, so that none is lost."""
    row = _point(LeadState(desk.workspace, lead), form.get("point", ""))
    field = "phone" if row.kind == ContactPoint.Kind.PHONE else "email"
    old = getattr(lead, field)
    changes = [ContactPointChange(row.kind, row.value, remove=True)]
    if old:
        changes.append(ContactPointChange(row.kind, old))
    outcome = _write(desk, lead, *changes, **{field: row.value})
    return Done(_("It is the first one now."), outcome.entry, ("twins", "next"))
