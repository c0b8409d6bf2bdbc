"""Imports: rows new and rows existing against COPY of the same leads into an equally indexed table, and against
`full_clean()` and `save()` row by row. Each round measures all of them in turn, so that what else the machine
does is in every number."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

FIRST = "Ana Ben Chloe Dmitri Eve Farid Grace Hana Ivan Jo".split()
AREAS = (678, 404, 770, 212, 213, 312)
PHONES = ("({a}) {b}-{c}", "+1{a}{b}{c}", "{a}.{b}.{c}")


def rows(start: int, number: int, word: str = "") -> Iterator[Any]:
    """15 columns, phones in three ways of writing, one row in twenty is bad."""
    from leads.change import LeadChange
    from leads.imports.row import Row

    for n in range(start, start + number):
        digits = f"{2000000 + n % 8000000:07d}"
        phone = PHONES[n % 3].format(a=AREAS[n // 8000000 % 6], b=digits[:3], c=digits[3:])
        fields = {
            "first_name": FIRST[n % 10],
            "last_name": f"Name{n * 7919 % 100003}{word}",
            "email": "not an address" if n % 20 == 0 else f"lead{n}@example.org",
            "phone": phone,
            "external_id": f"crm-{n}",
            "source": ("web", "fair", "partner")[n % 3],
            "business_name": f"Company {n}{word}",
            "value": str(n % 5000),
            "website": "https://example.org/",
            "captured_at": "2026-01-02T03:04:05Z",
        }
        address = {"city": f"Atlanta{word}", "state": "GA", "postal_code": f"{30000 + n % 999}"}
        metadata = {"utm_source": f"google{word}", "score": n % 100}
        yield Row(n + 2, {}, LeadChange(fields=fields, address=address, metadata=metadata))


def bring(workspace: Any, given: Iterator[Any], **options: Any) -> tuple[float, Any]:
    from leads.change import Actor, ActorKind
    from leads.imports.engine import run
    from leads.imports.options import Options
    from leads.models import ImportBatch

    batch = ImportBatch.objects.create(workspace=workspace, name="x", options=Options(**options).as_json())
    begun = time.perf_counter()
    run(batch, Actor(ActorKind.IMPORT, "benchmarks", "import"), given)
    return time.perf_counter() - begun, batch


def copy_again(batch: Any) -> float:
    """Seconds for COPY of the leads of an import into a table with the same indexes and as many leads."""
    from django.db import connection

    connection.ensure_connection()
    plain = connection.connection
    with plain.cursor() as cursor:
        with cursor.copy(
            f"COPY (SELECT * FROM leads_lead WHERE import_batch_id = '{batch.pk}') TO STDOUT"
        ) as copy:
            data = b"".join(bytes(part) for part in copy)
        begun = time.perf_counter()
        with cursor.copy("COPY bench_floor FROM STDIN") as copy:
            copy.write(data)
        return time.perf_counter() - begun


def one_by_one(workspace: Any, start: int, number: int) -> float:
    """Seconds for as many leads and entries by the ORM, each checked and saved."""
    from leads.change import Actor, ActorKind
    from leads.changes.apply import blank_lead
    from leads.models import Entry

    actor = Actor(ActorKind.IMPORT, "benchmarks", "import")
    begun = time.perf_counter()
    for row in rows(start, number):
        lead = blank_lead(workspace, actor)
        for name in ("first_name", "last_name", "email", "phone", "external_id", "source", "business_name"):
            setattr(lead, name, row.change.fields[name])
        lead.email_key, lead.metadata = lead.email.lower(), dict(row.change.metadata)
        lead.full_clean(exclude=["absorbed", "email", "metadata"])
        lead.save()
        entry = Entry(workspace=workspace, lead=lead, kind="created", summary="x", actor_kind="import")
        entry.actor_name, entry.door, entry.changes = "x", "import", {"first_name": [None, lead.first_name]}
        entry.full_clean(exclude=["input", "kept", "action", "undoes", "user", "api_key", "import_batch"])
        entry.save()
    return time.perf_counter() - begun


def validated(workspace: Any, number: int) -> float:
    """Rows cleaned in a second of this process's time."""
    from leads.imports.candidates import read_candidate

    given = list(rows(50_000_000, number))
    begun = time.process_time()
    for row in given:
        read_candidate(row, workspace)
    return number / (time.process_time() - begun)


def measure(workspace_id: str, number: int, rounds: int) -> Iterator[str]:
    from django.db import connection

    from leadhub.workspaces.models import Workspace

    workspace = Workspace.objects.get(pk=workspace_id)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute("CREATE TABLE bench_floor (LIKE leads_lead INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_floor SELECT * FROM leads_lead")
    new, old, naive, start = [], [], [], 10_000_000
    for _round in range(rounds):
        seconds, batch = bring(workspace, rows(start, number))
        floor = copy_again(batch) / batch.created
        new.append(floor / (seconds / number))
        again, other = bring(workspace, rows(start, number, "x"), on_match="overwrite")
        assert other.updated == batch.created
        old.append(floor / (again / number))
        few = max(50, number // 100)
        naive.append(one_by_one(workspace, start + number * 100, few) / few / (seconds / number))
        start += number
    yield f"import, all rows new, against COPY: {median(new):.2f} (goal 0.15)"
    yield f"import, all rows existing and changed, against COPY: {median(old):.2f} (goal 0.12)"
    yield f"import against full_clean() and save(): {median(naive):.0f} times (goal 40)"
    yield f"rows validated per CPU-second: {validated(workspace, number):,.0f} (goal 100,000)"
    yield f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
