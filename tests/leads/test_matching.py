"""Who may be the same person, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadhub.workspaces.clock import now
from leads.change import Archive, ContactPointChange
from leads.matching import matches_for, matching_leads, oldest_with_email
from leads.models import Lead, NotDuplicate
from tests.leads.counting import queries_of, warm_up
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "+14045550137", "ada@kiln.example"


def reasons(workspace, lead, **options):
    return {match.lead.first_name: match.reasons for match in matching_leads(workspace, lead, **options)}


def typed(workspace, **words):
    return {match.lead.first_name: match.reasons for match in matches_for(workspace, **words)}


def further(kind, value):
    return (ContactPointChange(kind, value),)


def test_leads_with_a_number_or_an_address_of_the_lead_match():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", phone="(404) 555-0137", email="ADA@kiln.example")
    make_lead(workspace, first_name="Same phone", phone="404.555.0137")
    make_lead(workspace, first_name="Same email", email=EMAIL)
    make_lead(workspace, first_name="Both", phone=PHONE, email=EMAIL)
    make_lead(workspace, first_name="Further phone", contact_points=further("phone", PHONE))
    make_lead(workspace, first_name="Further email", contact_points=further("email", EMAIL))
    make_lead(workspace, first_name="Other", phone="+14045550138", email="other@kiln.example")
    make_lead(make_workspace(), first_name="Elsewhere", phone=PHONE, email=EMAIL)
    assert reasons(workspace, lead) == {
        "Same phone": ("phone",),
        "Same email": ("email",),
        "Both": ("phone", "email"),
        "Further phone": ("phone",),
        "Further email": ("email",),
    }


def test_the_further_numbers_of_the_lead_match_too():
    workspace = make_workspace()
    lead = make_lead(
        workspace, first_name="Ada", contact_points=further("phone", PHONE) + further("email", EMAIL)
    )
    make_lead(workspace, first_name="First", phone=PHONE)
    make_lead(workspace, first_name="Further", contact_points=further("email", EMAIL))
    assert reasons(workspace, lead) == {"First": ("phone",), "Further": ("email",)}


def test_a_text_that_is_no_number_matches_by_its_digits_alone():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", phone="n/a")
    make_lead(workspace, first_name="Grace", phone="n/a")
    make_lead(workspace, first_name="Nobody")
    assert reasons(workspace, lead) == {}


@pytest.mark.parametrize("column, value", [("is_test", True), ("deleted_at", now())])
def test_no_test_lead_and_no_deleted_one_matches(column, value):
    workspace = make_workspace()
    lead, twin = (make_lead(workspace, first_name=name, email=EMAIL) for name in ("Ada", "Twin"))
    Lead.objects.filter(pk=twin.pk).update(**{column: value})
    assert reasons(workspace, lead) == {}


def test_a_merged_lead_does_not_match_and_an_archived_one_does():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", email=EMAIL)
    gone = make_lead(workspace, first_name="Gone", email=EMAIL)
    make_lead(workspace, first_name="Archived", email=EMAIL, archive=Archive())
    Lead.objects.filter(pk=gone.pk).update(merged_into=lead)
    assert reasons(workspace, lead) == {"Archived": ("email",)}


def test_a_test_lead_has_no_matches():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", email=EMAIL)
    make_lead(workspace, first_name="Twin", email=EMAIL)
    Lead.objects.filter(pk=lead.pk).update(is_test=True)
    lead.refresh_from_db()
    assert matching_leads(workspace, lead) == []


def test_leads_that_were_told_apart_do_not_match_either_way():
    workspace = make_workspace()
    lead, twin, third = (
        make_lead(workspace, first_name=name, email=EMAIL) for name in ("Ada", "Twin", "Third")
    )
    first, second = sorted([lead.pk, twin.pk])
    NotDuplicate.objects.create(workspace=workspace, first_id=first, second_id=second)
    assert reasons(workspace, lead) == reasons(workspace, twin) == {"Third": ("email",)}
    assert set(reasons(workspace, third)) == {"Ada", "Twin"}


def test_the_newest_matches_come_first_up_to_a_limit():
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ada", email=EMAIL)
    start = now()
    for number in range(4):
        twin = make_lead(workspace, first_name=str(number), email=EMAIL)
        Lead.objects.filter(pk=twin.pk).update(created_at=start + timedelta(seconds=number))
    assert list(reasons(workspace, lead, limit=2)) == ["3", "2"]


@pytest.mark.parametrize("count", [3, 50])
def test_matching_takes_one_query_for_few_and_for_many(count):
    workspace = make_workspace()
    owner = make_member(workspace)
    lead = make_lead(workspace, first_name="Ada", email=EMAIL)
    for _number in range(count):
        make_lead(workspace, first_name="Twin", email=EMAIL, assignee=owner.pk)
    warm_up(workspace)

    def read(matches):
        assert len(matches) >= min(count, 10)
        assert all(match.lead.disposition.stage and match.lead.assignee.email for match in matches[:3])

    assert queries_of(lambda: read(matching_leads(workspace, lead, contact_points=[]))) == 1
    assert queries_of(lambda: read(matching_leads(workspace, lead))) == 2
    assert queries_of(lambda: read(matches_for(workspace, email=EMAIL, name="twin"))) == 4


def test_while_somebody_types_matches_appear():
    workspace = make_workspace()
    make_lead(workspace, first_name="Ada", last_name="Moreno", phone=PHONE, email=EMAIL)
    make_lead(workspace, first_name="Grace", last_name="Moreno")
    assert typed(workspace, phone="404 555 0137") == {"Ada": ("phone",)}
    assert typed(workspace, phone="404 555 01") == {}
    assert typed(workspace, phone="404") == {}
    assert typed(workspace, email="ADA@kiln.example ") == {"Ada": ("email",)}
    assert typed(workspace, name="more") == {"Ada": ("name",), "Grace": ("name",)}
    assert typed(workspace, name="moreno grace") == {"Grace": ("name",)}
    assert list(typed(workspace, name="more", phone=PHONE)) == ["Ada", "Grace"]
    assert typed(workspace, name="more", phone=PHONE)["Ada"] == ("phone",)


@pytest.mark.parametrize(
    "words", [{}, {"name": "mo"}, {"name": "a\x00b"}, {"name": "x" * 300}, {"email": " "}]
)
def test_too_little_matches_nobody(words):
    workspace = make_workspace()
    make_lead(workspace, first_name="Ada", last_name="Moreno")
    assert typed(workspace, **words) == {}


def test_the_oldest_live_lead_with_an_email_is_found():
    workspace = make_workspace()
    gone, first, second = (make_lead(workspace, email=EMAIL) for _number in range(3))
    Lead.objects.filter(pk=gone.pk).update(deleted_at=now())
    assert oldest_with_email(workspace, EMAIL, besides=second.pk) == first.pk
    assert oldest_with_email(workspace, EMAIL, besides=first.pk) == second.pk
    assert oldest_with_email(workspace, "other@kiln.example", besides=first.pk) is None
