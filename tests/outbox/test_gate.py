"""A copy stays silent: the OUTBOUND setting, the owner of the database, and its release."""

from __future__ import annotations

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.models import Instance, WebhookDelivery
from leads.outbox import gate
from leads.outbox.gate import Gate, outbound_gate
from tests.make import make_workspace
from tests.outbox.make import claim, make_deliveries, make_endpoint

pytestmark = pytest.mark.django_db


def release(*words):
    out = StringIO()
    call_command("release_outbox", *words, stdout=out)
    gate.forget()
    return out.getvalue()


def move(settings):
    """As if the database had been restored by another installation."""
    outbound_gate()
    settings.INSTANCE = "staging"
    gate.forget()


def test_the_first_worker_makes_the_database_its_own():
    assert outbound_gate() is Gate.OPEN
    assert Instance.objects.get().pk == gate.identity()
    gate.forget()
    assert outbound_gate() is Gate.OPEN


def test_a_restored_copy_holds_everything(settings):
    make_deliveries(make_endpoint(make_workspace()), [uuid4(), uuid4()])
    move(settings)
    assert outbound_gate() is Gate.HELD
    assert claim() == []
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"due"}


def test_a_copy_sends_once_what_would_go_out_was_listed_and_confirmed(settings):
    endpoint = make_endpoint(make_workspace(slug="acme"), "https://receiver.example/hook?token=secret")
    make_deliveries(endpoint, [uuid4(), uuid4()])
    move(settings)

    listed = release()
    assert "acme  Receiver  https://receiver.example/hook\n" in listed
    assert "2 deliveries" in listed
    assert "secret" not in listed
    assert claim() == []
    with pytest.raises(CommandError, match="not the code"):
        release("--confirm", "00000000")

    code = listed.split("--confirm ")[1].split()[0]
    assert "sends" in release("--confirm", code)
    assert len(claim()) == 2
    assert "belongs to this installation" in release()


def test_a_copy_may_be_released_without_what_waits(settings):
    make_deliveries(make_endpoint(make_workspace()), [uuid4(), uuid4()])
    move(settings)
    code = release().split("--confirm ")[1].split()[0]
    assert "2 deliveries given up" in release("--discard", "--confirm", code)
    assert claim() == []
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"dead"}


def test_a_code_confirms_only_the_list_it_came_with(settings):
    workspace = make_workspace()
    move(settings)
    code = release().split("--confirm ")[1].split()[0]
    make_deliveries(make_endpoint(workspace), [uuid4()])
    with pytest.raises(CommandError, match="not the code"):
        release("--confirm", code)


def test_outbound_hold_keeps_what_is_due(settings):
    make_deliveries(make_endpoint(make_workspace()), [uuid4()])
    settings.OUTBOUND = "hold"
    assert claim() == []
    settings.OUTBOUND = "on"
    assert len(claim()) == 1


def test_outbound_off_gives_up_what_falls_due(settings):
    [row] = make_deliveries(make_endpoint(make_workspace()), [uuid4()])
    settings.OUTBOUND = "off"
    assert claim() == []
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("dead", "Nothing is sent from here (OUTBOUND=off).")


@pytest.mark.postgres
def test_who_may_not_ask_for_the_cluster_still_has_an_identity():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        cursor.execute("CREATE ROLE outbox_nobody")
        cursor.execute("SET LOCAL ROLE outbox_nobody")
        assert gate._cluster() == ""
        cursor.execute("RESET ROLE")
    assert gate._cluster() != ""
