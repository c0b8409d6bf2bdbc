"""Messages: drafted by a machine, reported back by whoever sends them, and received from a lead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from leads.api.hub.plans import OneActionView
from leads.api.schema import described
from leads.api.view import Reply
from leads.change import ById
from leads.changes.approval import edit_message
from leads.changes.correspondence import receive_message, report_message
from leads.changes.messages import write_message
from leads.queries.find import newest_reached
from leads.voices.hub import plans as voice
from leads.voices.hub.story import ACTION


class LeadMessagesView(OneActionView):
    """`/api/hub/leads/{lead_id}/messages`"""

    @described(
        "write_lead_message",
        "Write to a lead; a member approves it before it leaves.",
        answers={201: ACTION},
        body=voice.MESSAGE_SENT,
        about="Once it is approved, an email goes out from here; of all others the webhook event "
        "`message.approved` tells whoever sends them, who then reports back.",
        tag="Messages",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.do(voice.read_message, write_message, ById(lead_id), status=201)


class MessageView(OneActionView):
    """`/api/hub/messages/{action_id}`"""

    @described(
        "edit_message",
        "Other words for a message that was not sent yet.",
        answers={200: ACTION},
        body=voice.EDIT_SENT,
        about="It must be approved anew.",
        tag="Messages",
    )
    def patch(self, request: HttpRequest, action_id: str) -> HttpResponse:
        return self.do(voice.read_edit, edit_message, action_id)


class ReportView(OneActionView):
    """`/api/hub/messages/{action_id}/report`"""

    @described(
        "report_message",
        "How a message fared with whoever sent it.",
        answers={200: ACTION},
        body=voice.REPORT_SENT,
        about="Said again, or late, it changes nothing.",
        tag="Messages",
    )
    def post(self, request: HttpRequest, action_id: str) -> HttpResponse:
        return self.do(voice.read_report, report_message, action_id)


class LeadReceivedView(OneActionView):
    """`/api/hub/leads/{lead_id}/messages/received`"""

    @described(
        "receive_lead_message",
        "What a lead wrote.",
        answers={201: ACTION},
        body=voice.RECEIVED_SENT,
        about="A text message of nothing but STOP is an opt-out.",
        tag="Messages",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.do(voice.read_received, receive_message, ById(lead_id), status=201)


class ReceivedView(OneActionView):
    """`/api/hub/messages/received`"""

    @described(
        "receive_message",
        "What somebody wrote, of whom only the number or address is known.",
        answers={201: ACTION},
        body=voice.RECEIVED_FROM_SENT,
        refusals=(404,),
        about="It is put with the lead that has this number or address; with the newest, if several do. An "
        "opt-out counts for all of them.",
        tag="Messages",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = voice.read_received(body.object(), "from")
            lead = newest_reached(self.workspace, sent.pop("from"), tests=self.actor.tests)
            return self.told(receive_message(self.workspace, self.actor, ById(lead.pk), **sent), 201)

        return self.write(work)
