"""What a merge keeps of both leads: phones and emails, tags, answers, the stricter consent, what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklists.models import Item
from leadhub.workspaces.ids import new_id
from leads.changes.answering import find_item, put_answer
from leads.changes.answering import words as answer_words
from leads.changes.comparing import LOSER, WINNER, MergeRow
from leads.changes.consent import COLUMNS
from leads.changes.contacts import find_contact_point, put_contact_point
from leads.changes.contacts import words as point_words
from leads.changes.draft import PATH_OF, Draft
from leads.changes.merged import EXTREMES, own_points
from leads.changes.paths import parts_of, put_back
from leads.changes.tagging import add_tag
from leads.models import Answer, Channel, ConsentEvent, Lead
from leads.models.answer import AnswerStatus, answer_id
from leads.state import LeadState
from leads.timeline import MISSING, escape, plain
from leads.validation.answers import AnswerVerdict

_ANSWERED = ("value", "status", "problem", "actor_kind", "actor_name", "door", "answered_at")


def copy_items(draft: Draft, loser: LeadState) -> None:
    """Items made for the loser alone are made for the winner too, where it has none of that code."""
    workspace = draft.state.workspace
    for row in Item.objects.filter(workspace=workspace, only_for=loser.lead.pk, archived_at=None):
        mine = Item.objects.filter(workspace=workspace, only_for=draft.lead.pk, code__iexact=row.code).first()
        path = f"/items/{escape(row.code)}"
        if mine is None:
            row.pk, row.only_for = new_id(), draft.lead.pk
            row.save(force_insert=True)
            draft.tell(path, MISSING, row.label)
        elif mine.archived_at is not None:
            put_back(draft, path, mine.label)
        draft.recounts = True
    # What was read of the checklist before is not what it is now.
    draft.state.__dict__.pop("definitions", None)


def copy_answers(draft: Draft, loser: LeadState, wanted: Mapping[str, object]) -> None:
    """Into the winner's own rows, with who answered and when. A label of the winner's own stays."""
    for path, value in wanted.items():
        code = parts_of(path)[1][0]
        item, theirs = find_item(draft.state, code), find_item(loser, code)
        assert item is not None and theirs is not None, "both were found when they were compared"
        if value is MISSING:
            # Whoever picks nothing over an answer opens the item again.
            put_answer(draft, AnswerVerdict(item, {"value": None, "status": AnswerStatus.TODO}))
            continue
        stored = draft.state.answers.get(item.id)
        row = stored or Answer(
            id=answer_id(draft.lead.pk, item.id),
            workspace=draft.state.workspace,
            lead=draft.lead,
            item_id=item.id,
            created_at=draft.moment,
        )
        before = answer_words(row) if stored else MISSING
        source = loser.answers[theirs.id]
        for name in _ANSWERED:
            setattr(row, name, getattr(source, name))
        row.override = row.override or source.override
        row.updated_at = draft.moment
        draft.answers[item.id] = draft.state.answers[item.id] = row
        draft.tell(path, before, answer_words(row))


def keep_points(draft: Draft, loser: LeadState, own: Mapping[str, Mapping[str, object]]) -> None:
    """Every phone and email of both leads; `own` are the winner's as they were before."""
    theirs = {f"{row.kind}:{row.key}": point_words(row) for row in loser.contact_points}
    first = own_points(draft.lead)
    for points in (own, own_points(loser.lead), theirs):
        for name, point in points.items():
            if name not in first:
                _keep_point(draft, name, point)


def _keep_point(draft: Draft, name: str, point: Mapping[str, Any]) -> None:
    """One that is there already keeps its label; that it does not work is true whoever found out."""
    kind, _colon, key = name.partition(":")
    row = find_contact_point(draft, kind, key)
    if row is None:
        put_contact_point(draft, kind, key, **point)
    else:
        bad = row.is_bad or point["is_bad"]
        put_contact_point(draft, kind, key, row.value, row.label or point["label"], is_bad=bad)


def unite_tags(draft: Draft, loser: LeadState) -> None:
    for key, tag in loser.tags.items():
        if key not in draft.state.tags:
            add_tag(draft, tag)
    if draft.tags_added:
        draft.events.append("lead.tags_changed")


def tighten_consent(draft: Draft, loser: Lead) -> list[MergeRow]:
    """Whoever opted out of a channel on either lead has opted out of it, since the earlier time."""
    rows = []
    for channel, column in COLUMNS.items():
        ours, theirs = getattr(draft.lead, column), getattr(loser, column)
        if ours == theirs:
            continue
        since = min(moment for moment in (ours, theirs) if moment is not None)
        taken = WINNER if since == ours else LOSER
        rows.append(MergeRow(PATH_OF[column], plain(ours), plain(theirs), taken, pickable=False))
        if ours is None:
            draft.consents.append(_opt_out(draft, channel, loser))
            draft.events.append("lead.opted_out")
        draft.set_column(column, since)
    # When somebody agreed, and for which number, is one fact, so it is taken from one lead.
    if draft.lead.sms_opted_in_at is None and not draft.lead.sms_consent_phone:
        draft.set_column("sms_opted_in_at", loser.sms_opted_in_at)
        draft.set_column("sms_consent_phone", loser.sms_consent_phone)
    if draft.lead.sms_help_requested_at is None:
        draft.set_column("sms_help_requested_at", loser.sms_help_requested_at)
    return rows


def _opt_out(draft: Draft, channel: Channel, loser: Lead) -> ConsentEvent:
    return ConsentEvent(
        workspace=draft.state.workspace,
        lead=draft.lead,
        channel=channel,
        opted_in=False,
        address=loser.email if channel == Channel.EMAIL else loser.phone,
        source="merge",
        actor_kind=draft.actor.kind,
        actor_name=draft.actor.name[:200],
        created_at=draft.moment,
    )


def add_up(draft: Draft, loser: Lead) -> None:
    """What was done about either lead was done about this person."""
    draft.set_column("attempts", draft.lead.attempts + loser.attempts)
    for column, further in EXTREMES.items():
        known = [moment for moment in (getattr(draft.lead, column), getattr(loser, column)) if moment]
        if known:
            draft.set_column(column, further(known))
