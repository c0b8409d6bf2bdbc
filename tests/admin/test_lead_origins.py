"""Why this value: whatever the page of a lead shows says who set it, when, and through which door."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from django.urls import reverse

from leads.change import (
    ById,
    ConsentWish,
    ContactPointChange,
    DispositionWish,
    LeadChange,
    Override,
    TagChange,
)
from leads.changes import apply_change
from leads.changes.catalogue import save_tag
from leads.changes.merge import merge_leads
from leads.models import Tag
from tests.make import SYSTEM, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db

BY = "the tests (system, command line)"


@pytest.fixture
def desk(client):
    workspace = make_workspace()
    agent = make_member(workspace, email="ada@desk.example")
    client.force_login(agent)
    return workspace, agent


def change(workspace, lead, actor=SYSTEM, **words):
    return apply_change(workspace, actor, ById(lead.pk), LeadChange(**words))


def asked(client, lead):
    """{what is asked about: the address of the answer} of all that the page of the lead offers."""
    page = client.get(reverse("admin:lead", args=[lead.pk])).content.decode()
    found = re.findall(r'class="why-link" href="([^"]+)"[^>]*aria-label="Where “([^"]*)” comes from"', page)
    return {unescape(name): unescape(address) for address, name in found}


def why(client, lead, path):
    return text_of(client.get(reverse("admin:lead_why", args=[lead.pk]), {"path": path}))


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_every_value_on_the_page_has_an_answer_of_its_own(client, desk):
    workspace, agent = desk
    lead = make_lead(
        workspace,
        name="Ana Ruiz",
        email="ana@example.org",
        phone="+14045550137",
        assignee=agent.pk,
        tags=TagChange(names=("VIP / north ~ 1",)),
        contact_points=(ContactPointChange("phone", "+14045550199", "work"),),
        consent=(ConsentWish("sms", opted_in=False),),
        metadata={"utm": {"source": "x"}},
        address={"city": "Macon"},
    )
    change(workspace, lead, consent=(ConsentWish("email", opted_in=True, text_shown="Yes, write me"),))
    change(workspace, lead, fields={"enabled": False}, disposition=DispositionWish("contacted"))

    links = asked(client, lead)

    said = {
        "Status": "Contacted",
        "Owner": str(agent),
        "Enabled": "disabled",
        "VIP / north ~ 1": "VIP / north ~ 1",
        "+14045550199": "+14045550199 (work)",
        "Consent: text messages": "opted out",
        "Consent: email": "opted in",
        "Phone": "+14045550137",
        "Email": "ana@example.org",
        "City": "Macon",
        "utm › source": "x",
    }
    for name, value in said.items():
        answer = client.get(links[name])
        assert value in text_of(answer), name
        assert BY in text_of(answer), name
        entry = re.search(
            rf'href="(/admin/leads/{lead.pk}/entries/[0-9a-f-]{{36}}/)"', answer.content.decode()
        )
        assert client.get(entry[1]).status_code == 200, name


def test_a_consent_tells_what_it_rests_on_and_unknown_is_no_answer(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, email="ana@example.org", phone="6782319992")
    wish = ConsentWish("email", opted_in=True, text_shown="Yes, write me", source="the fair")
    change(workspace, lead, make_user_actor(agent), consent=(wish,))

    told = why(client, lead, "/consent/email")
    assert "Consent: email: opted in The fair · “Yes, write me”" in told
    assert f"{agent} ·" in told
    assert "Unknown is neither a yes nor a no" in why(client, lead, "/consent/call")

    change(workspace, lead, consent=(ConsentWish("all", opted_in=False),))
    told = why(client, lead, "/consent/email")
    assert told.index("all channels: opted out") < told.index("email: opted in")
    assert "all channels: opted out" in why(client, lead, "/consent/call")
    assert "Opted out of all channels" not in told, "the same fact is told twice"
    assert "Command" not in told, "the door stands beside the name already"


def test_a_part_of_what_came_as_a_whole_names_whoever_set_it_last(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, metadata={"utm": {"source": "x", "term": "y"}})

    assert BY in why(client, lead, "/metadata/utm/term")
    change(workspace, lead, make_user_actor(agent), metadata={"utm": {"term": "z"}})

    assert BY in why(client, lead, "/metadata/utm/source")
    told = why(client, lead, "/metadata/utm/term")
    assert f"{agent} ·" in told
    assert BY not in told


def test_what_goes_with_a_value_is_told_with_it(client, desk):
    workspace, _agent = desk
    lead = make_lead(workspace, value="500", currency="EUR", assignee_type="HUMAN_AGENT")

    assert "Currency: EUR" in why(client, lead, "value")
    assert "Nobody has set" not in why(client, lead, "assignee")
    assert "Nobody has set “Address: city”" in why(client, lead, "/address/city")


def test_a_tag_that_was_renamed_since_knows_where_it_came_from(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace)
    change(workspace, lead, make_user_actor(agent), tags=TagChange(names=("VIP",)))
    save_tag(workspace, SYSTEM, {"name": "Important"}, Tag.objects.get().pk)

    told = text_of(client.get(asked(client, lead)["Important"]))

    assert "Tag: Important" in told
    assert f"{agent} ·" in told


def test_what_came_by_a_merge_names_the_merge(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, name="Ana Ruiz", phone="6782319992")
    other = make_lead(workspace, name="Ana Ruiz", phone="4045550199", tags=TagChange(names=("VIP",)))
    merge_leads(workspace, make_user_actor(agent), lead.pk, other.pk)

    links = asked(client, lead)

    for name in ("VIP", "4045550199"):
        assert "Leads merged" in text_of(client.get(links[name])), name


def test_an_override_tells_who_and_why(client, desk):
    workspace, _agent = desk
    owner = make_member(workspace, "owner")
    lead = make_lead(workspace)
    over = Override(enabled=False, reason="asked by phone")
    actor = replace(make_user_actor(owner, "owner"), may_override=True)
    change(workspace, lead, actor, override=over)

    told = text_of(client.get(asked(client, lead)["Override"]))

    assert "Override: disabled" in told
    assert "asked by phone" in told
