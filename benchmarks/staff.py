"""The pages that staff look at: the server's time for each, against the bare queries that it asks."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection

ROUNDS = 9
# What the list, a search and the queue may take at a million leads.
MOST_MS = 150
MOST_REPORT_MS = 1000


def measure(workspace_id: str) -> Iterator[str]:
    from django.test import Client
    from django.test.utils import override_settings

    # As the application server loads it, with what it does about the collector of garbage.
    import leadhub.wsgi  # noqa: F401

    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    from django.conf import settings

    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": static}):
        clients = {role: _client(Client, workspace_id, role) for role in ("owner", "agent")}
        for name, role, address in _pages(workspace_id):
            yield _line(name, clients[role], address)


def _client(kind: Any, workspace_id: str, role: str) -> Any:
    from leadhub.workspaces.models import Membership
    from leads.changes.sessions import note_sign_in
    from leads.models import Lead

    client = kind(HTTP_HOST="localhost")
    # Not every agent has leads.
    members = Membership.objects.filter(workspace=workspace_id, role=role).order_by("pk")
    owners = set(Lead.objects.filter(workspace=workspace_id).values_list("assignee", flat=True)[:1000])
    user = next(member.user for member in members if role == "owner" or member.user_id in owners)
    client.force_login(user)
    # As the form does it, so that session and person come in one query.
    note_sign_in(user, client.session.session_key, "", "")
    return client


def _pages(workspace_id: str) -> list[tuple[str, str, str]]:
    from leads.models import Lead
    from leads.queries.keyset import Mark, write_cursor

    rows = Lead.objects.filter(workspace=workspace_id)
    middle, oldest = rows.order_by("created_at")[rows.count() // 2], rows.order_by("created_at")[60]
    deep = write_cursor(Mark("-created_at", oldest.created_at, oldest.pk))
    since = (middle.created_at - timedelta(days=1)).date()
    leads = "/admin/leads/?order="
    return [
        ("list", "owner", f"{leads}-created_at"),
        ("list, deepest page", "owner", f"{leads}-created_at&after={deep}"),
        ("list by next step", "owner", f"{leads}next_action_at"),
        ("list, a stage and an owner", "agent", f"{leads}-created_at&stage=new&assignee=me"),
        ("list, two stages and an owner", "agent", f"{leads}-created_at&stage=new,won&assignee=me"),
        ("list, a tag and a period", "owner", f"{leads}-created_at&tag=7&created_to={since}"),
        ("list, a value of the metadata", "owner", f"{leads}-created_at&metadata.score=42"),
        ("search, a rare name", "owner", f"{leads}-created_at&search={middle.last_name[4:12]}"),
        ("search, an email", "owner", f"{leads}-created_at&search={middle.email}"),
        ("search, a phone number", "owner", f"{leads}-created_at&search={middle.phone[2:]}"),
        ("search, a common word", "owner", f"{leads}-created_at&search=grace"),
        ("search, nobody", "owner", f"{leads}-created_at&search=zzyzx"),
        ("queue, everybody's", "owner", "/admin/?whose=everybody"),
        ("queue, mine", "agent", "/admin/?whose=mine"),
        ("queue, no next step", "agent", "/admin/?part=no_next_step&whose=mine"),
        ("lead page", "owner", f"/admin/leads/{middle.pk}/"),
        ("focus page", "owner", f"/admin/work/focus/{middle.pk}/"),
        *_reports(middle.created_at.date()),
    ]


def _reports(last: date) -> Iterator[tuple[str, str, str]]:
    """Each card, for a period whose leads are a sixteenth of all, and a quarter of them."""
    for days in (7, 30):
        period = f"from={last - timedelta(days=days - 1)}&to={last}"
        for card in ("activity", "funnel", "speed", "sources", "checklist", "overdue"):
            yield f"report {card}, {days} days", "owner", f"/admin/reports/{card}/?{period}"


def _line(name: str, client: Any, address: str) -> str:
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    _get(client, address)
    with connection.execute_wrapper(note):
        answer = _get(client, address)
    rounds = [
        (_timed(lambda: _get(client, address)), _timed(lambda: _ask(asked))) for _round in range(ROUNDS)
    ]
    page, busy = (
        statistics.median(side) * 1000 for side in zip(*(ours for ours, _floor in rounds), strict=True)
    )
    bare = statistics.median(floor for _ours, (floor, _busy) in rounds) * 1000
    ratio = statistics.median(ours[0] / floor[0] for ours, floor in rounds)
    most = MOST_REPORT_MS if name.startswith("report") else MOST_MS
    verdict = "" if page < most else "  TOO SLOW"
    size = len(answer.content) / 1000
    return (
        f"staff: {name}: {page:.0f} ms ({busy:.0f} of our own CPU), bare queries {bare:.0f} ms ({len(asked)}), "
        f"ratio {ratio:.1f}, {size:.0f} KB{verdict}"
    )


def _get(client: Any, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer


def _ask(asked: list[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()


def _timed(work: Any) -> tuple[float, float]:
    """Seconds, and those of our own processor."""
    began, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - busy
