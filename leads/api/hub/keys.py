"""The workspace's keys, for those who administer it by one; and its members."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from leads.api.hub.view import HubView, renamed
from leads.api.schema import described
from leads.api.view import Reply
from leads.changes.people import issue_key, revoke_key
from leads.queries.workspace import keys_in, members_in
from leads.voices.hub import settings as voice
from leads.voices.hub.catalogue import MEMBER, show_member
from leads.voices.hub.kinds import several, thing

_KEYS: Final = thing("Keys", {"data": several(voice.KEY)})
_MEMBERS: Final = thing("Members", {"data": several(MEMBER)})
_ADMIN: Final = {**HubView.scopes, "GET": "admin", "HEAD": "admin", "POST": "admin", "DELETE": "admin"}


class KeysView(HubView):
    """`/api/hub/keys`"""

    scopes = _ADMIN

    @described("list_keys", "The workspace's keys, newest first.", answers={200: _KEYS}, tag="Keys")
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.read(Reply({"data": [voice.show_key(key) for key in keys_in(self.workspace)]}))

    @described(
        "issue_key",
        "A new key; its text is told this once.",
        answers={201: voice.NEW_KEY},
        body=voice.KEY_SENT,
        about="Its dialects and scopes may go beyond those of the key that asks.",
        tag="Keys",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            wanted = voice.read_key(body.object())
            with renamed(lambda field: "is_test" if field == "test" else field):
                key, fresh = issue_key(self.workspace, self.actor, **wanted)
            return Reply({**voice.show_key(key), "text": fresh.text}, 201)

        return self.write(work)


class KeyView(HubView):
    """`/api/hub/keys/{key_id}`"""

    scopes = _ADMIN

    @described(
        "revoke_key",
        "Revoke a key, for good.",
        answers={200: voice.REVOKED_KEY},
        about="An older key that it replaced and that would still work is revoked with it.",
        tag="Keys",
    )
    def delete(self, request: HttpRequest, key_id: str) -> HttpResponse:
        def work() -> Reply:
            self.require_no_test_key()
            key, older = revoke_key(self.workspace, self.actor, key_id)
            return Reply({**voice.show_key(key), "also_revoked": [one.public_id for one in older]})

        return self.write(work)


class MembersView(HubView):
    """`/api/hub/members`"""

    @described("list_members", "Who may be given leads.", answers={200: _MEMBERS}, tag="Reference")
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.read(Reply({"data": [show_member(member) for member in members_in(self.workspace)]}))
