"""Documents of a lead, and the links by which the lead itself is asked for one."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadhub.web.bodies import allow_larger_body
from leadhub.web.uploads import LARGEST_UPLOAD, Received
from leadhub.workspaces.clock import now
from leads.api.files import link_to
from leads.api.hub.view import HubView
from leads.api.schema import described
from leads.api.uploads import receive_upload, write_upload
from leads.api.view import Reply
from leads.change import ById
from leads.changes.document_removal import remove_document
from leads.changes.documents import KeptFile, add_documents, discard_files, keep_files, uploads_of
from leads.changes.upload_links import make_upload_link, revoke_upload_link
from leads.errors import Invalid, Malformed, Problem
from leads.models import Document
from leads.queries.documents import documents_of, find_document, requests_of
from leads.queries.find import find_lead
from leads.voices.hub import papers as voice

_UPLOAD: Final = re.compile(r"/api/hub/leads/[^/]+/documents")

allow_larger_body(
    lambda request: request.method == "POST" and bool(_UPLOAD.fullmatch(request.path_info)), LARGEST_UPLOAD
)


class LeadDocumentsView(HubView):
    """`/api/hub/leads/{lead_id}/documents`"""

    @described(
        "list_lead_documents",
        "The documents of a lead, oldest first, each with a link to it.",
        answers={200: voice.DOCUMENTS},
        tag="Documents",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        self.only_parameters()
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        shown = voice.show_documents(documents_of(self.workspace, lead), self.link)
        return self.read(Reply(shown, lead_id=lead.pk))

    @described(
        "upload_lead_documents",
        "Upload documents for a lead.",
        answers={201: voice.DOCUMENTS},
        body={"multipart/form-data": voice.UPLOAD},
        about="1 to 10 files of up to 100 MiB, streamed. What a file is, is judged by its content. An item "
        "that they are sent for then needs review.",
        tag="Documents",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        received = receive_upload(self.request._request, "files", ("item",))

        def add(kept: list[KeptFile]) -> Reply:
            item = received.texts.get("item") or None
            added = add_documents(self.workspace, self.actor, ById(lead_id), kept, item=item)
            return Reply(voice.show_documents(added.documents, self.link), 201, added.entry.lead_id)

        return write_upload(self, received, lambda: self._keep(received, lead_id), add, discard_files)

    def _keep(self, received: Received, lead_id: str) -> list[KeptFile]:
        """Everything that can be refused without a lock, and then the bytes."""
        find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        if received.ignored:
            message = _("There is no such part.")
            raise Invalid(Problem(name, "unknown_field", message, name) for name in received.ignored)
        if not received.files:
            words = _("Send at least one file, as a part called files.")
            raise Malformed([Problem("files", "required", words)])
        return keep_files(self.workspace, uploads_of(received.files))

    def link(self, document: Document) -> str:
        return link_to(self.request._request, document)


class DocumentView(HubView):
    """`/api/hub/documents/{document_id}`"""

    @described(
        "get_document", "A document, with a fresh link to it.", answers={200: voice.DOCUMENT}, tag="Documents"
    )
    def get(self, request: HttpRequest, document_id: str) -> HttpResponse:
        self.only_parameters()
        document = find_document(self.workspace, document_id, tests=self.actor.tests)
        shown = voice.show_document(document, lambda one: link_to(self.request._request, one))
        return self.read(Reply(shown, lead_id=document.lead_id))

    @described(
        "remove_document",
        "Remove a document for good.",
        answers={204: "It is gone; an item whose last document it was is to be done again."},
        tag="Documents",
    )
    def delete(self, request: HttpRequest, document_id: str) -> HttpResponse:
        def work() -> Reply:
            document = find_document(self.workspace, document_id, tests=self.actor.tests)
            remove_document(self.workspace, self.actor, ById(document.lead_id), document.pk)
            return Reply(None, 204, document.lead_id)

        return self.write(work)


class RequestsView(HubView):
    """`/api/hub/leads/{lead_id}/document-requests`"""

    @described(
        "list_document_requests",
        "By which links a lead was asked for documents, newest first.",
        answers={200: voice.REQUESTS},
        tag="Documents",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        self.only_parameters()
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        rows = [voice.show_request(row, now()) for row in requests_of(self.workspace, lead)]
        return self.read(Reply({"data": rows}, lead_id=lead.pk))

    @described(
        "request_document",
        "Ask the lead for a document: a link to a page without a login.",
        answers={201: voice.NEW_REQUEST},
        body=voice.REQUEST_SENT,
        about="Whoever has the link can upload for this one item, and sees nothing of the lead. What is "
        "uploaded needs review, and `document.received` is told.",
        tag="Documents",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            wanted: Any = voice.read_request(body.object())
            made = make_upload_link(self.workspace, self.actor, ById(lead_id), **wanted)
            page = reverse("upload_page", args=[made.token])
            address = self.request._request.build_absolute_uri(page)
            return Reply({**voice.show_request(made.link, now()), "url": address}, 201, made.link.lead_id)

        return self.write(work)


class RequestView(HubView):
    """`/api/hub/leads/{lead_id}/document-requests/{link_id}`"""

    scopes = {**HubView.scopes, "DELETE": "write"}

    @described(
        "withdraw_document_request",
        "Withdraw a request; its link opens nothing any more.",
        answers={200: voice.REQUEST},
        tag="Documents",
    )
    def delete(self, request: HttpRequest, lead_id: str, link_id: str) -> HttpResponse:
        def work() -> Reply:
            link = revoke_upload_link(self.workspace, self.actor, ById(lead_id), link_id)
            return Reply(voice.show_request(link, now()), lead_id=link.lead_id)

        return self.write(work)
