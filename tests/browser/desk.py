"""Somebody at the desk in a browser context, what is guarded there, and what a page is held against."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import axe_playwright_python
from axe_playwright_python.base import AxeResults
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
# What may differ between the schemes of one page.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
WIDTHS = (1440, 390)
SCHEMES = ("light", "dark")
MOST_BYTES = 100_000
MOST_REQUESTS = 15
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation",
  (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


class Desk:
    """`page` is the first tab; `open` goes to a route by its name."""

    def __init__(self, context, workspace, user, address):
        self.context, self.workspace, self.user, self.address = context, workspace, user, address
        self.expected, self.seen, self.requests = [], [], []
        context.add_init_script(WATCH)
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": address}]
        )
        context.on("console", lambda message: self._hear(message.type == "error", message.text))
        context.on("weberror", lambda error: self._hear(True, f"page error: {error.error}"))
        context.on("request", self._requested)
        context.on(
            "response", lambda answer: self._hear(answer.status >= 500, f"{answer.status} {answer.url}")
        )
        self.page = context.new_page()

    def open(self, name, *args, query=""):
        self.requests.clear()
        self.page.goto(reverse(f"admin:{name}", args=args) + query)
        self.page.expected = self.expected
        return self.page

    def key(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def _requested(self, request):
        self.requests.append(request.url)
        inside = request.url.startswith((self.address, "data:", "blob:", "about:"))
        self._hear(not inside, f"request to {request.url}")

    def _hear(self, matters, text):
        if matters:
            self.seen.append(text)


def guard(desk):
    return [f"{desk.user}: {text}" for text in desk.seen if not any(part in text for part in desk.expected)]


def session_of(user):
    """A session as the login form would leave it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return store.session_key


def assert_accessible(page, rules=RULES):
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = judged(page, rules)
    if found.violations_count:
        # What lies under a bar that stays in place can be scrolled free: what is wrong is so there, too.
        stood = page.evaluate("scrollY")
        page.evaluate(
            "() => scrollBy(0, scrollY + innerHeight + 200 > document.body.scrollHeight ? -200 : 200)"
        )
        stays = places(found) & places(judged(page, rules))
        page.evaluate("(stood) => scrollTo(0, stood)", stood)
        assert not stays, found.generate_report()


def judged(page, rules):
    return AxeResults(page.evaluate("(options) => axe.run(document, options)", rules))


def places(found):
    rows = ((row["id"], node) for row in found.response["violations"] for node in row["nodes"])
    return {(rule, str(node["target"])) for rule, node in rows}


def assert_fits(page):
    """No sideways scroll; and what is too wide is named."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("main *, header *, nav *")].filter((one) =>
          one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".wide, .tabs, .unseen, pre"))
        .map((one) => `${one.nodeName}.${one.className} to ${Math.round(one.getBoundingClientRect().right)}`)
        .slice(0, 5).concat(["the page scrolls sideways"])"""
    )
    assert not wide, wide


def assert_light(desk, page):
    """What a page may cost: 100 KB of HTML and 15 requests. Call it right after `open`."""
    page.wait_for_load_state("networkidle")
    size = page.evaluate("() => performance.getEntriesByType('navigation')[0].decodedBodySize")
    assert size < MOST_BYTES, f"{size} bytes"
    assert len(desk.requests) < MOST_REQUESTS, desk.requests


def look(page, name="page"):
    """The page as it stands, in both schemes and at both widths: accessible, and no wider than the screen."""
    before = page.viewport_size
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
            shot(page, f"{name}-{scheme}-{width}")
            if scheme == "light":
                assert_fits(page)
                assert_accessible(page)
        if scheme == "dark":
            assert_accessible(page, COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)


def shot(page, name):
    if where := os.environ.get("SHOTS"):
        Path(where).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{where}/{name}.png", full_page=page.locator("dialog[open]").count() == 0)
