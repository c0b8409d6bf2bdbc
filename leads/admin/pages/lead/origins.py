"""Why a value is what it is: who set it, when, through which door, what it replaced; and what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.naming import UNTOLD, consent_name
from leads.admin.pages.lead.opening import open_lead
from leads.admin.pages.lead.steps import show_sheet
from leads.admin.pages.lead.story import know_people
from leads.admin.pages.lead.timeline import speaker_of
from leads.admin.telling import Speaker, who_words
from leads.changes.paths import FOLLOWS, parts_of
from leads.models import Channel, ConsentEvent, Entry, Lead
from leads.queries.documents import uploaded_by
from leads.queries.log import Source, consents_of, tagged_by, why

_EVERY_CHANNEL: Final = f"/consent/{Channel.ALL}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who gave a field its value, and what it replaced. `said` is what a consent rests on."""

    path: str
    name: str
    value: str
    replaced: str
    entry: Entry | None
    who: str
    said: str = ""

    @property
    def since(self) -> datetime | None:
        return self.entry.created_at if self.entry else None


def why_page(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Where every value comes from, or one of them; and what was refused."""
    lead = open_lead(desk, lead_id)
    wanted = request.GET.get("path", "")
    found = why(desk.workspace, lead)
    sources = _about(found.fields, wanted) or _elsewhere(desk, lead, wanted)
    speaker = speaker_of(desk, lead)
    know_people(speaker, [source.entry for source in sources.values() if source.entry])
    consents = _consents(desk, lead, wanted)
    told = {one.entry.pk for one in consents if one.entry}
    origins = consents + [
        _origin(path, source, speaker)
        for path, source in sources.items()
        if not (path.startswith("/consent/") and source.entry and source.entry.pk in told)
    ]
    context = {
        "title": _("Where this comes from"),
        "lead": lead,
        "desk": desk,
        "origins": _in_order(origins, wanted),
        "wanted": wanted,
        "name": _name(wanted, speaker),
        "refused": [] if wanted else found.refused,
        "sheet": "leads/sheets/_why.html",
    }
    return show_sheet(request, context)


def _about(fields: Mapping[str, Source], wanted: str) -> dict[str, Source]:
    """The sources of a value, of what is within it and of what goes with it; without one, of them all."""
    if not wanted:
        return {path: source for path, source in fields.items() if path not in UNTOLD}
    found = {path: source for path, source in fields.items() if _is_about(path, wanted)}
    # A value that came as a part of something has no source of its own; one that was set anew hides that.
    above = [path for path in fields if path == wanted or wanted.startswith(f"{path}/")]
    newest = max(above, key=lambda path: (_moment(fields[path]), len(path)), default="")
    return {newest: fields[newest], **{p: s for p, s in found.items() if p not in above}} if newest else found


def _is_about(path: str, wanted: str) -> bool:
    if path in UNTOLD:
        return path == wanted
    is_channel = wanted.startswith("/consent/") and path == _EVERY_CHANNEL
    return is_channel or path.startswith(f"{wanted}/") or FOLLOWS.get(path) == wanted


def _moment(source: Source) -> float:
    return source.entry.created_at.timestamp() if source.entry else 0


def _elsewhere(desk: Desk, lead: Lead, wanted: str) -> dict[str, Source]:
    """A tag that was renamed since stands in the timeline by its former name; a document, with the lead that
    it came for."""
    head, rest = parts_of(wanted)
    find = {"tags": tagged_by, "documents": uploaded_by}.get(head)
    found = find(desk.workspace, lead, rest[0]) if find and rest else None
    return {wanted: Source(found[1], None, found[0], was_missing=True)} if found else {}


def _in_order(origins: Iterable[Origin], wanted: str) -> list[Origin]:
    """By name; of a single value what holds now comes first."""
    if not wanted:
        return sorted(origins, key=lambda one: one.name)
    return sorted(origins, key=lambda one: one.since.timestamp() if one.since else 0, reverse=True)


def _name(wanted: str, speaker: Speaker) -> str:
    head, rest = parts_of(wanted)
    if head == "consent" and rest and rest[0] in Channel.values:
        return consent_name(rest[0])
    return speaker.name(wanted) if wanted else ""


def _origin(path: str, source: Source, speaker: Speaker) -> Origin:
    replaced = "" if source.was_missing else speaker.value(path, source.old)
    who = who_words(source.entry) if source.entry else ""
    return Origin(path, speaker.name(path), speaker.value(path, source.new), replaced, source.entry, who)


# Consent


def _consents(desk: Desk, lead: Lead, wanted: str) -> list[Origin]:
    """What was said about a channel, which need not have moved a field; without one, of each the last."""
    if wanted and not wanted.startswith("/consent/"):
        return []
    events = consents_of(desk.workspace, lead)
    if wanted:
        channels = {wanted.removeprefix("/consent/"), str(Channel.ALL)}
        return [_said(event) for event in events if event.channel in channels]
    newest = {event.channel: event for event in reversed(events)}
    return [_said(event) for event in newest.values()]


def _said(event: ConsentEvent) -> Origin:
    who = who_words(event.entry) if event.entry else event.actor_name
    value = _("opted in") if event.opted_in else _("opted out")
    quoted = _("“%s”") % event.text_shown if event.text_shown else ""
    # Where nobody said where it was given, the door stands there.
    source = "" if event.entry and event.source == event.entry.door else capfirst(event.source)
    said = " · ".join(part for part in (source, quoted) if part)
    path = f"/consent/{event.channel}"
    return Origin(path, consent_name(event.channel), value, "", event.entry, who, said)
