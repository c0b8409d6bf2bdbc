"""What a page may cost: its queries, the same at 3 and at 50 rows, and its size.

def test_the_list_costs_the_same(client, desk):
    assert_budget(client, reverse("admin:leads"), 5, lambda number: make_lead(workspace, ...))
"""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadhub.workspaces.models import User
from leads.changes.sessions import note_sign_in

MOST_BYTES = 100_000
FEW, MANY = 3, 50


def sit_down(client):
    """`force_login` leaves out what the form does at signing in: it notes whose session this is."""
    session = client.session
    if session.get(SESSION_KEY):
        note_sign_in(User.objects.get(pk=session[SESSION_KEY]), session.session_key, "", "")


def queries_of(client, address, **extra):
    """All queries of the request, who is at the desk included; and the page."""
    sit_down(client)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address, **extra)
    assert page.status_code == 200, page.status_code
    return [query["sql"] for query in queries.captured_queries], page


def assert_budget(client, address, most, add_row, *, few=FEW, many=MANY, **extra):
    """`add_row(number)` makes one more of what the page shows; a first look fills what is kept in memory."""
    for number in range(few):
        add_row(number)
    client.get(address, **extra)
    at_few, _page = queries_of(client, address, **extra)
    for number in range(few, many):
        add_row(number)
    at_many, page = queries_of(client, address, **extra)
    assert len(at_many) <= most, "\n".join(at_many)
    assert len(at_few) == len(at_many), "\n".join([*at_few, "--", *at_many])
    assert len(page.content) < MOST_BYTES, len(page.content)
