"""Octanist's words: what it calls a stage, and its names of click ids, campaigns and consents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leads.models import Stage

# Their word for each stage. A lead is open until somebody decides, and nobody can send it back there.
STATUS_OF: Final[Mapping[str, str]] = {
    Stage.NEW: "open",
    Stage.CONTACTED: "open",
    Stage.FOLLOW_UP: "open",
    Stage.QUALIFIED: "qualified",
    Stage.WON: "won",
    Stage.LOST: "lost",
    Stage.INVALID: "lost",
    Stage.DUPLICATE: "lost",
}
STAGE_OF: Final[Mapping[str, str]] = {"qualified": Stage.QUALIFIED, "won": Stage.WON, "lost": Stage.LOST}
CLICK_IDS: Final = tuple("gclid ga4cid ga4sid fbc fbp msclkid ttclid twclid rdt_cid sccid li_fat_id".split())
# The next generation takes these too; they are kept and can be filtered by, but no answer shows them.
NEWER_CLICK_IDS: Final = ("dclid", "wbraid", "gbraid", "epik")
UTM: Final = ("utm_source", "utm_medium", "utm_campaign")
CONSENTS: Final = ("ad_storage", "ad_user_data", "analytics_storage", "ad_personalization")
CONSENT_WORDS: Final[Mapping[str, bool]] = {"granted": True, "denied": False}
