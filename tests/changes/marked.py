"""A lead with something of its own in every text of every table about it, and a dump of everything."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import CharField, JSONField, TextField

from checklists.models import Item
from checklists.specs import ItemSpec
from leadhub.web.models import IdempotencyRecord, RequestProblem, RequestRecord
from leadhub.web.sealing import Unsealable, seal, unseal
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import WorkspaceEntry
from leads.change import (
    AnswerChange,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    TagChange,
)
from leads.changes import apply_change, mark_not_duplicate
from leads.changes.actions import plan_action
from leads.changes.correspondence import receive_message
from leads.changes.documents import Upload, add_documents, keep_files
from leads.changes.one_offs import add_one_off_item
from leads.models import BulkRow, ImportBatch, ImportRow, Job, Lead, SavedView, UploadLink
from leads.queries.jobs import EXPORT
from leads.queries.person import TABLES
from tests.make import SYSTEM, ask_for, make_lead, make_member
from tests.outbox.make import make_endpoint

PDF = b"%PDF-1.7\n"
# Words of ours that follow from rules, and ids; none of them is the person's.
OURS = {
    "absorbed",
    "actor_kind",
    "channel",
    "checklist_groups",
    "currency",
    "door",
    "field_sources",
    "key_hash",
    "lease_owner",
    "phone_e164",
    "state",
    "storage_key",
}
# Somebody else's, or everybody's; searched for whoever is named there.
SEARCHED = (ImportRow, Job, SavedView, ImportBatch, WorkspaceEntry)
# Nor do these name a lead, in rows that are about none.
THEIRS = {"kind", "file_hash", "actor_name", "request_id", "result"}
# What staff say of their own work, and what machines keep for themselves: no words about a lead come here.
NOBODYS = {
    apps.get_model(label)
    for label in (
        "admin.LogEntry auth.Group auth.Permission contenttypes.ContentType sessions.Session "
        "checklists.Group workspaces.User workspaces.Workspace workspaces.Membership workspaces.ApiKey "
        "workspaces.SignIn "
        "leads.CallOutcome leads.Disposition leads.Tag leads.MessageTemplate leads.ImportMapping "
        "leads.KeptView leads.WebhookEndpoint leads.Instance leads.Suppression"
    ).split()
}


class Marks:
    """Each mark is used once; `where` says for what."""

    def __init__(self, stem):
        self.stem = stem
        self.where = {}

    def new(self, where):
        mark = f"{self.stem}{len(self.where):03}"
        self.where[mark] = where
        return mark

    def left_in(self, text):
        return {mark: where for mark, where in self.where.items() if mark in text}

    def missing_in(self, text):
        return {mark: where for mark, where in self.where.items() if mark not in text}


def make_marked_lead(workspace, marks, email="zoe.marked@x.org", phone="6782319992"):
    """A lead with at least one row in each table, every text of which is a mark."""
    item = _item(workspace)
    lead = make_lead(
        workspace,
        first_name="Zoe",
        last_name="Markedly",
        email=email,
        phone=phone,
        address={"city": "Town"},
        profile={"income": 1},
        tags=TagChange(names=("VIP",)),
        contact_points=(ContactPointChange("email", f"second.{email}"),),
    )
    _work_on(workspace, lead, item)
    _give_files(workspace, lead, item, marks)
    _import(workspace, lead)
    BulkRow.objects.create(workspace=workspace, job=_job(workspace), lead_id=lead.pk)
    for table in TABLES:
        rows = list(table.find(workspace, [lead.pk]))
        assert rows, f"the lead has no {table.name}"
        for row in rows:
            _mark(row, marks)
    _remember_at_the_doors(workspace, lead, marks, email)
    LogEntry.objects.create(
        user=make_member(workspace),
        content_type=ContentType.objects.get_for_model(Lead),
        object_id=str(lead.pk),
        object_repr=marks.new("admin.object_repr"),
        action_flag=CHANGE,
        change_message=marks.new("admin.change_message"),
    )
    return Lead.objects.get(pk=lead.pk)


def _item(workspace):
    """What is asked of every lead of the workspace; made before the first of them."""
    known = Item.objects.filter(workspace=workspace, only_for=None).first()
    if known is not None:
        return known
    make_endpoint(workspace)
    return ask_for(workspace, "asked")


def _work_on(workspace, lead, item):
    one = ById(lead.pk)
    add_one_off_item(workspace, SYSTEM, one, ItemSpec(code="", label="Own", field_type="TEXT"))
    for words in (
        {"answers": (AnswerChange(item.code, {"value": "x"}),)},
        {"call": CallLog("no_answer", note="Rang out.")},
        {"consent": (ConsentWish("email", opted_in=False),)},
        {"disposition": DispositionWish(stage="contacted"), "metadata": {"utm": "x"}},
    ):
        apply_change(workspace, SYSTEM, one, LeadChange(**words))
    plan_action(workspace, SYSTEM, one, kind="TASK", at=now() + timedelta(days=1), summary="Do")
    receive_message(workspace, SYSTEM, one, channel="EMAIL", body="Hi", subject="Hi")
    mark_not_duplicate(workspace, SYSTEM, lead.pk, make_lead(workspace).pk)


def _give_files(workspace, lead, item, marks):
    content = PDF + marks.new("a stored file").encode()
    kept = keep_files(workspace, [Upload(ContentFile(content), "a.pdf", len(content), uuid4().hex)])
    add_documents(workspace, SYSTEM, ById(lead.pk), kept)
    UploadLink.objects.create(workspace=workspace, lead=lead, item=item, digest=uuid4().hex, expires_at=now())


def _job(workspace):
    return Job.objects.create(workspace=workspace, kind="bulk_change", state="done")


def _import(workspace, lead):
    batch = ImportBatch.objects.create(workspace=workspace, name="March.csv", state="finished")
    ImportRow.objects.create(workspace=workspace, batch=batch, line=2, result="refused", lead_id=lead.pk)


def _mark(row, marks, before=""):
    """Straight into the table, past the rules: what is there must go, however it came there."""
    columns = {}
    for column in row._meta.concrete_fields:
        name = f"{row._meta.label}.{column.name}"
        if column.name in OURS or (before and column.name in THEIRS) or column.choices or column.primary_key:
            continue
        if isinstance(column, JSONField):
            old = getattr(row, column.attname)
            columns[column.attname] = {
                **(old if isinstance(old, dict) else {}),
                f"{before}{marks.new(f'{name} key')}": ["deep", {"in": before + marks.new(name)}],
            }
        elif isinstance(column, TextField) or (isinstance(column, CharField) and column.max_length >= 10):
            columns[column.attname] = before + marks.new(name)
    type(row)._default_manager.filter(pk=row.pk).update(**columns)


def _remember_at_the_doors(workspace, lead, marks, email):
    def sealed(where):
        return seal(json.dumps({"text": marks.new(where)}).encode())

    known = {"workspace_id": workspace.pk, "lead_id": lead.pk}
    record = RequestRecord.objects.create(
        **known,
        request_id="r",
        door="hub",
        method="PATCH",
        path=f"/leads?name={marks.new('a query string')}",
        status=200,
        duration_ms=1,
        body=sealed("the body of a request"),
    )
    RequestProblem.objects.create(
        **known,
        record=record,
        field="email",
        code="invalid_email",
        message=marks.new("a problem"),
        value=sealed("a refused value"),
    )
    IdempotencyRecord.objects.create(
        **known,
        scope="s",
        key=uuid4().hex,
        fingerprint="f",
        status=200,
        headers={"X": marks.new("a kept header")},
        body=sealed("a kept answer"),
        expires_at=now(),
    )


def refuse_request(workspace, marks, email):
    """A request that came to no lead, and names the person by the address."""
    RequestRecord.objects.create(
        workspace_id=workspace.pk,
        request_id="refused",
        door="hub",
        method="POST",
        path="/leads",
        status=400,
        duration_ms=1,
        body=seal(json.dumps({"email": email.upper(), "x": marks.new("a refused request")}).encode()),
    )


def mention_everywhere(workspace, marks, email):
    """The person in every text of every table where somebody else's words may name one."""
    user, batch = make_member(workspace), ImportBatch.objects.create(workspace=workspace, name="x.csv")
    for model in SEARCHED:
        owners = {"user": user, "batch": batch, "line": 7, "state": "due"}
        names = {column.name for column in model._meta.concrete_fields}
        given = {"workspace": workspace, **{name: owners[name] for name in owners.keys() & names}}
        row = model(**{name: value for name, value in given.items() if name != "state" or model is Job})
        row.save(force_insert=True)
        _mark(row, marks, before=f"{email.upper()} ")


def keep_lists(workspace, marks):
    """A file of each kind that holds rows of many: an upload nobody has begun to import, and an export."""
    for state in ("ready", "failed"):
        key = default_storage.save("kept", ContentFile(marks.new("an upload").encode()))
        ImportBatch.objects.create(workspace=workspace, name="x.csv", state=state, storage_key=key)
    key = default_storage.save("kept", ContentFile(marks.new("an export").encode()))
    Job.objects.create(workspace=workspace, kind=EXPORT, state="done", output={"file": key})


def dump_everything():
    """Every table of the database, whether a model knows it or not, sealed bytes opened; and all files."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            texts += [_as_text(cell) for row in cursor.fetchall() for cell in row]
    files = [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]
    return "\n".join([*texts, *(file.read_bytes().decode("latin-1") for file in files)])


def _as_text(cell):
    if isinstance(cell, bytes | memoryview):
        try:
            return unseal(cell).decode("utf-8", "replace")
        except (Unsealable, IndexError):
            return bytes(cell).decode("latin-1")
    return json.dumps(cell, ensure_ascii=False, default=str)


def models_about_leads():
    """Every model that points at a lead, by a key or by an id."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.name == "lead_id" or (column.is_relation and column.related_model is Lead):
                yield model
                break
