"""A database of its own for the benchmarks, filled set-based with believable leads."""

from __future__ import annotations

import os
import sys

NAME = os.environ.get("BENCH_NAME", "leadhub_bench")
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")

LEADS = """
INSERT INTO leads_lead (
    id, workspace_id, first_name, middle_name, last_name, business_name, email, email_key, phone, phone_type,
    phone_e164, phone_key, time_zone, source, external_id, portal_link, website, landing_path, click_ids,
    ad_consents, custom, metadata, is_test, assignee_type, disposition_id, currency, loss_reason, note,
    activity_summary, enabled, override_reason, sms_consent_phone, assigned_phone_number_id, trusted_form_url,
    compliance_status, compliance_blocked_reason, attempts, checklist_required, checklist_done,
    checklist_in_review, checklist_groups, checklist_revision, search_text, archive_note, absorbed, version,
    field_sources, created_at, updated_at, assignee_id, next_action_at, last_attempt_at, first_response_at)
SELECT
    (lpad(to_hex(1700000000000 + n * 1000), 12, '0') || '7' || lpad(to_hex(n %% 4096), 3, '0') || '8'
        || lpad(to_hex(n), 15, '0'))::uuid,
    %(workspace)s, first, '', last, 'Company ' || n, mail, mail, phone, '', phone, phone, '',
    (ARRAY['api', 'web', 'import', 'partner'])[1 + n %% 4], 'crm-' || n, '', '', '', '{}', '{}', '',
    jsonb_build_object('utm_source', 'google', 'score', n %% 100), false, 'HUMAN_AGENT',
    (SELECT id FROM leads_disposition WHERE workspace_id = %(workspace)s ORDER BY "order" OFFSET n %% 6 LIMIT 1),
    'USD', '', '', '', true, '', '', '', '', '', '', n %% 4, 0, 0, 0, '{}', 1,
    lower(first || ' ' || last) || E'\\ncompany ' || n || E'\\n' || mail || E'\\n' || phone || E'\\ncrm-' || n,
    '', '[]', 1, '{}', moment, moment,
    CASE WHEN n %% 4 > 0 THEN (%(owners)s::uuid[])[1 + n %% 20] END,
    CASE WHEN n %% 30 = 0 THEN now() + (n %% 40000 - 20000) * interval '1 minute' END,
    CASE WHEN n %% 4 > 0 THEN moment + pause * (n %% 4) END,
    CASE WHEN n %% 4 > 1 AND n %% 8 < 4 THEN moment + pause * 2 END
FROM (
    SELECT n, ((n %% 300 * 7919 %% 300) ^ 2 / 20 + 1) * interval '1 minute' AS pause,
        (ARRAY['Ana', 'Ben', 'Chloe', 'Dmitri', 'Eve', 'Farid', 'Grace'])[1 + n %% 7] AS first,
        'Name' || md5(n::text) AS last, 'lead' || n || '@example.org' AS mail,
        '+1678' || lpad((2000000 + n)::text, 7, '0') AS phone,
        timestamptz '2026-01-01' + n * interval '10 seconds' AS moment
    FROM generate_series(1, %(leads)s) AS n) AS numbered
"""

TAGS = """
INSERT INTO leads_leadtag (id, workspace_id, lead_id, tag_id, created_at)
SELECT gen_random_uuid(), workspace_id, leads_lead.id, tag.id, now()
FROM leads_lead JOIN leads_tag AS tag USING (workspace_id)
WHERE right(external_id, 1) = tag.normalized
"""
OWNERS = 20


def use() -> str:
    """Point Django at the benchmark's database; call before anything of ours is imported."""
    url = f"{SERVER}/{NAME}"
    os.environ |= {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "leadhub.settings",
        "SECRET_KEY": "benchmarks-need-no-secret-but-a-long-one-" + "x" * 20,
        "DATA_KEYS": "v1:dGhlLXRlc3RzLWhhdmUtYS1mb3J0dW5hdGUta2V5IS0=",
        "PLAIN_HTTP": "1",
    }
    return url


def fill(leads: int, *, history: bool = False) -> tuple[str, str]:
    """A fresh database with that many leads, and what was done with them; gives back the workspace's id and an
    Octanist key."""
    import psycopg

    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        # On both sides of every ratio, so that the disk's mood is in neither.
        server.execute(f"ALTER DATABASE {NAME} SET synchronous_commit = off")
        # As docs/operations.md tells operators.
        server.execute(f"ALTER DATABASE {NAME} SET jit = off")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    workspace, key, owners = _workspace()
    with connection.cursor() as cursor:
        cursor.execute(LEADS, {"workspace": workspace, "leads": leads, "owners": owners})
        cursor.execute(TAGS)
        cursor.execute("CREATE TABLE bench_ids (n serial PRIMARY KEY, id uuid NOT NULL)")
        cursor.execute("INSERT INTO bench_ids (id) SELECT id FROM leads_lead")
    if history:
        from benchmarks.history import fill_history

        fill_history(workspace, owners)
    with psycopg.connect(f"{SERVER}/{NAME}", autocommit=True) as plain:
        plain.execute("VACUUM ANALYZE")
    print(f"{leads:,} leads in {NAME}", file=sys.stderr)
    return workspace, key


def found() -> tuple[str, str]:
    """The database that an earlier run filled; its key is not known any more."""
    import django

    django.setup()
    from leadhub.workspaces.models import Workspace

    return str(Workspace.objects.get(slug="bench").pk), ""


def _workspace() -> tuple[str, str, list[str]]:
    from leads.change import Actor, ActorKind
    from leads.changes.catalogue import save_tag
    from leads.changes.people import add_member, create_workspace, issue_key

    actor = Actor(ActorKind.SYSTEM, "benchmarks", "command")
    workspace = create_workspace(actor, {"slug": "bench", "name": "Bench"})
    workspace.rate_per_minute = workspace.pollybot_rate_per_hour = 100_000_000
    workspace.save()
    _key, fresh = issue_key(workspace, actor, name="bench", dialects=["octanist", "omniai", "pollybot"])
    people = [
        add_member(
            workspace, actor, f"person{number}@bench.example", "agent", password="a long enough password"
        )
        for number in range(OWNERS)
    ]
    add_member(workspace, actor, "owner@bench.example", "owner", password="a long enough password")
    for digit in "37":
        save_tag(workspace, actor, {"name": digit})
    return str(workspace.pk), fresh.text, [str(member.user_id) for member, _is_new in people]
