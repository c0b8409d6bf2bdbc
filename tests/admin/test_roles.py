"""Who may open which page: every route with every role, so that a new page cannot be forgotten."""

from __future__ import annotations

import re
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import path, reverse

from leadhub.workspaces.models import Membership, Role
from leads.admin.frame import SECTIONS
from leads.admin.route import RANKS
from leads.admin.site import ROUTES
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

# The least role below an address, said a second time: a page that is put there cannot be open by mistake.
LEAST = {"settings/": Role.OWNER, "data/": Role.OWNER, "imports/": Role.MANAGER, "reports/": Role.MANAGER}
SOME = {"uuid": str(uuid4()), "slug": "note", "str": "some", "int": "1"}


def address_of(route):
    """The route's address with arguments that name nothing."""
    converters = path(route.address, route.view).pattern.converters
    kinds = {
        name: type(converter).__name__.removesuffix("Converter").lower()
        for name, converter in converters.items()
    }
    kinds = {name: {"string": "str"}.get(kind, kind) for name, kind in kinds.items()}
    return reverse(f"admin:{route.name}", kwargs={name: SOME[kind] for name, kind in kinds.items()})


@pytest.mark.parametrize("role", Role.values)
def test_each_page_is_open_to_its_roles_and_to_no_other(client, role):
    client.force_login(make_member(make_workspace(), role))
    client.raise_request_exception = True
    wrong = []
    for route in ROUTES:
        least = next((LEAST[place] for place in LEAST if route.address.startswith(place)), route.least)
        answers = {client.get(address_of(route)).status_code, client.post(address_of(route)).status_code}
        is_open = RANKS[role] >= RANKS[least]
        # Open may also mean that the things named do not exist, or that the form was empty.
        if (answers == {403}) == is_open or (not is_open and answers != {403}):
            wrong.append((route.name, role, answers))
    assert not wrong


def test_who_belongs_to_nothing_opens_nothing(client):
    workspace = make_workspace()
    outsider = make_member(workspace)
    Membership.objects.filter(user=outsider).update(left_at="2026-01-01T00:00:00Z")
    client.force_login(outsider)
    for route in ROUTES:
        answer = client.get(address_of(route))
        assert answer.status_code == 302, route.name
        assert reverse("admin:login") in answer["Location"]


def test_every_page_says_what_it_is_to_htmx_as_well(client):
    client.force_login(make_member(make_workspace(), "owner"))
    for route in ROUTES:
        assert "HX-Request" in client.get(address_of(route)).headers.get("Vary", ""), route.name


def test_the_sections_are_those_that_the_role_may_open(client):
    names = {route.name: route for route in ROUTES}
    for role in Role.values:
        client.force_login(make_member(make_workspace(), role))
        page = client.get(reverse("admin:leads")).content.decode()
        for name, _label, _icon, keys in SECTIONS:
            is_there = name in names and names[name].is_open_to(role)
            assert (f'data-key="{keys}"' in page) == is_there, (role, name)


def test_one_is_in_one_section_or_in_none(client):
    client.force_login(make_member(make_workspace(), "owner"))
    for name, section in (("index", "Work"), ("leads", "Leads"), ("members", "Settings"), ("profile", "")):
        page = client.get(reverse(f"admin:{name}")).content.decode()
        sections = page[page.index('<nav class="side"') : page.index("<main")]
        current = re.findall(r'aria-current="page"[^>]*data-key-label="Go to (\w+)"', sections)
        assert current == ([section] if section else []), name


def test_nothing_of_another_workspace_is_in_palette_or_frame(client):
    theirs = make_workspace(name="Their desk")
    lead = make_lead(theirs, first_name="Secret", phone="6782319992", email="secret@example.org")
    make_member(theirs, "owner")
    client.force_login(make_member(make_workspace(), "owner"))
    for query in ("Secret", "6782319992", str(lead.pk), f"lead_{lead.pk.hex}", "secret@example.org", ""):
        for headers in ({}, {"HX-Request": "true"}):
            page = client.get(reverse("admin:palette"), {"query": query}, headers=headers).content.decode()
            assert str(lead.pk) not in page.replace(query, "")
            assert "Their desk" not in page


def test_an_agent_who_is_kept_to_own_leads_finds_only_those(client):
    workspace = make_workspace(own_leads_only=True)
    agent, colleague = make_member(workspace), make_member(workspace)
    own = make_lead(workspace, first_name="Ana", assignee=agent.pk)
    other = make_lead(workspace, first_name="Anabel", assignee=colleague.pk)
    client.force_login(agent)
    for query in ("ana", str(other.pk)):
        page = client.get(reverse("admin:palette"), {"query": query}).content.decode()
        assert f'"{reverse("admin:lead", args=[other.pk])}"' not in page
        assert "Anabel" not in page
    assert f"/{own.pk}/" in client.get(reverse("admin:palette"), {"query": "ana"}).content.decode()


def test_the_palette_says_whose_a_colleagues_lead_is_by_the_rule_of_the_list(client):
    workspace = make_workspace(own_leads_only=True)
    maria = make_member(workspace, email="maria@desk.example")
    lead = make_lead(workspace, first_name="Secret", email="ana@example.org", assignee=maria.pk)
    make_lead(make_workspace(own_leads_only=True), email="ana@example.org", phone="6782319992")
    client.force_login(make_member(workspace))

    def found(query, **headers):
        return client.get(reverse("admin:palette"), {"query": query}, headers=headers).content.decode()

    for query in ("ana@example.org", str(lead.pk), f"lead_{lead.pk.hex}"):
        page, part = found(query), found(query, **{"HX-Request": "true"})
        assert "A colleague has this already" in page and reverse("admin:leave_note", args=[lead.pk]) in page
        assert "It is maria@desk.example’s, New" in part and f"?query={quote(query, safe='')}" in part
        for text in (page, part):
            assert "Secret" not in text and "No lead has" not in text
    assert "No lead has" in found("6782319992")
    assert "maria" not in found("-") and "Several leads" not in found("-")
    for _number in range(4):
        make_lead(workspace, first_name="Common", assignee=maria.pk)
    for headers in ({}, {"HX-Request": "true"}):
        text = found("common", **headers)
        assert "Several leads of colleagues match" in text and "maria" not in text
    workspace.own_leads_only = False
    workspace.save()
    assert "A colleague has this" not in found("ana@example.org") and "Secret" in found("ana@example.org")
