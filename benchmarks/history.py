"""What was done with the benchmark's leads, made set-based: calls, tasks, texts, outcomes, answers, entries."""

from __future__ import annotations

from typing import Final

from django.db import connection

QUESTIONS: Final = 10
# Lead n was called n % 4 times; half of those called twice or more were reached by the second call. The leads
# say the same: see store.py.
_CALLED: Final = "lead.created_at + ((n * 7919 %% 300) ^ 2 / 20 + 1) * call * interval '1 minute'"
_NUMBERED: Final = "(SELECT *, substr(external_id, 5)::bigint AS n FROM leads_lead) AS lead"

_WHO: Final = "(%(owners)s::uuid[])[1 + n %% 20]"


def _actions(kind: str, which: str, at: str, **other: str) -> str:
    """The statement that makes the actions of a kind for some leads. All parts are SQL; if nothing else is said,
    a lead gets one, which is done at once."""
    parts = {"status": "'COMPLETED'", "outcome": "''", "done": at, "times": "", **other}
    return """
INSERT INTO leads_action (id, workspace_id, lead_id, kind, status, summary, outcome, error, assignee_id,
    scheduled_at, agreed_zone, actor_kind, actor_name, user_id, door, created_at, completed_at, state, attempt,
    lease_owner, last_error)
SELECT gen_random_uuid(), lead.workspace_id, lead.id, '{kind}', {status}, 'Something', {outcome}, '', {who},
    {at}, '', 'user', 'bench', {who}, 'admin', {at}, {done}, 'idle', 0, '', ''
FROM {numbered} {times} WHERE {which}
""".format(kind=kind, which=which, at=at, who=_WHO, numbered=_NUMBERED, **parts)


CALLS: Final = _actions(
    "CALL",
    "true",
    _CALLED,
    times="CROSS JOIN LATERAL generate_series(1, n %% 4) AS call",
    outcome="CASE WHEN call = 2 AND n %% 8 < 4 THEN 'connected' ELSE 'no_answer' END",
)
TASKS: Final = _actions(
    "TASK",
    "n %% 3 = 0",
    "lead.created_at + interval '2 days'",
    status="CASE WHEN n %% 30 = 0 THEN 'PENDING' ELSE 'COMPLETED' END",
    done="CASE WHEN n %% 30 > 0 THEN lead.created_at + (24 + n %% 72) * interval '1 hour' END",
)
TEXTS: Final = _actions("SMS", "n %% 5 = 0", "lead.created_at + interval '1 hour'")
OUTCOMES: Final = f"""
INSERT INTO leads_dispositionchange (id, workspace_id, lead_id, disposition_id, previous_outcome, previous_kind,
    kind, outcome, category, reason, notes, change_source, automation_id, follow_up_status, appointment_notes,
    assigned_to, related_call, source_ref, changed_by, changed_by_name, changed_at, created_at)
SELECT gen_random_uuid(), workspace_id, id, disposition_id, 'new', '', '', 'contacted', '', '', '', 'User', '', '',
    '', '', '', '', {_WHO}, 'bench', created_at + interval '3 hours', created_at + interval '3 hours'
FROM {_NUMBERED} WHERE n %% 4 = 0
"""
ANSWERS: Final = f"""
INSERT INTO leads_answer (id, workspace_id, lead_id, item_id, value, status, problem, actor_kind, actor_name, door,
    answered_at, created_at, updated_at)
SELECT gen_random_uuid(), lead.workspace_id, lead.id, item.id, '"yes"', 'COMPLETED', '', 'user', 'bench', 'admin',
    lead.created_at, lead.created_at, lead.created_at
FROM {_NUMBERED} JOIN checklists_item AS item USING (workspace_id) WHERE n %% 10 > item."order"
    AND n %% 3 = 0
"""
ENTRIES: Final = """
INSERT INTO leads_entry (id, workspace_id, lead_id, kind, summary, input, changes, note, actor_kind, actor_name,
    door, request_id, version, created_at)
SELECT gen_random_uuid(), workspace_id, lead_id, 'call', 'Call logged', '{}'::jsonb, '{"attempts": [0, 1]}'::jsonb, '', 'user',
    'bench', 'admin', '', 2, created_at FROM leads_action
UNION ALL
SELECT gen_random_uuid(), workspace_id, id, 'created', 'Lead created', '{}', '{"first_name": [null, "Ana"]}', '',
    'key', 'bench', 'octanist', '', 1, created_at FROM leads_lead
"""


def fill_history(workspace: str, owners: list[str]) -> None:
    """Some 2 million actions, 3 million entries, a quarter of a million outcomes, 1.5 million answers a million leads."""
    from checklists.models import Group, Item

    group = Group.objects.create(workspace_id=workspace, name="Facts")
    for number in range(QUESTIONS):
        Item.objects.create(
            workspace_id=workspace,
            group=group,
            code=f"fact_{number}",
            label=f"Fact {number}",
            field_type="TEXT",
            order=number,
        )
    with connection.cursor() as cursor:
        for statement in (CALLS, TASKS, TEXTS, OUTCOMES, ANSWERS):
            cursor.execute(statement, {"owners": owners})
        cursor.execute(ENTRIES)
