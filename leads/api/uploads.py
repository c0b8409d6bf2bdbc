"""Uploads as doors for machines take them: streamed, kept before the transaction, discarded if it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

from leadhub.web import uploads
from leadhub.web.uploads import BadParts, Received
from leads.api.view import DialectView, Reply
from leads.errors import Malformed, Problem

Kept = TypeVar("Kept")


def receive_upload(request: HttpRequest, part: str, texts: tuple[str, ...]) -> Received:
    """Read the whole body. The files are temporary: Django removes them once the answer is out."""
    try:
        return uploads.receive_upload(request, part, texts)
    except BadParts as bad:
        raise Malformed([Problem(name, bad.code, bad.message) for name in bad.parts]) from None


def write_upload(
    view: DialectView,
    received: Received,
    keep: Callable[[], Kept],
    add: Callable[[Kept], Reply],
    discard: Callable[[Kept], None],
) -> HttpResponse:
    """`keep` refuses what needs no lock, and stores the bytes; `add` puts them to use, and answers; `discard`
    takes them away again if it came to nothing.

    A refusal is raised where a repeated key finds it again.
    """
    kept: list[Kept] = []
    refusal: Exception | None = None
    try:
        kept = [keep()]
    except Exception as error:
        refusal = error
    done = False

    def work() -> Reply:
        nonlocal done
        if refusal is not None:
            raise refusal
        reply = add(kept[0])
        done = not view.dry_run
        return reply

    try:
        return view.write(work, received.fingerprint)
    except BaseException:
        done = False
        raise
    finally:
        if kept and not done:
            discard(kept[0])
