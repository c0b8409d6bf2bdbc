"""What typed dialects know of the shared metadata: each key, and what it may hold when they write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads import values
from leads.values import LIMITS


@dataclass(frozen=True, slots=True)
class Known:
    """`clean` judges what is written; `reads` says whether what is stored is of the type that is promised."""

    clean: Callable[[Any], object]
    reads: Callable[[object], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(limit: int) -> Known:
    return Known(lambda raw: values.clean_line(raw, limit), _is_text)


def _clean_number(raw: object) -> int | float:
    return values.plain_number(values.clean_number(raw))


def _clean_texts(raw: object) -> dict[str, str | None]:
    """Texts by name; null takes one away."""
    if not isinstance(raw, dict):
        raise ValidationError(_("Send an object of texts here."), code="invalid_type")
    if not all(item is None or isinstance(item, str) for item in raw.values()):
        raise ValidationError(_("Send texts only in here, nothing nested."), code="invalid_type")
    return values.clean_json(raw)


SOURCE_METADATA: Final = "source_metadata"

# The one list. A free metadata object may hold anything under these names too, because it is free.
ATTRIBUTION: Final[Mapping[str, Known]] = {
    **{
        key: _text(LIMITS.line)
        for key in (
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
            "sub_id",
            "pub_id",
            "seller_lead_id",
            "ip_address",
            "product",
            "vertical",
        )
    },
    # Addresses with all their parameters, and what browsers say of themselves, are long.
    **{key: _text(LIMITS.url) for key in ("referrer", "landing_page", "user_agent")},
    **{key: Known(_clean_number, _is_number) for key in ("price", "direct_post_price")},
    SOURCE_METADATA: Known(_clean_texts, lambda value: isinstance(value, Mapping)),
}
