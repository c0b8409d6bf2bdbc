"""Signing in: guessing is bounded, and nobody else is locked out by it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.make import make_member, make_workspace

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
