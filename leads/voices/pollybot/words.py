"""PollyBot's words: its statuses, and the order in which its fields are spoken of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.models import Stage

# Their word for each stage; the last two read as lost and cannot be named.
STATUS_OF: Final[Mapping[str, str]] = {
    Stage.NEW: "new",
    Stage.CONTACTED: "contacted",
    Stage.QUALIFIED: "qualified",
    Stage.WON: "converted",
    Stage.LOST: "lost",
    Stage.FOLLOW_UP: "follow_up",
    Stage.INVALID: "lost",
    Stage.DUPLICATE: "lost",
}
STAGE_OF: Final[Mapping[str, str]] = {
    "new": Stage.NEW,
    "contacted": Stage.CONTACTED,
    "qualified": Stage.QUALIFIED,
    "converted": Stage.WON,
    "lost": Stage.LOST,
    "follow_up": Stage.FOLLOW_UP,
}
ORDER: Final = ("name", "email", "phone", "source", "status", "metadata")


def refused_status(word: object) -> Problem:
    code = "invalid_choice" if isinstance(word, str) else "invalid_type"
    return Problem("disposition", code, status_sentence(), word, list(STAGE_OF))


def status_sentence() -> str:
    return _("Status must be one of: %s") % ", ".join(STAGE_OF)
