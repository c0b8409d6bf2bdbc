"""Every write of every dialect, once: to say of all of them what must hold for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from checklists.specs import ItemSpec
from leadhub.workspaces.ids import lead_ref
from leads.change import Archive, ById, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.actions import plan_action
from leads.changes.catalogue import save_call_outcome
from leads.changes.endpoints import create_endpoint
from leads.changes.message_templates import save_template
from leads.changes.messages import add_draft
from leads.changes.one_offs import add_one_off_item
from leads.changes.upload_links import make_upload_link
from leads.imports.starting import start
from leads.models import Action, Document, ImportBatch, Tag
from tests.make import SYSTEM, make_answerable, make_key, make_lead
from tests.outbox.make import make_delivery

SCOPES = ("read", "write", "delete", "admin")
HEADERS = {"omniai": "x-api-key", "octanist": "X-API-KEY"}


@dataclass(frozen=True)
class Write:
    """One operation of a document by its id; `{uuid}` and the like stand for what `Scene` has made."""

    operation: str
    dialect: str
    method: str
    path: str
    body: Any = None
    scopes: tuple[str, ...] = SCOPES
    files: dict[str, bytes] = field(default_factory=dict)
    part: str = "files"

    def __str__(self):
        return f"{self.dialect}-{self.operation}-{self.method}"


class Scene:
    """A workspace in which each of the writes would do something."""

    def __init__(self):
        self.workspace = make_answerable()
        self.names = {"chatbot": f"ws_{self.workspace.pk.hex}"}
        self.lead = self._make_leads()
        self._make_papers()
        self._make_steps()
        self._make_settings()
        self._make_imports()

    def _change(self, lead, **words):
        return apply_change(self.workspace, SYSTEM, ById(lead.pk), LeadChange(**words))

    def _make_leads(self):
        one, two = (
            make_lead(self.workspace, first_name=name, email=f"{name}@x.org") for name in ("ana", "bo")
        )
        archived = make_lead(self.workspace, first_name="cy")
        for lead, tag in ((one, "Hot"), (two, "Cold")):
            self._change(lead, tags=TagChange(names=(tag,)), disposition=DispositionWish(stage="contacted"))
        changed = self._change(one, fields={"source": "list"})
        self._change(archived, archive=Archive())
        one.refresh_from_db()
        self.names |= {
            "uuid": str(one.pk),
            "ref": lead_ref(one.pk),
            "other": str(two.pk),
            "archived": str(archived.pk),
            "tag": str(Tag.objects.get(workspace=self.workspace, normalized="hot").pk),
            "entry": str(changed.entry.pk),
            "step": str(one.disposition_change_id),
        }
        return one

    def _make_papers(self):
        one = ById(self.lead.pk)
        own = ItemSpec(code="OWN", label="Own", field_type="TEXT")
        item = add_one_off_item(self.workspace, SYSTEM, one, own)
        asked = ItemSpec(code="PAPER", label="Paper", field_type="FILE")
        add_one_off_item(self.workspace, SYSTEM, one, asked)
        request = make_upload_link(self.workspace, SYSTEM, one, item="PAPER")
        paper = Document.objects.create(
            workspace=self.workspace, lead=self.lead, storage_key="x", filename="a.pdf", size=1
        )
        self.names |= {"item": str(item.pk), "request": str(request.link.pk), "document": str(paper.pk)}

    def _make_steps(self):
        one = ById(self.lead.pk)
        planned = plan_action(
            self.workspace, SYSTEM, one, kind="TASK", at="2099-01-01T00:00:00Z", summary="Do it."
        )
        draft = add_draft(self.workspace, SYSTEM, one, channel="SMS", body="Hello.")
        sent = add_draft(self.workspace, SYSTEM, one, channel="SMS", body="Hello again.")
        Action.objects.filter(pk=sent.pk).update(status="PENDING", state="done")
        self.names |= {"action": str(planned.pk), "draft": str(draft.pk), "sent": str(sent.pk)}

    def _make_settings(self):
        endpoint, _secret = create_endpoint(
            self.workspace, SYSTEM, {"name": "x", "url": "https://x.example/", "events": ["lead.created"]}
        )
        delivery = make_delivery(endpoint, self.lead.pk, state="dead")
        save_template(self.workspace, SYSTEM, {"name": "hi", "channel": "SMS", "body": "Hi."})
        save_call_outcome(self.workspace, SYSTEM, {"slug": "gone", "label": "Gone"})
        other_key, _text = make_key(self.workspace, "hub")
        self.names |= {
            "webhook": str(endpoint.pk),
            "delivery": str(delivery.pk),
            "key": other_key.public_id,
        }

    def _make_imports(self):
        running = ImportBatch.objects.create(workspace=self.workspace, name="running.csv")
        start(running)
        finished = ImportBatch.objects.create(workspace=self.workspace, name="over.csv", state="finished")
        self.names |= {"running": str(running.pk), "finished": str(finished.pk)}

    def filled(self, value):
        if isinstance(value, str):
            return value.format(**self.names) if "{" in value else value
        if isinstance(value, dict):
            return {name: self.filled(inner) for name, inner in value.items()}
        return [self.filled(inner) for inner in value] if isinstance(value, list) else value

    def headers(self, write):
        _key, text = make_key(self.workspace, write.dialect, scopes=write.scopes)
        name = HEADERS.get(write.dialect)
        return {name: text} if name else {"Authorization": f"Bearer {text}"}

    def send(self, client, write, headers):
        path, body = self.filled(write.path), self.filled(write.body)
        if write.files:
            files = {name: SimpleUploadedFile(name, content) for name, content in write.files.items()}
            return client.post(path, {**body, write.part: list(files.values())}, headers=headers)
        if body is None:
            return client.generic(write.method, path, headers=headers)
        options = {"content_type": "application/json", "headers": headers}
        return getattr(client, write.method.lower())(path, body, **options)


_LEAD = {"firstName": "Di", "lastName": "Do", "email": "di@x.org"}
_DI = {"name": "Di", "email": "di@x.org"}
_SOURCE = ("create",)
_HUB = "/api/hub/leads/{uuid}"

WRITES = [
    Write("createLead", "omniai", "POST", "/api/v1/leads", _LEAD),
    Write("updateLead", "omniai", "PUT", "/api/v1/leads", {"leadId": "{uuid}", "lastName": "X"}),
    Write(
        "createLeadChecklistItem",
        "omniai",
        "POST",
        "/api/v1/leads/{uuid}/checklist-items",
        {"label": "It", "fieldType": "TEXT"},
    ),
    Write(
        "createActivity",
        "omniai",
        "POST",
        "/api/v1/activity",
        {"leadId": "{uuid}", "eventType": "x", "title": "y"},
    ),
    Write(
        "uploadDocuments",
        "omniai",
        "POST",
        "/api/v1/documents",
        {"leadId": "{uuid}"},
        files={"a.pdf": b"%PDF-1.7\n%%EOF\n"},
    ),
    Write("createLead", "octanist", "POST", "/api/leads", {"name": "Di Do", "email": "di@x.org"}),
    Write("updateLead", "octanist", "PATCH", "/api/leads", {"id": "{ref}", "note": "Hi."}),
    Write("createLead", "pollybot", "POST", "/api/v1/leads", _DI),
    Write("updateLead", "pollybot", "PUT", "/api/v1/leads/{ref}", {"name": "Di"}),
    Write("deleteLead", "pollybot", "DELETE", "/api/v1/leads/{ref}"),
    Write(
        "createChatbotLead",
        "pollybot",
        "POST",
        "/api/v1/chatbots/{chatbot}/leads",
        {"name": "Di", "email": "di@x.org"},
    ),
    Write("updateChatbotLead", "pollybot", "PUT", "/api/v1/chatbots/{chatbot}/leads/{ref}", {"name": "Di"}),
    Write("deleteChatbotLead", "pollybot", "DELETE", "/api/v1/chatbots/{chatbot}/leads/{ref}"),
    Write("Leads_CreateExternal", "leadping", "POST", "/leads", {"contact": {"email": "di@x.org"}}, _SOURCE),
    Write("Leads_CreateIntake", "leadping", "POST", "/leads/intake", {"email": "di@x.org"}, _SOURCE),
    Write("Leads_Update", "leadping", "PUT", "/leads/{uuid}", {"contact": {"firstName": "Di"}}),
    Write("Leads_Delete", "leadping", "DELETE", "/leads/{uuid}"),
    Write("Leads_Archive", "leadping", "POST", "/leads/{uuid}/archive", {"archiveReason": 1}),
    Write("Leads_Unarchive", "leadping", "POST", "/leads/{archived}/unarchive"),
    Write("Leads_AddTags", "leadping", "POST", "/leads/{uuid}/tags", {"tagNames": ["Cold"]}),
    Write("Leads_ReplaceTags", "leadping", "PUT", "/leads/{uuid}/tags", {"tagNames": ["Cold"]}),
    Write("Leads_RemoveTag", "leadping", "DELETE", "/leads/{uuid}/tags/{tag}"),
    Write("Dispositions_Set", "leadping", "POST", "/dispositions", {"leadId": "{uuid}", "outcome": "won"}),
    Write("Dispositions_Update", "leadping", "PUT", "/dispositions/{step}", {"notes": "Hi."}),
    Write("Dispositions_Delete", "leadping", "DELETE", "/dispositions/{step}"),
    Write("Tags_Create", "leadping", "POST", "/tags", {"name": "New"}),
    Write("Tags_Update", "leadping", "PUT", "/tags/{tag}", {"name": "New"}),
    Write("Tags_Archive", "leadping", "DELETE", "/tags/{tag}"),
    Write("create_lead", "hub", "POST", "/api/hub/leads", {"name": "Di Do", "tags": ["New"]}),
    Write("change_leads", "hub", "PATCH", "/api/hub/leads", {"items": [{"id": "{uuid}", "source": "x"}]}),
    Write("change_lead", "hub", "PATCH", _HUB, {"source": "x"}),
    Write("delete_lead", "hub", "DELETE", _HUB),
    Write("archive_lead", "hub", "POST", f"{_HUB}/archive", {}),
    Write("restore_lead", "hub", "POST", "/api/hub/leads/{archived}/restore"),
    Write("merge_leads", "hub", "POST", f"{_HUB}/merge", {"loser": "{other}"}),
    Write("undo_entry", "hub", "POST", _HUB + "/timeline/{entry}/undo"),
    Write("add_lead_tags", "hub", "POST", f"{_HUB}/tags", {"tags": ["New"]}),
    Write("replace_lead_tags", "hub", "PUT", f"{_HUB}/tags", {"tags": ["New"]}),
    Write("remove_lead_tag", "hub", "DELETE", f"{_HUB}/tags/hot"),
    Write("dispose_lead", "hub", "POST", f"{_HUB}/dispositions", {"stage": "won"}),
    Write("answer_lead", "hub", "PATCH", f"{_HUB}/answers", {"tax_id": {"value": "1"}}),
    Write("add_lead_item", "hub", "POST", f"{_HUB}/items", {"label": "It", "field_type": "TEXT"}),
    Write("archive_lead_item", "hub", "DELETE", _HUB + "/items/{item}"),
    Write(
        "upload_lead_documents",
        "hub",
        "POST",
        f"{_HUB}/documents",
        {"item": "PAPER"},
        files={"a.pdf": b"%PDF-1.7\n%%EOF\n"},
    ),
    Write("remove_document", "hub", "DELETE", "/api/hub/documents/{document}"),
    Write("request_document", "hub", "POST", f"{_HUB}/document-requests", {"item": "PAPER"}),
    Write("withdraw_document_request", "hub", "DELETE", _HUB + "/document-requests/{request}"),
    Write("add_lead_note", "hub", "POST", f"{_HUB}/notes", {"note": "Hi."}),
    Write("log_lead_call", "hub", "POST", f"{_HUB}/calls", {"outcome": "busy"}),
    Write("replace_checklist", "hub", "PUT", "/api/hub/checklist", {"groups": []}),
    Write(
        "plan_action",
        "hub",
        "POST",
        f"{_HUB}/actions",
        {"kind": "TASK", "at": "2099-01-01T00:00:00Z", "summary": "x"},
    ),
    Write("change_action", "hub", "PATCH", "/api/hub/actions/{action}", {"at": "2098-01-01T00:00:00Z"}),
    Write("complete_action", "hub", "POST", "/api/hub/actions/{action}/complete", {}),
    Write("cancel_action", "hub", "POST", "/api/hub/actions/{action}/cancel", {"reason": "x"}),
    Write("write_lead_message", "hub", "POST", f"{_HUB}/messages", {"channel": "EMAIL", "body": "Hi."}),
    Write("edit_message", "hub", "PATCH", "/api/hub/messages/{draft}", {"body": "Hi."}),
    Write("report_message", "hub", "POST", "/api/hub/messages/{sent}/report", {"status": "sent"}),
    Write(
        "receive_lead_message", "hub", "POST", f"{_HUB}/messages/received", {"channel": "SMS", "body": "Hi"}
    ),
    Write(
        "receive_message",
        "hub",
        "POST",
        "/api/hub/messages/received",
        {"from": "ana@x.org", "channel": "EMAIL", "body": "Hi"},
    ),
    Write("replay_delivery", "hub", "POST", "/api/hub/deliveries/{delivery}/replay"),
    Write("replay_failed_deliveries", "hub", "POST", "/api/hub/webhooks/{webhook}/replay"),
    Write("send_test_delivery", "hub", "POST", "/api/hub/webhooks/{webhook}/test"),
    Write(
        "create_template", "hub", "POST", "/api/hub/templates", {"name": "x", "channel": "SMS", "body": "Hi."}
    ),
    Write("change_template", "hub", "PATCH", "/api/hub/templates/hi", {"body": "Hello."}),
    Write("archive_template", "hub", "DELETE", "/api/hub/templates/hi"),
    Write(
        "create_import",
        "hub",
        "POST",
        "/api/hub/imports",
        {"source": "fair"},
        files={"a.csv": b"Name\nDi\n"},
        part="file",
    ),
    Write("create_export", "hub", "POST", "/api/hub/exports", {"format": "jsonl"}),
    Write("cancel_import", "hub", "POST", "/api/hub/imports/{running}/cancel"),
    Write("undo_import", "hub", "POST", "/api/hub/imports/{finished}/undo", {"dry_run": True}),
    Write("create_tag", "hub", "POST", "/api/hub/tags", {"name": "New"}),
    Write("change_tag", "hub", "PATCH", "/api/hub/tags/hot", {"colour": "red"}),
    Write("archive_tag", "hub", "DELETE", "/api/hub/tags/hot"),
    Write(
        "create_disposition",
        "hub",
        "POST",
        "/api/hub/dispositions",
        {"outcome": "x", "label": "X", "stage": "won"},
    ),
    Write("change_disposition", "hub", "PATCH", "/api/hub/dispositions/sold", {"label": "X"}),
    Write("archive_disposition", "hub", "DELETE", "/api/hub/dispositions/sold"),
    Write("create_call_outcome", "hub", "POST", "/api/hub/call-outcomes", {"outcome": "x", "label": "X"}),
    Write("change_call_outcome", "hub", "PATCH", "/api/hub/call-outcomes/gone", {"label": "X"}),
    Write("archive_call_outcome", "hub", "DELETE", "/api/hub/call-outcomes/gone"),
    Write("issue_key", "hub", "POST", "/api/hub/keys", {"name": "x", "dialects": ["hub"]}),
    Write("revoke_key", "hub", "DELETE", "/api/hub/keys/{key}"),
    Write(
        "create_webhook",
        "hub",
        "POST",
        "/api/hub/webhooks",
        {"name": "x", "url": "https://x.example/", "events": ["lead.created"]},
    ),
    Write("change_webhook", "hub", "PATCH", "/api/hub/webhooks/{webhook}", {"state": "paused"}),
    Write("delete_webhook", "hub", "DELETE", "/api/hub/webhooks/{webhook}"),
    Write("rotate_webhook_secret", "hub", "POST", "/api/hub/webhooks/{webhook}/secret"),
]
# POSTs that only look something up.
READS = {("octanist", "check"), ("octanist", "getStats"), ("leadping", "Leads_GetAllForCurrentUser")}
