"""Tests in a real browser: Chromium on the live server, guarded against what a person would not see at once.

How to use it, in a file tests/browser/test_<family>.py of your own:

    pytestmark = pytest.mark.browser

    def test_a_note_is_kept(desk_page):              # an agent, signed in, at 1440 px in light colours
        lead = make_lead(desk_page.workspace)        # tests/make.py works as anywhere else
        page = desk_page.open("lead", lead.pk)       # a route's name, its arguments; query="?part=new"
        page.get_by_label("Note").fill("rang out")
        desk_page.key("Control+Enter")               # keys, one after another
        look(page, "note")                           # axe and the width, in both schemes, at both widths

`manager_page` and `owner_page` are the same for those roles. `sign_in(user, role=, width=390, scheme="dark")`
opens another context: a colleague, or a phone. From tests.browser.desk come `assert_accessible` (axe, WCAG
2.2 AA, of what is open now), `assert_fits` (no sideways scroll), `assert_light` (100 KB, 15 requests; right
after `open`), `look` (the first two, four times; with screenshots where SHOTS names a directory), `shot`.
Open every menu, tab and dialog first. Each test fails by itself on a CSP violation, an error of the page or
in its console, a request that leaves the host, and a 5xx; put a text of what you do expect into
`desk_page.expected` (Chromium logs each answer of 4xx as an error: desk_page.expected.append("422")).
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.desk import ARGUMENTS, Desk, guard
from tests.make import make_member, make_workspace


@pytest.fixture(scope="session", autouse=True)
def _unsafe():
    """Playwright keeps an event loop in this thread, which Django would take for a reason to refuse."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="session")
def browser(_unsafe):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def workspace(transactional_db):
    return make_workspace(name="North desk")


@pytest.fixture
def sign_in(browser, live_server, workspace):
    """Opens a browser context in which somebody is signed in already; everything in it is guarded."""
    desks = []

    def enter(user=None, role="agent", width=1440, height=900, scheme="light", **context):
        user = user or make_member(workspace, role)
        opened = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
            **context,
        )
        desk = Desk(opened, workspace, user, live_server.url)
        desks.append(desk)
        return desk

    yield enter
    found = [line for desk in desks for line in guard(desk)]
    for desk in desks:
        desk.context.close()
    assert not found, "\n".join(found)


@pytest.fixture
def desk_page(sign_in):
    return sign_in(role="agent")


@pytest.fixture
def manager_page(sign_in):
    return sign_in(role="manager")


@pytest.fixture
def owner_page(sign_in):
    return sign_in(role="owner")
