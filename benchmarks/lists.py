"""`python -m benchmarks.lists [--rows N] [--jobs N] [--sqlite] [--again] [--undo]`: a list as an operator brings it.

15 columns, phones in three ways of writing, one row in twenty bad, one in ten of a lead that is there and is
overwritten. Timed in a process of its own, against COPY of the leads it made into an equally indexed table."""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import store
from benchmarks.imports import AREAS, FIRST, PHONES

HEADER = (
    "First name,Last name,Email,Phone,External ID,Source,Company,Value,Website,Captured at,City,State,Zip,"
    "UTM source,Score"
).split(",")


def write_list(path: Path, number: int, word: str = "", step: int = 1) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_row(n, word) for n in range(0, number, step))


def _row(n: int, word: str) -> list[object]:
    digits = f"{2000000 + n % 8000000:07d}"
    phone = PHONES[n % 3].format(a=AREAS[n // 8000000 % 6], b=digits[:3], c=digits[3:])
    email = "not an address" if n % 20 == 7 else f"lead{n}@example.org"
    person = [FIRST[n % 10], f"Name{n * 7919 % 100003}{word}", email, phone, f"crm-{n}"]
    rest = [("web", "fair", "partner")[n % 3], f"Company {n}{word}", n % 5000, "https://example.org/"]
    place = [f"Atlanta{word}", "GA", f"{30000 + n % 999}"]
    return [*person, *rest, "2026-01-02T03:04:05Z", *place, f"google{word}", n % 100]


def run(*words: str) -> tuple[float, float, dict[str, Any]]:
    """Seconds, the most MB of the process and its own processes together, and its report."""
    begun, most = time.perf_counter(), [0.0]
    with subprocess.Popen([sys.executable, "manage.py", *words, "--json"], stdout=subprocess.PIPE) as process:
        watch = threading.Thread(target=_watch, args=(process, most))
        watch.start()
        told = process.stdout.read() if process.stdout else b""
        process.wait()
        watch.join()
    return time.perf_counter() - begun, most[0], json.loads(told)


def _watch(process: subprocess.Popen[bytes], most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], sum(map(_memory, _family(process.pid))))
        time.sleep(0.2)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))
    except OSError:
        return


def _memory(pid: int) -> float:
    """Its own, and its share of what it has in common with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def floor(batch_id: str, folder: Path) -> tuple[float, int]:
    """Seconds for COPY of the leads that the import made, and how many they are."""
    import psycopg

    path = folder / "leads.copy"
    with psycopg.connect(f"{store.SERVER}/{store.NAME}", autocommit=True) as plain, plain.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute("CREATE TABLE bench_floor (LIKE leads_lead INCLUDING ALL)")
        made = f"SELECT * FROM leads_lead WHERE import_batch_id = '{batch_id}'"
        others = made.replace("=", "IS DISTINCT FROM")
        cursor.execute(f"INSERT INTO bench_floor {others}")
        with open(path, "wb") as file, cursor.copy(f"COPY ({made}) TO STDOUT") as copy:
            for part in copy:
                file.write(part)
        begun = time.perf_counter()
        with open(path, "rb") as file, cursor.copy("COPY bench_floor FROM STDIN") as copy:
            while part := file.read(1 << 20):
                copy.write(part)
        return time.perf_counter() - begun, cursor.rowcount


def prepare(folder: Path, sqlite: bool) -> None:
    store.use()
    if not sqlite:
        store.fill(0)
        return
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    import django

    django.setup()
    from django.core.management import call_command

    from leads.change import Actor, ActorKind
    from leads.changes.people import create_workspace

    call_command("migrate", verbosity=0)
    create_workspace(Actor(ActorKind.SYSTEM, "benchmarks", "command"), {"slug": "bench", "name": "Bench"})


def bring(path: Path, options: argparse.Namespace) -> tuple[float, str, dict[str, Any]]:
    """Seconds, what it came to in words, and its report; the counts must agree."""
    jobs = ["--jobs", str(options.jobs)] if options.jobs > 1 else []
    seconds, memory, told = run("import_leads", "bench", str(path), "--on-match", "overwrite", *jobs)
    counts = {name: told[name] for name in ("read", "created", "updated", "unchanged", "skipped", "refused")}
    assert counts["read"] == options.rows == sum(counts.values()) - counts["read"]
    words = f"{seconds:.0f} s, {options.rows / seconds:,.0f} rows a second, at most {memory:.0f} MB: {counts}"
    return seconds, words, told


def measure(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    there, given, again = folder / "there.csv", folder / "list.csv", folder / "again.csv"
    write_list(there, options.rows, step=10)
    write_list(given, options.rows, "x")
    run("import_leads", "bench", str(there))
    seconds, words, told = bring(given, options)
    yield words
    if not options.sqlite:
        copied, number = floor(told["import"], folder)
        assert number == told["created"]
        floor_of_all = copied / number * options.rows
        yield f"COPY of the {number:,} leads it made: {copied:.1f} s"
        yield f"new, row by row against COPY: {floor_of_all / seconds:.2f} (goal 0.15)"
    if options.again:
        write_list(again, options.rows, "y")
        seconds, words, told = bring(again, options)
        yield words
        if not options.sqlite:
            yield f"existing, row by row against COPY: {floor_of_all / seconds:.2f} (goal 0.12)"
    if options.undo:
        seconds, memory, told = run("undo_import", told["import"])
        counts = {name: told[name] for name in ("removed", "put_back", "stay")}
        yield f"taken back in {seconds:.0f} s, at most {memory:.0f} MB: {counts}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true")
    parser.add_argument("--again", action="store_true", help="then once more, with another word in each lead")
    parser.add_argument("--undo", action="store_true", help="take the last one back, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), options.sqlite)
        for line in measure(Path(folder), options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
