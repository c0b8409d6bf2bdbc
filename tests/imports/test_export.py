"""What is exported comes back: export, import into an empty workspace, export, and it is the same bytes."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.management import call_command

from leads.change import (
    Actor,
    ActorKind,
    AnswerChange,
    Archive,
    ById,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    Override,
    TagChange,
)
from leads.changes import apply_change
from leads.changes.catalogue import save_disposition
from leads.imports.books import open_batch
from leads.imports.export import write_export
from leads.imports.options import Options
from leads.imports.report import counts_of, unstored_rows
from leads.imports.rows import open_rows
from leads.imports.running import run_import
from leads.imports.source import find_source
from leads.models import Lead
from tests.commands.run import output_of, refusal_of
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
OWNER = Actor(ActorKind.SYSTEM, "the tests", "command", may_override=True)
NASTY = [
    "=1+1",
    "'=1",
    "+1 415",
    "-",
    "@home",
    'say "hi", you; all',
    "two\nlines\r\nthree",
    "Ünï ✓ 漢",
    "_x0041_ &<>",
    "{no json",
    "[x",
]


def make_desk(workspace=None):
    workspace = workspace or make_workspace(region="US", currency="USD")
    for code, field_type, rules in (
        ("tax_id", "TEXT", {}),
        ("amount", "NUMBER", {}),
        ("agrees", "BOOLEAN", {}),
        ("since", "DATE", {}),
        ("home", "ADDRESS", {}),
        ("uses", "SELECT", {"options": ["a;b", "c", "[d"], "multiple": True}),
    ):
        ask_for(workspace, code, field_type, rules=rules, is_required=False)
    save_disposition(
        workspace, SYSTEM, {"outcome": "sold", "label": "Sold!", "stage": "won", "needs_reason": True}
    )
    return workspace


WHOLE = {
    "first_name": "Ana",
    "middle_name": "María",
    "last_name": "Ruiz",
    "business_name": "Ruiz Ltd",
    "email": "Ana@Example.org",
    "email_verified": True,
    "phone": "(415) 555-2671",
    "phone_type": "mobile",
    "phone_verified": True,
    "time_zone": "America/New_York",
    "source": "Fair",
    "external_id": "X-1",
    "website": "https://ruiz.example",
    "captured_at": "2026-01-02T03:04:05.678Z",
    "click_ids": {"gclid": "abc"},
    "ad_consents": {"ad_user_data": True},
    "value": "1250.50",
    "currency": "EUR",
    "enabled": False,
    "trusted_form_url": "https://cert.trustedform.com/abc",
}
BESIDE = {
    "address": {
        "line1": "1 Main St",
        "city": "Austin",
        "state": "TX",
        "country": "US",
        "latitude": "-30.25",
        "longitude": "97",
    },
    "profile": {"birth_date": "1984-05-17", "income": 0, "is_homeowner": False, "gender": "F"},
    "contact_points": (
        ContactPointChange("phone", "415 555 2672", "office", is_bad=True),
        ContactPointChange("email", "b@x.example"),
    ),
    "answers": (
        AnswerChange("tax_id", {"value": "12-3456789"}),
        AnswerChange("amount", {"value": 5}),
        AnswerChange("agrees", {"value": False}),
        AnswerChange("since", {"value": "2020-01-31"}),
        AnswerChange("home", {"value": {"street": "x", "city": None}}),
        AnswerChange("uses", {"value": ["a;b", "[d"]}),
    ),
    "disposition": DispositionWish(outcome="sold", reason="=good", words={"notes": "two\nlines"}),
}


def fill(workspace, owner):
    """Leads with everything that can be set, and texts that no format likes."""
    make_nasty(workspace)
    whole = make_lead(workspace, assignee=owner.pk, **WHOLE, **BESIDE)
    apply_change(workspace, OWNER, ById(whole.pk), LeadChange(override=Override(enabled=True, reason="paid")))
    make_lead(
        workspace,
        last_name="Out",
        phone="415 555 2673",
        consent=(ConsentWish("sms", False), ConsentWish("email", False)),
    )
    gone = make_lead(
        workspace,
        business_name="Archived",
        answers=(AnswerChange("tax_id", {"status": "NEEDS_REVIEW", "value": "?"}),),
    )
    apply_change(workspace, SYSTEM, ById(gone.pk), LeadChange(archive=Archive(3, "no use")))
    make_lead(workspace, first_name="Lost", disposition=DispositionWish(stage="lost"), loss_reason="price")
    make_lead(workspace, first_name="", phone="nonsense", assignee_type="AI_AGENT", currency="USD")


def make_nasty(workspace):
    for number, text in enumerate(NASTY):
        line = text.replace("\n", " ").replace("\r", " ")
        make_lead(
            workspace,
            first_name="A" + line,
            email=f"a{number}@x.example",
            note=text,
            custom=f"  {text}\t",
            metadata={text: text, "n": [1, 2.5, None, True, {"deep": text}], "five": "5"},
            tags=TagChange(names=(line, "VIP")),
        )


def exported(workspace, format):
    stream = io.BytesIO()
    count = write_export(workspace, {"archived": "all"}, format, stream)
    assert count == Lead.objects.filter(workspace=workspace).count()
    return stream.getvalue()


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_comes_back_as_the_same_bytes(tmp_path, format):
    first, second = make_desk(), make_desk()
    owner = make_member(first, "owner", email="owner@desk.example")
    make_member(second, "owner", email="owner@desk.example")
    fill(first, owner)
    before = exported(first, format)
    path = tmp_path / f"leads.{format}"
    path.write_bytes(before)
    opened = open_rows(find_source(path), second)
    batch = run_import(open_batch(opened, Options(match=())), opened, OWNER)
    assert counts_of(batch)["refused"] == 0, [row.problems for row in unstored_rows(batch, "refused")]
    assert batch.created == batch.read == Lead.objects.filter(workspace=first).count()
    after = exported(second, format)
    if format != "xlsx":
        assert after.decode().splitlines() == before.decode().splitlines()
    assert after == before


def test_an_export_takes_the_filters_of_the_list(tmp_path):
    workspace = make_desk()
    make_lead(
        workspace, first_name="Ana", source="Fair", metadata={"plan": "pro"}, tags=TagChange(names=("VIP",))
    )
    make_lead(workspace, first_name="Bo", source="Web")
    path = tmp_path / "leads.jsonl"
    told = output_of(
        "export_leads", workspace.slug, str(path), "--source", "Fair", "--where", "metadata.plan=pro"
    )
    assert (
        told.startswith("Leads in")
        and told.strip().endswith(": 1.")
        and '"first_name":"Ana"' in path.read_text()
    )
    assert path.stat().st_mode & 0o077 == 0
    assert refusal_of("export_leads", workspace.slug, str(path))[0] == 2
    assert refusal_of("export_leads", workspace.slug, str(tmp_path / "a.csv"), "--stage", "wno")[0] == 2
    assert refusal_of("export_leads", workspace.slug, str(tmp_path / "a.pdf"))[0] == 1


def test_an_export_goes_to_standard_output_with_its_ids(monkeypatch):
    workspace = make_desk()
    lead = make_lead(workspace, first_name="Ana")
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr("sys.stdout", out)
    call_command("export_leads", workspace.slug, "-", "--ids", "--format", "jsonl")
    assert f'"id":"{lead.pk}"' in out.buffer.getvalue().decode()


def test_an_export_that_breaks_off_leaves_no_half_of_it(tmp_path, monkeypatch):
    workspace = make_desk()
    make_lead(workspace, first_name="Ana", note="a note that no spreadsheet of this test holds")
    monkeypatch.setattr("leads.imports.sheets._LONGEST_CELL", 20)
    path = tmp_path / "leads.xlsx"
    code, lines = refusal_of("export_leads", workspace.slug, str(path))
    assert code == 1 and "export CSV" in lines[0] and not path.exists()


def test_no_cell_of_an_export_is_a_formula(tmp_path):
    workspace = make_desk()
    fill(workspace, make_member(workspace))
    for line in exported(workspace, "csv").decode("utf-8-sig").split("\r\n"):
        assert not line.startswith(("=", "+", "@"))
    with zipfile.ZipFile(io.BytesIO(exported(workspace, "xlsx"))) as book:
        assert b"<f" not in book.read("xl/worksheets/sheet1.xml")
