"""Search: by words in any order, by phone in any format, with the index and without it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from leads.change import ById, ContactPointChange, LeadChange
from leads.changes import apply_change
from leads.migrations._indexes import OwnIndexes
from leads.models import Lead
from leads.queries import search
from leads.queries.find import leads_in
from leads.queries.search import read_search, search_leads
from tests.leads.counting import queries_of, warm_up
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db


def found(workspace, text):
    rows = search_leads(leads_in(workspace), workspace, read_search(text, workspace.region))
    return {lead.first_name for lead in rows}


@pytest.fixture
def workspace():
    workspace = make_workspace()
    make_lead(
        workspace,
        first_name="Zoë",
        last_name="Müller-Lüdenscheidt",
        business_name="Kiln & Söhne, 100% handmade_goods",
        email="Zoe@Kiln.example",
        phone="(404) 555-0137",
        external_id="CRM-00451",
    )
    make_lead(
        workspace,
        first_name="Li",
        email="li@other.example",
        contact_points=(ContactPointChange("phone", "+49 30 901820"),),
    )
    make_lead(make_workspace(), first_name="Elsewhere", email="zoe@kiln.example")
    return workspace


@pytest.fixture(params=["with its index", "without it"])
def _index(request, monkeypatch):
    if request.param == "without it":
        monkeypatch.setattr(search, "_has_full_text", lambda database: False)


@pytest.mark.usefixtures("_index")
@pytest.mark.parametrize(
    "text",
    [
        "Zoë",
        "zoe",
        "ZOË MÜLLER",
        "ludenscheidt zoe",
        "kiln & söhne",
        "100%",
        "made_good",
        "zoe@kiln.example",
        "kiln.example",
        "crm-00451",
        "00451",
        "(404) 555-0137",
        "404 555 0137",
        "404.555.0137",
        "+1 404-555-0137",
        "4045550137",
        "555-0137",
        "zoe 555-0137",
        "zo",
        "z ü",
    ],
)
def test_a_lead_is_found_by(workspace, text):
    assert found(workspace, text) == {"Zoë"}


@pytest.mark.usefixtures("_index")
@pytest.mark.parametrize(
    "text, names",
    [
        ("030 901820", {"Li"}),
        ("+49 (0)30 901820", {"Li"}),
        ("0049 30 901820", {"Li"}),
        ("li", {"Li"}),
        ("", {"Zoë", "Li"}),
        ("   ", {"Zoë", "Li"}),
        ("example", {"Zoë", "Li"}),
        ("example o", {"Zoë", "Li"}),
        ("zoe li", set()),
        ("hand%goods", set()),
        ("handmade goods nowhere", set()),
        ('"zoe', set()),
        ("zoe*", set()),
        ("NEAR(zoe kiln)", set()),
        ("zoe OR li", set()),
        ("l d_g", set()),
        ("e_g", {"Zoë"}),
        ("% h", {"Zoë"}),
        ("elsewhere", set()),
        ("\\", set()),
        ("_", {"Zoë"}),
    ],
)
def test_words_mean_themselves(text, names):
    workspace = make_workspace(region="DE")
    make_lead(workspace, first_name="Zoë", business_name="100% handmade_goods", email="zoe@kiln.example")
    make_lead(
        workspace,
        first_name="Li",
        email="li@other.example",
        contact_points=(ContactPointChange("phone", "+49 30 901820"),),
    )
    assert found(workspace, text) == names


def test_what_changes_is_found_by_its_new_words_alone(workspace):
    lead = Lead.objects.get(workspace=workspace, first_name="Zoë")
    fields = {"last_name": "Schmidt", "phone": "404 555 0188"}
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields=fields))
    assert found(workspace, "Schmidt") == found(workspace, "4045550188") == {"Zoë"}
    assert found(workspace, "Lüdenscheidt") == found(workspace, "4045550137") == set()


def test_what_is_gone_is_not_found():
    workspace = make_workspace()
    lead = make_lead(workspace, name="Ada Moreno")
    Lead.objects.filter(pk=lead.pk).update(disposition_change=None)
    Lead.objects.filter(pk=lead.pk).delete()
    other = make_lead(workspace, name="Grace Moreno")
    assert found(workspace, "moreno") == {other.first_name}


@pytest.mark.parametrize("few", [0, 2, 1000])
@pytest.mark.parametrize("text, names", [("moreno", {"Ada", "Grace", "Edith"}), ("mor ada", {"Ada"})])
def test_common_and_rare_words_find_the_same(monkeypatch, few, text, names):
    monkeypatch.setattr(search, "FEW", few)
    workspace = make_workspace()
    for name in ("Ada", "Grace", "Edith"):
        make_lead(workspace, name=f"{name} Moreno")
    assert found(workspace, text) == names


def test_a_search_asks_once_how_much_it_finds(workspace):
    warm_up(workspace)
    assert queries_of(lambda: found(workspace, "kiln")) == 2
    assert queries_of(lambda: found(workspace, "zo")) == 1


@pytest.mark.parametrize(
    "text, code", [("x" * 201, "too_long"), ("a\x00b", "control_character"), (5, "invalid_type")]
)
def test_what_cannot_be_looked_for_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        read_search(text, "US")
    assert refusal.value.code == code


def test_every_migration_leaves_the_index_in_place():
    """One that makes leads_lead anew on SQLite drops its triggers: it ends with OwnIndexes()."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE tbl_name = 'leads_lead' AND type = 'trigger'"
            )
            expected = {"leads_search_insert", "leads_search_update", "leads_search_delete"}
        else:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'leads_lead'")
            expected = {"lead_search", "lead_metadata"}
        assert expected <= {name for (name,) in cursor.fetchall()}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone makes tables anew.")
@pytest.mark.django_db(transaction=True)
def test_the_index_can_be_made_anew():
    workspace = make_workspace()
    make_lead(workspace, name="Ada Moreno")
    with connection.schema_editor() as editor:
        editor._remake_table(Lead)
    make_lead(workspace, name="Grace Moreno")
    with connection.schema_editor() as editor:
        OwnIndexes().database_forwards("leads", editor, None, None)
    make_lead(workspace, name="Edith Moreno")
    assert found(workspace, "moreno") == {"Ada", "Grace", "Edith"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL brings its index along.")
@pytest.mark.django_db(transaction=True)
def test_a_sqlite_without_full_text_reads_every_lead(monkeypatch):
    workspace = make_workspace()
    monkeypatch.setattr("leads.migrations._indexes.has_trigrams", lambda connection: False)
    search._has_full_text.cache_clear()
    try:
        with connection.schema_editor() as editor:
            OwnIndexes().database_forwards("leads", editor, None, None)
        make_lead(workspace, name="Ada Moreno")
        assert found(workspace, "moreno") == {"Ada"}
    finally:
        monkeypatch.undo()
        search._has_full_text.cache_clear()
        with connection.schema_editor() as editor:
            OwnIndexes().database_forwards("leads", editor, None, None)
