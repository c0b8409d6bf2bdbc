"""Signing in: guessing is bounded, and nobody else is locked out by it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, SignIn, User
from leads.changes.people import add_member
from leads.changes.sessions import sign_ins_of
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


def listed(client):
    """How many sessions the page lists; each other one has its own way to end it."""
    page = client.get(reverse("admin:sessions")).content.decode()
    return page.count("this one") + len(re.findall(r"/sessions/[0-9a-f-]{36}/", page))


def reset(agent, password):
    """By the link in the mail, in a browser of its own."""
    client = Client()
    agent.refresh_from_db()
    uid, token = urlsafe_base64_encode(force_bytes(agent.pk)), default_token_generator.make_token(agent)
    form = client.get(reverse("admin:password_reset_confirm", args=[uid, token]), follow=True)
    sent = {"new_password1": password, "new_password2": password}
    assert client.post(form.request["PATH_INFO"], sent).status_code == 302
    return client


def test_a_changed_password_takes_the_other_sessions_off_the_list_at_once():
    agent = make_member(make_workspace())
    here, elsewhere = signed_in(agent), signed_in(agent)
    assert listed(here) == 2
    fresh = "another long password"

    here.post(reverse("admin:password"), {"old": "a long enough password", "new": fresh, "again": fresh})

    assert listed(here) == 1
    assert SignIn.objects.get().session_key == here.session.session_key
    assert not Session.objects.filter(session_key=elsewhere.cookies["sessionid"].value).exists()


def test_a_password_reset_by_mail_takes_every_earlier_session_off_the_list():
    agent = make_member(make_workspace())
    before = [signed_in(agent), signed_in(agent)]

    here = reset(agent, "another long password")

    assert listed(here) == 1
    assert not any(is_in(client) for client in before)
    assert Session.objects.count() == SignIn.objects.count() == 1


def test_a_password_set_by_a_command_takes_them_off_the_list_too():
    agent = make_member(make_workspace())
    signed_in(agent)
    agent.set_password("another long password")
    agent.save()

    assert sign_ins_of(agent) == []


def test_one_session_is_ended_from_elsewhere_and_the_others_go_on():
    agent, stranger = make_member(make_workspace()), make_member(make_workspace())
    here, ended, kept = signed_in(agent), signed_in(agent), signed_in(agent)
    row = SignIn.objects.get(session_key=ended.session.session_key)

    signed_in(stranger).post(reverse("admin:session_end", args=[row.pk]))
    assert is_in(ended)
    said = here.post(reverse("admin:session_end", args=[row.pk]), follow=True).content.decode()

    assert "That session has ended." in said
    assert is_in(kept) and not is_in(ended)
    assert listed(here) == 2


def test_all_other_sessions_are_ended_and_counted_as_they_stood_on_the_list():
    agent = make_member(make_workspace())
    here, *others = signed_in(agent), signed_in(agent), signed_in(agent)
    Session.objects.filter(session_key=others[0].session.session_key).update(expire_date=now())

    said = here.post(reverse("admin:sessions"), follow=True).content.decode()

    assert "1 other session ended." in said
    assert is_in(here) and not any(is_in(client) for client in others)


def test_a_session_of_an_older_secret_goes_on_and_one_that_is_over_does_not(settings):
    client = signed_in(make_member(make_workspace()))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "rotated" * 8, [settings.SECRET_KEY]
    assert is_in(client)

    assert listed(client) == 1

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
