"""A complete Octanist PATCH over HTTP against pgbench running the same statements on the same tables."""

from __future__ import annotations

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.store import NAME, SERVER

PORT = 8790
CLIENTS = 4
SECONDS = 3

FLOOR = """
\\set n random(1, {leads})
SELECT id AS lead FROM bench_ids WHERE n = :n \\gset
BEGIN;
SELECT * FROM workspaces_apikey k JOIN workspaces_workspace w ON w.id = k.workspace_id WHERE k.public_id = '{public_id}';
SELECT l.*, c.* FROM leads_lead l LEFT JOIN leads_dispositionchange c ON c.id = l.disposition_change_id
    WHERE l.id = ':lead' AND l.workspace_id = '{workspace}' AND NOT l.is_test FOR UPDATE OF l;
INSERT INTO leads_dispositionchange (id, workspace_id, lead_id, disposition_id, previous_outcome, previous_kind,
    kind, outcome, category, reason, notes, change_source, automation_id, follow_up_status, appointment_notes,
    assigned_to, related_call, source_ref, changed_by_name, changed_at, created_at)
    SELECT gen_random_uuid(), '{workspace}', ':lead', disposition_id, 'new', '', '', 'won', '', '', '', 'API', '', '',
    '', '', '', '', 'bench', now(), now() FROM leads_lead WHERE id = ':lead';
UPDATE leads_lead SET value = :n, note = 'call again', version = version + 1, updated_at = now(),
    field_sources = '{{"value": "00000000-0000-0000-0000-000000000000"}}' WHERE id = ':lead';
INSERT INTO leads_entry (id, workspace_id, lead_id, kind, summary, input, changes, note, actor_kind, actor_name, door,
    request_id, version, created_at) VALUES (gen_random_uuid(), '{workspace}', ':lead', 'updated', 'Lead updated',
    '{{}}', '{{"value": [1, 2], "note": [null, "call again"]}}', 'call again', 'key', 'bench', 'octanist',
    'req_0123456789ab', 2, now());
INSERT INTO leads_event (id, workspace_id, kind, lead_id, is_test, payload, created_at)
    VALUES (gen_random_uuid(), '{workspace}', 'lead.updated', ':lead', false, '{{"version": 2}}', now()),
    (gen_random_uuid(), '{workspace}', 'lead.disposition_changed', ':lead', false, '{{"version": 2}}', now());
INSERT INTO web_requestrecord (id, workspace_id, request_id, door, method, path, status, code, lead_id, duration_ms,
    dry_run, is_test, body, created_at) VALUES (gen_random_uuid(), '{workspace}', 'req_0123456789ab', 'octanist',
    'PATCH', '/api/leads', 200, '', ':lead', 3, false, false, decode(repeat('ab', 120), 'hex'), now());
COMMIT;
"""


def measure(workspace: str, key: str, leads: int, rounds: int) -> str:
    public_id = key.split("_", 1)[1][:8] if key.startswith("oct_") else key[-51:-43]
    script = FLOOR.format(leads=leads, public_id=public_id, workspace=workspace)
    ids = _some_ids(20_000)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file, _server():
        file.write(script)
        file.flush()
        _http(key, ids, 1)
        pairs = [(_http(key, ids, SECONDS), _pgbench(file.name)) for _round in range(rounds)]
    ratios = [ours / floor for ours, floor in pairs]
    ours, floor = (statistics.median(side) for side in zip(*pairs, strict=True))
    return (
        f"Octanist PATCH over HTTP {ours:.0f}/s, pgbench -c {CLIENTS} {floor:.0f}/s: "
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _some_ids(most: int) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bench_ids ORDER BY md5(n::text) LIMIT %s", [most])
        return [str(row[0]) for row in cursor.fetchall()]


def _pgbench(script: str) -> float:
    command = ["pgbench", "-n", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), "-f", script]
    done = subprocess.run([*command, f"{SERVER}/{NAME}"], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    return float(found[1])


class _server:
    def __enter__(self) -> None:
        granian = str(Path(sys.executable).parent / "granian")
        command = [granian, "leadhub.wsgi:application", "--interface", "wsgi", "--port", str(PORT)]
        options = ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
        self.process = subprocess.Popen(
            [*command, *options], env=os.environ.copy(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        for _try in range(100):
            time.sleep(0.1)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                connection.request("GET", "/livez")
                connection.getresponse().read()
                return
            except OSError:
                continue
        raise RuntimeError("the server did not start")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(10)


def _http(key: str, ids: list[str], seconds: float) -> float:
    """Requests per second of a few clients on lasting connections; every one must succeed."""
    until = time.monotonic() + seconds
    counts = [0] * CLIENTS

    def run(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=20)
        headers = {"X-API-KEY": key, "Content-Type": "application/json"}
        while time.monotonic() < until:
            position = counts[number] * CLIENTS + number
            status = "won" if counts[number] // len(ids) % 2 == 0 else "qualified"
            body = {"id": ids[position % len(ids)], "status": status, "value": position, "note": "call again"}
            connection.request("PATCH", "/api/leads", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {text[:300]!r}")
            counts[number] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)
