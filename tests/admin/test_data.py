"""The plain pages of the tables: for owners, to read, and of one workspace."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leads.admin.plain import TABLES
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db


def addresses():
    for table, _columns in TABLES:
        yield reverse(f"admin:{table._meta.label_lower.replace('.', '_')}_changelist")


@pytest.mark.parametrize("role", ["agent", "manager"])
def test_they_are_for_owners_only(client, role):
    client.force_login(make_member(make_workspace(), role))
    assert {client.get(address).status_code for address in addresses()} == {403}


def test_an_owner_reads_the_rows_of_one_workspace_and_changes_none(client):
    mine, theirs = make_workspace(), make_workspace()
    lead = make_lead(mine, first_name="Ana", email="ana@example.org")
    secret = make_lead(theirs, first_name="Secret", email="secret@example.org")
    client.force_login(make_member(mine, "owner"))

    for address in addresses():
        page = client.get(address)
        assert page.status_code == 200, address
        assert "Secret" not in page.content.decode()
    one = client.get(reverse("admin:leads_lead_change", args=[lead.pk]))
    assert "ana@example.org" in one.content.decode()
    assert client.post(reverse("admin:leads_lead_change", args=[lead.pk]), {}).status_code == 403
    other = client.get(reverse("admin:leads_lead_change", args=[secret.pk]))
    assert "Secret" not in other.content.decode()
    assert other.status_code in {302, 404}
    guess = client.get(reverse("admin:leads_entry_changelist"), {"lead__email__startswith": "s"})
    assert guess.status_code in {302, 400, 404}
