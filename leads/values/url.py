"""Web addresses. Only http and https, so that no stored address can ever run a script."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import clean_text

_UNFIT: Final = re.compile(r"[\s\\\"<>]")
_HOST: Final = re.compile(
    r"(?:[^\x00-,/:-@\[-^`{-\x7f.]+\.)*[^\x00-,/:-@\[-^`{-\x7f.]+\.?|[0-9a-f]*:[0-9a-f:.]+"
)


def clean_url(raw: object) -> str:
    """An absolute http or https address, kept as given."""
    text = clean_text(raw, LIMITS.url)
    if not _is_address(text):
        raise ValidationError(
            _("Enter a full web address such as https://example.com/page."), code="invalid_url"
        )
    return text


def clean_website(raw: object) -> str:
    """Like `clean_url`, but the bare host that people write down (example.com) will do, too."""
    text = clean_text(raw, LIMITS.url)
    if not _is_address(text) and not _is_bare(text):
        raise ValidationError(_("Enter a web address such as example.com."), code="invalid_url")
    return text


def _is_address(text: str) -> bool:
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    # A name before an "@" only serves to make one host look like another.
    return "@" not in parts.netloc and bool(_HOST.fullmatch(parts.hostname or ""))


def _is_bare(text: str) -> bool:
    # The dot in the host tells example.com:80/x from javascript:80/x.
    parts = _split(f"https://{text}")
    return parts is not None and "." in (parts.hostname or "") and _is_address(f"https://{text}")


def _split(text: str) -> SplitResult | None:
    if _UNFIT.search(text):
        return None
    try:
        parts = urlsplit(text)
        # Reading the port is what checks it.
        return None if parts.port == 0 else parts
    except ValueError:
        return None
