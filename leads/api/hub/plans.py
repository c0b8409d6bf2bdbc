"""What is to be done about a lead: planned, put off, handed over, done, called off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.api.hub.view import HubView
from leads.api.schema import described
from leads.api.view import Reply
from leads.change import ById
from leads.changes.actions import (
    cancel_action,
    complete_action,
    find_action,
    plan_action,
    reassign_action,
    reschedule_action,
)
from leads.errors import Invalid, Problem
from leads.models import Action
from leads.queries.find import find_lead
from leads.queries.plans import open_actions, with_messages
from leads.voices.hub import plans as voice
from leads.voices.hub.story import ACTION, show_action


class OneActionView(HubView):
    def told(self, action: Action, status: int = 200) -> Reply:
        [line] = with_messages(self.workspace, [action])
        return Reply(show_action(action, line.messages), status, action.lead_id)

    def do(
        self,
        read: Callable[[dict[str, Any]], dict[str, Any]],
        step: Callable[..., Action],
        *which: object,
        status: int = 200,
    ) -> HttpResponse:
        """One step by what was sent; the answer is the action that comes of it."""
        body = self.body
        return self.write(
            lambda: self.told(step(self.workspace, self.actor, *which, **read(body.object())), status)
        )


class LeadActionsView(OneActionView):
    """`/api/hub/leads/{lead_id}/actions`"""

    @described(
        "list_lead_actions",
        "What is still to be done about a lead, soonest first.",
        answers={200: voice.ACTIONS},
        tag="Actions",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        lines = open_actions(self.workspace, lead)
        shown = [show_action(line.action, line.messages) for line in lines if line.action]
        return self.read(Reply({"data": shown}, lead_id=lead.pk))

    @described(
        "plan_action",
        "Put a call, a message by hand or a task on a lead.",
        answers={201: ACTION},
        body=voice.PLAN_SENT,
        about="The earliest one becomes the lead's next step. A message that goes out by itself is written "
        "at `messages`.",
        tag="Actions",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.do(voice.read_plan, plan_action, ById(lead_id), status=201)


class ActionView(OneActionView):
    """`/api/hub/actions/{action_id}`"""

    @described("get_action", "One action with its messages.", answers={200: ACTION}, tag="Actions")
    def get(self, request: HttpRequest, action_id: str) -> HttpResponse:
        return self.read(self.told(find_action(self.workspace, self.actor, action_id)))

    @described(
        "change_action",
        "Put an action off, bring it forward, or hand it over.",
        answers={200: ACTION},
        body=voice.MOVE_SENT,
        tag="Actions",
    )
    def patch(self, request: HttpRequest, action_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = voice.read_move(body.object())
            action = find_action(self.workspace, self.actor, action_id)
            if "at" in sent:
                zone = sent.get("zone") or ""
                action = reschedule_action(self.workspace, self.actor, action.pk, at=sent["at"], zone=zone)
            if "assignee" in sent:
                user_id = _user_of(sent["assignee"])
                action = reassign_action(self.workspace, self.actor, action.pk, user_id=user_id)
            return self.told(action)

        return self.write(work)


class CompletionView(OneActionView):
    """`/api/hub/actions/{action_id}/complete`"""

    @described(
        "complete_action",
        "Say that it was done, and what came of it.",
        answers={200: ACTION},
        body=voice.DONE_SENT,
        about="What a call came to stands with the call that was made, which `output.call` names.",
        tag="Actions",
    )
    def post(self, request: HttpRequest, action_id: str) -> HttpResponse:
        return self.do(voice.read_completion, complete_action, action_id)


class CancellationView(OneActionView):
    """`/api/hub/actions/{action_id}/cancel`"""

    @described(
        "cancel_action",
        "Call it off, with a reason.",
        answers={200: ACTION},
        body=voice.REASON_SENT,
        tag="Actions",
    )
    def post(self, request: HttpRequest, action_id: str) -> HttpResponse:
        return self.do(voice.read_reason, cancel_action, action_id)


def _user_of(raw: object) -> UUID | None:
    known = parse_id(raw)
    if raw is not None and known is None:
        message = _("Nobody in this workspace has this id.")
        raise Invalid([Problem("assignee", "not_found", message, raw)])
    return known
