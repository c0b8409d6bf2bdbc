"""Names, ways to reach, address, profile, details and metadata: edited by sections, nobody's change lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.web.json import Unreadable, read_object
from leads.admin.desk import Desk
from leads.admin.pages.lead.cells import SECTIONS, Cell, Section, offered
from leads.admin.pages.lead.seen import THEIRS, Clash, Since, asked_in, picks_of
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import Done, Refusal, sheet
from leads.admin.telling import Speaker, who_words
from leads.change import ById, LeadChange, Read
from leads.changes import apply_change
from leads.changes.paths import parts_of, replaced
from leads.errors import Invalid, Problem
from leads.models import Entry, Lead
from leads.state import LeadState
from leads.timeline import MISSING, diff_objects, unescape


@dataclass(frozen=True, slots=True)
class Conflict:
    """A clash in the words of people, for a field of a form."""

    name: str
    label: str
    who: str
    entry: Entry
    theirs: str
    mine: str
    seen: int


@dataclass(slots=True)
class Input:
    """A field of a section with what stands in it."""

    cell: Cell
    label: str
    text: str
    problem: str = ""
    conflict: Conflict | None = None
    # Where a person goes on: what is asked or wrong, else the first.
    is_next: bool = False


def _context(
    desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict, section: str
) -> dict[str, Any]:
    wanted = _section(section)
    typed = refusal.typed if refusal else {}
    since = Since.of(sight.state, typed)
    inputs = [_input(sight, cell, since, refusal, typed) for cell in wanted.cells]
    open_ones = (one for one in inputs if one.conflict or one.problem)
    next(open_ones, inputs[0]).is_next = True
    offers = [(cell.offers, offered(cell.offers)) for cell in wanted.cells if cell.offers]
    return {"title": wanted.title, "section": wanted, "inputs": inputs, "offers": offers}


def _section(slug: str) -> Section:
    wanted = SECTIONS.get(slug)
    if wanted is None:
        raise Http404
    return wanted


def _input(
    sight: Sight, cell: Cell, since: Since, refusal: Refusal | None, typed: Mapping[str, str]
) -> Input:
    """What was touched stays as it was typed; what was not shows what stands there by now, and so does what
    was given up for theirs, which would else come back with the next try."""
    text, problem, conflict = cell.text(since.now(cell.path)), "", None
    if refusal is not None:
        mine = _typed(typed, cell.name)
        is_mine = since.picks.get(cell.name) != THEIRS
        if is_mine and mine is not None and mine != cell.text(since.before(cell.path)):
            text = mine
        problem = refusal.by_field.get(cell.problem, "")
        clash = refusal.clashes.get(cell.name)
        conflict = conflict_of(sight.speaker, clash) if clash else None
    return Input(cell, sight.speaker.short_name(cell.path), text, problem, conflict)


def conflict_of(speaker: Speaker, clash: Clash) -> Conflict:
    return Conflict(
        clash.name,
        speaker.name(clash.path),
        who_words(clash.entry),
        clash.entry,
        speaker.value(clash.path, clash.theirs),
        speaker.value(clash.path, clash.mine),
        clash.seen,
    )


@sheet("leads/sheets/_section.html", "", "facts", "reach", context=_context)
def section(desk: Desk, lead: Lead, form: QueryDict, section: str) -> Done:
    wanted = _section(section)
    outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), _read_section(wanted, form))
    text = _("%s changed.") % wanted.title if outcome.changed else _("Nothing changed.")
    return Done(text, outcome.entry)


def _read_section(wanted: Section, form: QueryDict) -> Read:
    """Only what was typed anew is a change; the rest was merely on the screen."""

    def read(state: LeadState) -> LeadChange:
        since = Since.of(state, form)
        parts: dict[str, dict[str, object]] = {"fields": {}, "address": {}, "profile": {}}
        for cell in wanted.cells:
            mine = _typed(form, cell.name)
            if mine is None or mine == cell.text(since.before(cell.path)):
                continue
            if not since.overtakes(cell.name, cell.path, mine, lambda value, cell=cell: cell.text(value)):  # type: ignore[misc]
                parts[cell.part][cell.name] = cell.value(mine)
        since.settle()
        return LeadChange(fields=parts["fields"], address=parts["address"], profile=parts["profile"])

    return read


def _typed(form: Mapping[str, str], name: str) -> str | None:
    return form[name].replace("\r\n", "\n").strip() if name in form else None


# Metadata


def _metadata_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    stored = json.dumps(sight.lead.metadata, ensure_ascii=False, indent=2, sort_keys=True)
    text = refusal.typed.get("metadata", stored) if refusal else stored
    conflicts = [conflict_of(sight.speaker, clash) for clash in refusal.clashes.values()] if refusal else []
    if refusal and conflicts:
        # What others wrote since belongs into what is sent next; what both wrote is asked about.
        text = json.dumps(_merged(sight.state, refusal.typed), ensure_ascii=False, indent=2, sort_keys=True)
    if refusal is None or conflicts:
        return {"text": text, "conflicts": conflicts, "problem": "", "version": sight.lead.version}
    # A text that is refused goes on being that of the version it was made from; nothing was merged into it.
    kept: dict[str, object] = {"version": refusal.typed.get("version", ""), "picks": picks_of(refusal.typed)}
    kept["asked"] = asked_in(refusal.typed)
    return {"text": text, "conflicts": [], "problem": refusal.sentences[0], **kept}


def _merged(state: LeadState, form: Mapping[str, str]) -> dict[str, object]:
    since = Since.of(state, form)
    tree: dict[str, object] = state.lead.metadata
    for path, (_old, new) in _own_differences(since, _read_json(form)).items():
        if since.picks.get(path) != THEIRS:
            tree = replaced(tree, parts_of(path)[1], new)
    return tree


@sheet("leads/sheets/_metadata.html", gettext_lazy("Metadata"), "facts", context=_metadata_context)
def metadata(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    wanted = _read_json(form)

    def read(state: LeadState) -> LeadChange:
        since = Since.of(state, form)
        patch: dict[str, object] = {}
        for path, (_old, new) in _own_differences(since, wanted).items():
            if not since.overtakes(path, path, None if new is MISSING else new):
                _put(patch, path, new, since.now(path))
        since.settle()
        return LeadChange(metadata=patch)

    outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), read)
    return Done(_("Metadata changed.") if outcome.changed else _("Nothing changed."), outcome.entry)


def _own_differences(since: Since, wanted: dict[str, Any]) -> dict[str, tuple[object, object]]:
    return diff_objects(since.tree_before("metadata"), wanted, "/metadata")


def _read_json(form: Mapping[str, str]) -> dict[str, Any]:
    text = form.get("metadata", "").strip() or "{}"
    try:
        return read_object(text.encode("utf-8", "surrogatepass"), duplicates_refused=True)
    except Unreadable as error:
        raise Invalid([Problem("metadata", error.code, error.message)]) from None


def _put(patch: dict[str, object], path: str, value: object, now: object) -> None:
    """Into a patch, where null takes away; an object is emptied key by key."""
    *keys, last = [unescape(part) for part in path.split("/")[2:]]
    for key in keys:
        inner = patch.setdefault(key, {})
        assert isinstance(inner, dict)
        patch = inner
    if value == {} and isinstance(now, Mapping):
        value = dict.fromkeys(now)
    patch[last] = None if value is MISSING else value
