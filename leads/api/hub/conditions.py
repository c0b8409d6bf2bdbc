"""If-Match and If-None-Match (RFC 9110), judged by the version of a lead."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from leadhub.web.envelopes import Failed
from leads.errors import Stale
from leads.models import Lead
from leads.state import LeadState
from leads.voices.hub.lead import etag_of

_TAG: Final = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


def require_match(header: str | None, state: LeadState) -> None:
    """Stale, unless one of the tags is the lead's own as it stands under the lock."""
    if header is None or header.strip() == "*":
        return
    lead = state.lead
    tags = _tags(header, "If-Match")
    # Strong comparison: a weak tag matches nothing here.
    if any(not weak and f'"{text}"' == etag_of(lead) for weak, text in tags):
        return
    message = _("The lead was changed meanwhile; look at it again, then repeat what still holds.")
    raise Stale(message, _version_of(tags[0][1]), lead.version)


def is_known(header: str | None, lead: Lead) -> bool:
    """Whether the caller has the lead as it stands already."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return any(f'"{text}"' == etag_of(lead) for _weak, text in _tags(header, "If-None-Match"))


def _tags(header: str, name: str) -> list[tuple[bool, str]]:
    found, at = [], 0
    while at < len(header):
        match = _TAG.match(header, at)
        if match is None:
            raise _malformed(name)
        found.append((match[1] is not None, match[2]))
        at = match.end()
    if not found:
        raise _malformed(name)
    return found


def _malformed(name: str) -> Failed:
    message = _("%s is a list of entity tags in quotation marks; send an ETag as you received it.") % name
    return Failed(400, "invalid_header", message)


def _version_of(text: str) -> int:
    version = text.partition("-")[0]
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
