"""What is planned for a lead follows what happens to it: the next step, agreed callbacks, and what is called
off because it is no use any more or must not be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from leads.changes.draft import OPEN, Draft
from leads.models import Action, ActionKind, ActionStatus, Channel, Lead, Stage
from leads.models.outbox import Leased

PLANNED: Final = (
    ActionKind.CALL,
    ActionKind.EMAIL,
    ActionKind.SMS,
    ActionKind.TASK,
    ActionKind.FOLLOW_UP_MESSAGE,
)
# What a person does; a message that goes out by itself is nobody's next step.
BY_HAND: Final = frozenset(PLANNED) - {ActionKind.FOLLOW_UP_MESSAGE}
MESSAGES: Final = frozenset({ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE})
# Where the entries tell of actions, and which of their columns a change may move.
ACTIONS: Final = "/actions/"
MOVED: Final = (
    "status state scheduled_at agreed_zone due_at attempt lease_owner lease_until"
    " completed_at outcome output error assignee"
).split()

# Who planned an action, as its `input` says: the retry ladder, a disposition, or the lead's own field.
LADDER, DISPOSITION, FIELD = "retry_ladder", "disposition", "next_action_at"
# A lead that stands here is worked no further; nobody tries to reach one that is won either.
CLOSED: Final = frozenset({Stage.LOST, Stage.INVALID, Stage.DUPLICATE})
DECIDED: Final = CLOSED | {Stage.WON}

OPT_OUTS: Final[Mapping[Channel, str]] = {
    Channel.ALL: "opted_out_at",
    Channel.CALL: "call_opted_out_at",
    Channel.EMAIL: "email_opted_out_at",
    Channel.SMS: "sms_opted_out_at",
}
REASONS: Final = {
    Stage.WON: gettext_lazy("The lead is won."),
    Stage.LOST: gettext_lazy("The lead is lost."),
    Stage.INVALID: gettext_lazy("The lead is invalid."),
    Stage.DUPLICATE: gettext_lazy("The lead is a duplicate."),
    "archived": gettext_lazy("The lead was archived."),
    "deleted": gettext_lazy("The lead was deleted."),
    "opted_out": gettext_lazy("The person opted out of this channel."),
    "replaced": gettext_lazy("Another time was agreed."),
}
# What was agreed longer ago than this is history, as an import brings it.
_AGREED_OF_LATE: Final = timedelta(days=1)


def new_action(draft: Draft, kind: str, summary: str) -> Action:
    """An action by whoever writes, not yet stored."""
    return Action(
        workspace=draft.state.workspace,
        lead=draft.lead,
        kind=kind,
        summary=summary,
        assignee_id=draft.lead.assignee_id or draft.actor.user_id,
        agreed_zone=draft.lead.time_zone,
        actor_kind=draft.actor.kind,
        actor_name=draft.actor.name[:200],
        user_id=draft.actor.user_id,
        api_key_id=draft.actor.api_key_id,
        door=draft.actor.door,
        created_at=draft.moment,
        scheduled_at=draft.moment,
    )


def plan(draft: Draft, kind: str, summary: str, at: datetime, by: str) -> Action:
    action = new_action(draft, kind, summary)
    action.scheduled_at = at
    action.input = {"planned_by": by}
    draft.actions.append(action)
    return action


def planned_by(action: Action) -> str:
    return str(action.input.get("planned_by", "")) if isinstance(action.input, dict) else ""


def channel_of(action: Action) -> Channel | None:
    """The channel an action uses, if any. Whatever is written and is no email counts as a text message."""
    if action.kind in MESSAGES:
        written = action.input.get("channel") if isinstance(action.input, dict) else None
        return Channel.EMAIL if str(written).upper() == "EMAIL" else Channel.SMS
    return {
        ActionKind.CALL: Channel.CALL,
        ActionKind.EMAIL: Channel.EMAIL,
        ActionKind.SMS: Channel.SMS,
    }.get(ActionKind(action.kind))


def is_opted_out(lead: Lead, channel: Channel | None) -> bool:
    if channel is None:
        return False
    return lead.opted_out_at is not None or getattr(lead, OPT_OUTS[channel]) is not None


def is_called_off_with(action: Action, moment: datetime) -> bool:
    """Whether it is no use once its lead is closed: what goes out by itself, what a machine drafted, and
    what is to leave later. What is leaving right now was meant for the lead as it stands."""
    waits = action.status == ActionStatus.AWAITING_APPROVAL
    return action.kind == ActionKind.FOLLOW_UP_MESSAGE or (
        action.kind == ActionKind.MESSAGE
        and ((waits and action.actor_kind != "user") or action.scheduled_at > moment)
    )


def is_held(action: Action, moment: datetime) -> bool:
    """Whether a worker has it at hand: it is being sent, or is about to be looked at once more."""
    return action.lease_until is not None and action.lease_until > moment


def settle_next_action(draft: Draft) -> None:
    """The lead's next step is the earliest thing that a person is to do. Nothing else ever sets it."""
    rows = {action.pk: action for action in draft.open_actions}
    rows |= {key: action for key, (action, _stands) in draft.actions_moved.items()}
    steps = [
        action.scheduled_at
        for action in [*rows.values(), *draft.actions]
        if action.status == ActionStatus.PENDING and action.kind in BY_HAND
    ]
    draft.set_column("next_action_at", min(steps, default=None))


def cancel(draft: Draft, action: Action, code: str, reason: str = "") -> None:
    """Call an action off, and say why, on itself and in the entry."""
    move(draft, action, ActionStatus.CANCELLED, Leased.State.IDLE)
    action.outcome, action.error = code, reason or str(REASONS[code])


def move(draft: Draft, action: Action, status: str, state: str, at: datetime | None = None) -> None:
    before, due = str(action.status), action.scheduled_at
    draft.move_action(action, status, state, at)
    draft.tell(f"{ACTIONS}{action.pk}/status", before, str(status))
    draft.tell(f"{ACTIONS}{action.pk}/scheduled_at", due, action.scheduled_at)


def follow_up(draft: Draft, columns: Mapping[str, object]) -> None:
    """What a change means for what is planned, besides what is called off whenever a change is stored."""
    _plan_agreed(draft)
    if FIELD in columns:
        at = columns[FIELD]
        assert at is None or isinstance(at, datetime)
        _plan_next_step(draft, at)
    call_off(draft)  # before it is asked whether anything differs, and for those who store many at once


def _plan_agreed(draft: Draft) -> None:
    """What was agreed together with a disposition: it takes the place of what an earlier one agreed."""
    row = draft.disposition_change
    if row is None:
        return
    agreed = (
        (ActionKind.CALL, row.callback_at, gettext_noop("Call back")),
        (ActionKind.TASK, row.task_due_at, row.notes[:255].split("\n")[0] or gettext_noop("Follow up")),
        (ActionKind.TASK, row.appointment_start_at, gettext_noop("Appointment")),
    )
    known = {(action.kind, action.scheduled_at) for action in draft.actions}
    wanted = [
        (kind, at, summary)
        for kind, at, summary in agreed
        if at is not None and at > draft.moment - _AGREED_OF_LATE and (kind, at) not in known
    ]
    if wanted:
        _replace(draft, DISPOSITION, {(kind, at) for kind, at, _summary in wanted})
    there = {(action.kind, action.scheduled_at) for action in draft.open_actions if action.status in OPEN}
    for kind, at, summary in wanted:
        if (kind, at) not in there:
            plan(draft, kind, summary, at, DISPOSITION)


def _plan_next_step(draft: Draft, at: datetime | None) -> None:
    """Somebody else's system knows when the next step is due, and not what it is."""
    if at == draft.lead.next_action_at:
        return
    _replace(draft, FIELD, {(ActionKind.TASK, at)})
    if at is not None:
        plan(draft, ActionKind.TASK, gettext_noop("Follow up"), at, FIELD)


def _replace(draft: Draft, by: str, wanted: set[tuple[ActionKind, datetime | None]]) -> None:
    kinds = {kind for kind, _at in wanted}
    for action in draft.open_actions:
        mine = planned_by(action) == by and action.kind in kinds and action.status in OPEN
        if mine and (action.kind, action.scheduled_at) not in wanted:
            cancel(draft, action, "replaced")


def call_off(draft: Draft) -> None:
    """Cancel what this change makes useless or forbids. An agreed callback stays, unless calls are over."""
    reasons = _reasons(draft)
    if not reasons:
        return

    def reason_against(action: Action) -> str:
        open_still = action.status in OPEN and not is_held(action, draft.moment)
        against = (code for code, concerns in reasons if concerns(action))
        return next(against, "") if open_still else ""

    draft.actions = [action for action in draft.actions if not reason_against(action)]
    for action in draft.open_actions:
        code = reason_against(action)
        if code:
            cancel(draft, action, code)


# Why something is called off, and what it concerns.
_Reason = tuple[str, Callable[[Action], bool]]


def _reasons(draft: Draft) -> list[_Reason]:
    """Only what happens in this change counts: what is planned for a lead that is lost already stays."""
    lead, columns, stage = draft.lead, draft.columns, draft.state.stage
    out = [channel for channel, column in OPT_OUTS.items() if column in columns and getattr(lead, column)]

    def is_no_use(action: Action) -> bool:
        return is_called_off_with(action, draft.moment) or is_ladder(action)

    found: list[_Reason] = []
    if out:
        every = Channel.ALL in out
        found.append(("opted_out", lambda action: _uses(action, out, every=every)))
    if "disposition_id" in columns and stage in CLOSED:
        found.append((stage, is_no_use))
    if "disposition_id" in columns and stage == Stage.WON:
        found.append((stage, is_ladder))
    for column, code in (("archived_at", "archived"), ("deleted_at", "deleted")):
        if column in columns and getattr(lead, column):
            found.append((code, is_no_use))
    return found


def _uses(action: Action, channels: list[Channel], *, every: bool) -> bool:
    channel = channel_of(action)
    return channel is not None and (every or channel in channels)


def is_ladder(action: Action) -> bool:
    return planned_by(action) == LADDER


def refusal_words(channel: Channel) -> str:
    """The sentence for who would use a channel that the person opted out of."""
    words = {
        Channel.CALL: _("This person opted out of calls. Record an opt-in first."),
        Channel.EMAIL: _("This person opted out of email. Record an opt-in first."),
        Channel.SMS: _("This person opted out of text messages. Record an opt-in first."),
    }
    return words[channel]
