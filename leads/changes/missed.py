"""What was missed stays with whoever missed it, whoever has the step afterwards."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet

from leads.models import KEPT_WITHIN, Action


def keep_missed(steps: QuerySet[Action], moment: datetime) -> None:
    """To be called before open steps change hands. Bound to the time that was missed: a step that is put off
    can be kept or missed anew. Nobody's step was missed by nobody, and not by who takes it up late."""
    late = steps.filter(scheduled_at__lte=moment - KEPT_WITHIN).exclude(missed_at=F("scheduled_at"))
    late.update(missed_by=F("assignee"), missed_at=F("scheduled_at"))
