"""Signing in: guessing is bounded, and nobody else is locked out by it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, SignIn, User
from leads.changes.people import add_member
from tests.make import SYSTEM, make_member, make_workspace

pytestmark = pytest.mark.django_db


def sign_in(client, email, password, address="203.0.113.7"):
    return client.post(reverse("admin:login"), {"username": email, "password": password}, REMOTE_ADDR=address)


def test_guessing_ends_and_the_right_password_from_elsewhere_still_works(client):
    agent = make_member(make_workspace())
    for _guess in range(10):
        assert "correct" in sign_in(client, agent.email, "a guess").content.decode()

    bounded = sign_in(client, agent.email, "a long enough password")
    elsewhere = sign_in(client, agent.email, "a long enough password", address="203.0.113.8")

    assert "Too many attempts" in bounded.content.decode()
    assert elsewhere.status_code == 302


def test_the_session_is_a_new_one_after_signing_in(client):
    agent = make_member(make_workspace())
    client.get(reverse("admin:login"))
    session = client.session
    session["before"] = "kept"
    session.save()
    before = session.session_key

    sign_in(client, agent.email, "a long enough password", address="203.0.113.9")

    assert client.session.session_key != before


@pytest.mark.parametrize("path", ["http://evil.example/", "//evil.example"])
def test_signing_in_leads_nowhere_else(client, path):
    agent = make_member(make_workspace())

    answer = client.post(
        reverse("admin:login"),
        {"username": agent.email, "password": "a long enough password", "next": path},
        REMOTE_ADDR="203.0.113.10",
    )

    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_a_form_that_was_open_too_long_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(make_workspace()))

    answer = client.post(reverse("admin:theme"), {"theme": "dark"})

    assert answer.status_code == 403
    assert "reload it" in answer.content.decode()


def signed_in(agent, password="a long enough password"):
    client = Client()
    assert sign_in(client, agent.email, password).status_code == 302
    return client


def is_in(client):
    return client.get(reverse("admin:profile")).status_code == 200


def test_who_comes_in_is_one_question(django_assert_num_queries):
    workspace = make_workspace()
    agent = make_member(workspace)
    add_member(make_workspace(name="Second"), SYSTEM, agent.email, "owner")
    client = signed_in(agent)

    with django_assert_num_queries(1):
        page = client.get(reverse("admin:profile")).content.decode()

    assert workspace.name in page and "Second" in page


def test_who_leaves_or_is_barred_is_out_with_the_next_request():
    workspace = make_workspace()
    gone, barred = signed_in(make_member(workspace)), signed_in(make_member(workspace))
    assert is_in(gone) and is_in(barred)

    Membership.objects.filter(user=gone.session["_auth_user_id"]).update(left_at=now())
    User.objects.filter(pk=barred.session["_auth_user_id"]).update(is_active=False)

    assert not is_in(gone) and not is_in(barred)


def test_a_changed_password_ends_the_sessions_elsewhere_and_keeps_this_one():
    agent = make_member(make_workspace())
    here, elsewhere = signed_in(agent), signed_in(agent)
    fresh = "another long password"

    here.post(reverse("admin:password"), {"old": "a long enough password", "new": fresh, "again": fresh})

    assert is_in(here) and not is_in(elsewhere)
    assert "this one" in here.get(reverse("admin:sessions")).content.decode()


def test_a_session_of_an_older_secret_goes_on_and_one_that_is_over_does_not(settings):
    client = signed_in(make_member(make_workspace()))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "rotated" * 8, [settings.SECRET_KEY]
    assert is_in(client)

    Session.objects.filter(session_key=client.session.session_key).update(expire_date=now())
    assert not is_in(client)


def test_nobody_comes_in_as_whoever_a_sign_in_names():
    workspace = make_workspace()
    agent, owner = make_member(workspace), make_member(workspace, "owner")
    client = signed_in(agent)

    SignIn.objects.filter(session_key=client.session.session_key).update(user=owner)

    assert agent.email in client.get(reverse("admin:profile")).content.decode()
    assert client.get(reverse("admin:settings")).status_code == 403


def test_signing_out_ends_at_the_sign_in_page(client):
    client.force_login(make_member(make_workspace()))

    assert client.post(reverse("admin:logout"))["Location"] == reverse("admin:login")
    assert client.get(reverse("admin:index")).status_code == 302
