"""A stage that asks for checklist items: every door refuses alike, and names what is open."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.urls import reverse

from leadhub.web.models import RequestProblem
from leadhub.workspaces.ids import lead_ref
from leads.change import AnswerChange, ById, DispositionWish, LeadChange
from leads.changes import apply_change
from leads.changes.catalogue import save_disposition
from leads.models import Disposition, ImportRow, Lead
from tests.imports.rows import bring
from tests.make import SYSTEM, make_answerable, make_key, make_lead, make_member

pytestmark = pytest.mark.django_db

CODE = "items_open"


@dataclass(frozen=True)
class Way:
    """One way of saying that a lead is won. `strict`: its rules bind it whatever the workspace says."""

    door: str
    method: str
    path: str
    body: dict
    strict: bool = False
    header: str = "authorization"


WAYS = [
    Way("octanist", "PATCH", "/api/leads", {"id": "{ref}", "status": "won"}, header="x-api-key"),
    Way("pollybot", "PUT", "/api/v1/leads/{ref}", {"status": "converted"}),
    Way("leadping", "POST", "/dispositions", {"leadId": "{uuid}", "outcome": "won", "category": "Converted"}),
    Way("hub", "POST", "/api/hub/leads/{uuid}/dispositions", {"stage": "won"}, strict=True),
    Way("hub", "PATCH", "/api/hub/leads/{uuid}", {"disposition": {"outcome": "won"}}, strict=True),
]


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def workspace(request):
    """The very default of the stage asks for `tax_id`, so that a bare status word meets the rule too."""
    found = make_answerable()
    found.strict_stages = request.param
    found.save()
    won = Disposition.objects.get(workspace=found, outcome="won")
    save_disposition(found, SYSTEM, {"required_items": ["tax_id"]}, won.pk)
    return found


def stage_of(lead):
    return type(lead).objects.select_related("disposition").get(pk=lead.pk).disposition.stage


def answer(workspace, lead):
    change = LeadChange(answers=(AnswerChange("tax_id", {"value": "12-3456789"}),))
    apply_change(workspace, SYSTEM, ById(lead.pk), change)


def send(client, workspace, way, lead):
    _key, text = make_key(workspace, way.door)
    ids = {"uuid": str(lead.pk), "ref": lead_ref(lead.pk)}
    body = json.dumps(way.body).replace("{uuid}", ids["uuid"]).replace("{ref}", ids["ref"])
    headers = {way.header: text if way.header == "x-api-key" else f"Bearer {text}"}
    return client.generic(way.method, way.path.format(**ids), body, "application/json", headers=headers)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.door}-{way.method}")
def test_every_dialect_refuses_with_the_same_code_and_names_the_items(client, workspace, way):
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    refused = send(client, workspace, way, lead)
    if not (way.strict or workspace.strict_stages):
        assert (refused.status_code, stage_of(lead)) == (200, "won"), refused.content
        return
    assert 400 <= refused.status_code < 500, refused.content
    problem = RequestProblem.objects.get(record__request_id=refused["X-Request-Id"])
    assert problem.code == CODE
    assert "tax_id" in refused.content.decode()
    assert stage_of(lead) == "new"
    answer(workspace, lead)
    assert send(client, workspace, way, lead).status_code == 200
    assert stage_of(lead) == "won"


def test_staff_are_told_which_item_is_open(client, workspace):
    lead = make_lead(workspace, first_name="Ana")
    client.force_login(make_member(workspace, role="manager"))
    for page in ("lead_status", "work_dispose"):
        refused = client.post(reverse(f"admin:{page}", args=[lead.pk]), {"outcome": "won"})
        assert (refused.status_code, "Tax ID" in refused.content.decode()) == (422, True), page
    assert stage_of(lead) == "new"
    answer(workspace, lead)
    client.post(reverse("admin:lead_status", args=[lead.pk]), {"outcome": "won"})
    assert stage_of(lead) == "won"


def test_an_import_refuses_the_row(workspace):
    wish = DispositionWish(outcome="won", strict=True)
    batch = bring(
        workspace,
        {"first_name": "Ana", "disposition": wish},
        {"first_name": "Bo", "disposition": wish, "answers": (AnswerChange("tax_id", {"value": "1"}),)},
    )
    # Of a row that is taken, the lead itself is the record.
    refused = ImportRow.objects.get(batch=batch)
    assert [problem["code"] for problem in refused.problems] == [CODE]
    assert "tax_id" in str(refused.problems)
    (taken,) = Lead.objects.filter(workspace=workspace)
    assert (taken.first_name, stage_of(taken)) == ("Bo", "won")
