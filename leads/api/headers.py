"""The headers of an answer: what a replay repeats, and names written so that a header may carry them."""

from __future__ import annotations

from django.http import HttpResponse


def kept_headers(response: HttpResponse) -> dict[str, str]:
    """What a replay repeats; the rest belongs to the single answer."""
    names = ("Content-Type", "ETag", "Location", "Leadhub-Ignored", "Leadhub-Problems")
    return {name: response.headers[name] for name in names if name in response.headers}


def listed(names: list[str]) -> str:
    """Names as a header may carry them: visible ASCII, and not without end."""
    shown = [name.encode("ascii", "backslashreplace").decode() for name in names[:50]]
    clean = [
        "".join(char if " " < char <= "~" and char != "," else "_" for char in name)[:100] for name in shown
    ]
    return ", ".join(clean)
