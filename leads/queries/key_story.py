"""What a key has done of late: leads made and changed, what was refused, and whose values it replaced.

Of its last requests only, so that the page of a busy key is as quick as that of a quiet one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from leadhub.web.models import RequestRecord
from leadhub.workspaces.models import ApiKey
from leads.change import ActorKind
from leads.models import Entry

REQUESTS: Final = 5000
LEADS: Final = 500
_CREATED: Final = "created"


@dataclass(slots=True)
class KeyStory:
    """`since` is the oldest request looked at; `overwritten` counts values that people had set."""

    requests: int = 0
    since: datetime | None = None
    leads: int = 0
    created: int = 0
    updated: int = 0
    refused: list[tuple[str, int]] = field(default_factory=list)
    fields: list[tuple[str, int]] = field(default_factory=list)
    overwritten: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_partial(self) -> bool:
        return self.requests == REQUESTS or self.leads == LEADS


def story_of(key: ApiKey) -> KeyStory:
    """Two queries, however much the key has done."""
    records = RequestRecord.objects.filter(api_key_id=key.pk, dry_run=False).order_by("-id")
    rows = list(records.values_list("status", "code", "lead_id", "created_at")[:REQUESTS])
    refused = Counter(code or str(status) for status, code, _lead, _at in rows if status >= 400)
    leads = list(dict.fromkeys(lead for status, _code, lead, _at in rows if lead and status < 400))[:LEADS]
    story = KeyStory(len(rows), rows[-1][3] if rows else None, len(leads), refused=refused.most_common())
    _tell(story, key, leads)
    return story


def _tell(story: KeyStory, key: ApiKey, leads: list[UUID]) -> None:
    entries = Entry.objects.filter(workspace=key.workspace_id, lead__in=leads).order_by("created_at", "id")
    fields: Counter[str] = Counter()
    overwritten: Counter[str] = Counter()
    human: dict[tuple[UUID, str], bool] = {}
    rows: Iterable[tuple[UUID, str, str, UUID | None, dict[str, list[object]]]] = entries.values_list(
        "lead_id", "kind", "actor_kind", "api_key_id", "changes"
    )
    for lead, kind, actor, key_id, changes in rows:
        is_ours = key_id == key.pk
        if is_ours and kind == _CREATED:
            story.created += 1
        elif is_ours and changes:
            story.updated += 1
        for path, change in changes.items():
            if is_ours and change[1] not in (None, ""):
                fields[path] += 1
            if is_ours and human.get((lead, path)) and change[0] not in (None, ""):
                overwritten[path] += 1
            human[lead, path] = actor == ActorKind.USER
    story.fields, story.overwritten = fields.most_common(30), overwritten.most_common(30)
