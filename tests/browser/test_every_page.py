"""Every page that no test here looks at by itself: one that is added is held to the same as the others."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from leads.admin.plain import TABLES
from leads.admin.site import ROUTES
from leads.models import Entry, Tag
from tests.browser.desk import COLOURS, assert_accessible, assert_fits, assert_light, look
from tests.browser.test_lead import make_rich
from tests.make import make_member

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Looked at in full where they are played.
ELSEWHERE = set(
    """index leads lead palette lead_filters lead_columns lead_views imports reports new_lead data
    settings members keys key_new dispositions outcomes tags webhooks requests audit checklist
    profile password sessions checklist_preview checklist_group checklist_item""".split()
)
PUBLIC = ("/nothing-here", "/admin/login/", "/api/docs/", "/api/docs/errors/", "/api/docs/pollybot/")
PUBLIC += ("/api/docs/pollybot/schemas/",)


def pages_of(user, known):
    """The addresses that show this person a whole page of ours, of all that there are."""
    client = Client()
    client.force_login(user)
    rows = [(table, table.objects.first()) for table, _columns in TABLES]
    names = [table._meta.label_lower.replace(".", "_") for table, _row in rows]
    yield from (reverse(f"admin:{name}_changelist") for name in names)
    yield from (
        reverse(f"admin:{name}_change", args=[row.pk])
        for name, (_, row) in zip(names, rows, strict=True)
        if row
    )
    for route in ROUTES:
        wanted = re.findall(r":(\w+)>", route.address)
        if route.name in ELSEWHERE or not all(name in known for name in wanted):
            continue
        address = reverse(f"admin:{route.name}", kwargs={name: known[name] for name in wanted})
        answer = client.get(address)
        if answer.status_code == 200 and b"<body" in answer.content[:4000]:
            yield address


def assert_in_order(desk, address):
    page = desk.page
    desk.requests.clear()
    page.emulate_media(color_scheme="light")
    page.goto(address)
    assert_light(desk, page)
    assert_fits(page)
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, COLOURS)


def test_every_other_page_is_light_accessible_and_no_wider_than_a_phone(sign_in):
    desk = sign_in(role="owner", width=390, height=844)
    lead = make_rich(desk.workspace, desk.user)
    known = {
        "lead_id": lead.pk,
        "section": "profile",
        "entry_id": Entry.objects.filter(lead=lead).earliest("created_at").pk,
        "point": lead.contact_points.first().pk,
        "code": "legal_name",
        "row_id": Tag.objects.get().pk,
        "user_id": make_member(desk.workspace).pk,
    }
    addresses = list(pages_of(desk.user, known))
    assert len(addresses) > 40
    for address in addresses:
        assert_in_order(desk, address)


def test_pages_outside_the_desk_and_what_is_refused_too(sign_in):
    desk = sign_in(role="agent", width=390, height=844)
    desk.expected += ["404", "403"]
    look(desk.open("settings"), "refused")
    desk.context.clear_cookies()
    for address in PUBLIC:
        assert_in_order(desk, address)
