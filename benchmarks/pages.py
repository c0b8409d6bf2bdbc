"""Lists at depth against their first page, and a search against reading every lead."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection

ROUNDS = 9


def measure(workspace_id: str) -> Iterator[str]:
    from leadhub.workspaces.models import Workspace
    from leads.models import Lead
    from leads.queries.keyset import Mark, write_cursor
    from leads.queries.lists import list_leads
    from leads.queries.search import hits, read_search

    workspace = Workspace.objects.get(pk=workspace_id)
    oldest = list(Lead.objects.filter(workspace=workspace).order_by("created_at", "pk")[:60])[-1]
    deep = write_cursor(Mark("-created_at", oldest.created_at, oldest.pk))
    yield ratio(
        "deepest list page / first page",
        lambda: list_leads(workspace, {}, after=deep),
        lambda: list_leads(workspace, {}),
    )
    word = oldest.last_name[4:12]
    wanted = read_search(word, workspace.region)
    yield ratio(
        "search by reading every lead / by the index",
        lambda: scan(workspace, word),
        lambda: list(hits(workspace, wanted).values_list("pk", flat=True)[:50]),
    )
    yield ratio(
        "search by reading every lead / a whole page of a search",
        lambda: scan(workspace, word),
        lambda: list_leads(workspace, {"search": word}),
    )


def scan(workspace: object, word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE workspace_id = %s AND upper(first_name) LIKE upper(%s) "
            "OR upper(last_name) LIKE upper(%s) OR upper(email) LIKE upper(%s) ORDER BY created_at DESC LIMIT 50",
            [workspace.pk, *[f"%{word}%"] * 3],  # type: ignore[attr-defined]
        )
        cursor.fetchall()


def ratio(name: str, one: Callable[[], object], other: Callable[[], object]) -> str:
    """The median of pairs timed in turn, after one of each that is not counted."""
    one(), other()
    pairs = [(timed(one), timed(other)) for _round in range(ROUNDS)]
    ratios = [ours / floor for ours, floor in pairs]
    left, right = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    return f"{name}: {left:.2f} ms / {right:.2f} ms, ratio {statistics.median(ratios):.2f}"


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
