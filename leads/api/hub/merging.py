"""Two leads that are one person: looked at, merged, taken apart again; and undo of any change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.api.hub.conditions import require_match
from leads.api.hub.view import IF_MATCH, HubView, lead_reply, renamed
from leads.api.schema import described
from leads.api.view import Reply
from leads.change import ById
from leads.changes import merge_leads, undo_entry, undo_merge
from leads.changes.merged import MERGED
from leads.errors import NotFound
from leads.models import Lead
from leads.queries.find import find_lead
from leads.queries.log import find_entry
from leads.state import LeadState
from leads.voices.hub import merging as voice


class _TwoLeadsView(HubView):
    def found(self, lead_id: str) -> Lead:
        """The lead that is meant, which must be as the caller knows it."""
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        require_match(self.request.headers.get("If-Match"), LeadState(self.workspace, lead))
        return lead


class PreviewView(_TwoLeadsView):
    """`/api/hub/leads/{lead_id}/merge/{other_id}`"""

    @described(
        "preview_merge",
        "What would become of two leads, if the first took in the second.",
        answers={200: voice.PREVIEW},
        refusals=(409,),
        about="Every path where they differ, and whose value would be taken. With picks, dry-run the merge.",
        tag="Merging",
    )
    def get(self, request: HttpRequest, lead_id: str, other_id: str) -> HttpResponse:
        lead = self.found(lead_id)
        merged = merge_leads(self.workspace, self.actor, lead.pk, other_id, dry_run=True)
        return self.read(Reply(voice.show_rows(merged), lead_id=lead.pk))


class MergeView(_TwoLeadsView):
    """`/api/hub/leads/{lead_id}/merge`"""

    @described(
        "merge_leads",
        "Let a lead take in another one.",
        answers={200: voice.MERGED},
        body=voice.MERGE_SENT,
        parameters=[IF_MATCH],
        refusals=(412,),
        about="The other one's id leads to this lead from then on. Further phones and emails, tags, "
        "documents and the story of both are kept; the stricter consent wins. It can be undone.",
        tag="Merging",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            wish = voice.read_merge(body.object())
            winner = self.found(lead_id)
            seen = {winner.pk: winner.version} if "If-Match" in self.request.headers else {}
            loser_id = parse_id(wish.loser)
            if loser_id is not None and wish.loser_version is not None:
                seen[loser_id] = wish.loser_version
            with renamed("picks.{}".format):
                merged = merge_leads(
                    self.workspace, self.actor, winner.pk, wish.loser, wish.picks, seen_versions=seen
                )
            reply, entry = lead_reply(merged.outcome), merged.outcome.entry
            shown = {"lead": reply.body, "entry_id": str(entry.pk) if entry else None}
            reply.body = {**shown, **voice.show_rows(merged)}
            return reply

        return self.write(work)


class UndoView(_TwoLeadsView):
    """`/api/hub/leads/{lead_id}/timeline/{entry_id}/undo`"""

    @described(
        "undo_entry",
        "Take back what an entry did, or a merge.",
        answers={200: voice.UNDONE},
        parameters=[IF_MATCH],
        refusals=(412,),
        about="What was changed since stays, and is listed with the reason. The undo is an entry of its own.",
        tag="Merging",
    )
    def post(self, request: HttpRequest, lead_id: str, entry_id: str) -> HttpResponse:
        def work() -> Reply:
            self.no_body()
            lead = self.found(lead_id)
            known = parse_id(entry_id)
            entry = find_entry(self.workspace, lead, known) if known else None
            if entry is None:
                raise NotFound(_("The lead has no entry with this id."))
            if entry.kind == MERGED and entry.lead_id == lead.pk:
                undo = undo_merge(self.workspace, self.actor, entry.pk)
            else:
                undo = undo_entry(self.workspace, self.actor, ById(lead.pk), entry.pk)
            reply = lead_reply(undo.outcome)
            reply.body = {"lead": reply.body, **voice.show_undone(undo)}
            return reply

        return self.write(work)
