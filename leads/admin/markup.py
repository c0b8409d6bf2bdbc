"""HTML put together as `format_html` does it, where a page has hundreds of pieces: nothing is kept lazy."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString


def put(pattern: str, *values: object, **named: object) -> SafeString:
    """The pattern with the values in it, each escaped unless it is HTML already."""
    told = {name: escaped(value) for name, value in named.items()}
    return SafeString(pattern.format(*map(escaped, values), **told))


def escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))
