"""The pages of the settings beside each other, and a page within them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from leads.admin.pages.render import page
from leads.admin.sheet import Sheet

# Route name, label, icon, what it is for. One that does not exist yet is left out.
PLACES: Final = (
    ("settings", _("Workspace"), "settings", _("Name, region, time zone, limits and rules.")),
    ("members", _("Members"), "leads", _("Who works here, and what they may do.")),
    ("keys", _("API keys"), "key", _("What integrations sign in with, and what they have done.")),
    ("checklist", _("Checklist"), "check", _("What is asked of each lead.")),
    ("dispositions", _("Dispositions"), "star", _("How a lead can stand, and what each needs.")),
    ("outcomes", _("Call outcomes"), "phone", _("What a call can come to, and when to try again.")),
    ("tags", _("Tags"), "tag", _("The labels of leads.")),
    ("templates", _("Templates"), "mail", _("Texts that are written once and sent often.")),
    ("webhooks", _("Webhooks"), "webhook", _("Whom we tell what happens, and whether they heard.")),
    ("requests", _("Request log"), "list", _("What integrations asked, and what was refused.")),
    ("audit", _("Audit"), "history", _("Who changed which setting.")),
)


def settings_page(
    request: HttpRequest, template: str, here: str, context: dict[str, Any], sheet: Sheet | None = None
) -> HttpResponse:
    """`here` is the route of the place; a sheet that was refused makes it a 422."""
    places = [(label, address, icon, name == here) for name, label, icon, address in _places()]
    framed = {"places": places, "sheet": sheet, **context}
    status = 422 if sheet is not None and sheet.is_refused else 200
    return page(request, f"staff/settings/{template}.html", framed, status)


# What the buttons of an order say, and how far they move.
MOVES: Final = {"up": -1, "down": 1}


def moved_to(here: str, key: UUID, step: str) -> str:
    """Whoever moves something with the keyboard goes on with it, where it stands now."""
    return reverse(f"admin:{here}") + (f"?moved={key}&by={step}" if step in MOVES else "")


def _places() -> list[tuple[str, Any, str, str]]:
    found = []
    for name, label, icon, _about in PLACES:
        try:
            found.append((name, label, icon, reverse(f"admin:{name}")))
        except NoReverseMatch:
            continue
    return found
