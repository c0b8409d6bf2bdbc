"""A lead's answers to its checklist. A row exists only once an item was touched; its id is known before."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class AnswerStatus(models.TextChoices):
    TODO = "TODO", _("To do")
    COMPLETED = "COMPLETED", _("Completed")
    INVALID = "INVALID", _("Invalid")
    SKIPPED = "SKIPPED", _("Skipped")
    NEEDS_REVIEW = "NEEDS_REVIEW", _("Needs review")


class Answer(Owned):
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="answers", db_index=False)
    item = models.ForeignKey("checklists.Item", models.PROTECT, related_name="+", db_index=False)
    value = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=AnswerStatus, default=AnswerStatus.TODO)
    override = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True)
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    door = models.CharField(max_length=20, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["workspace", "lead", "item"], name="answer_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=AnswerStatus.values),
                name="answer_status",
                violation_error_code="invalid_choice",
                violation_error_message=_(
                    "Choose one of TODO, COMPLETED, INVALID, SKIPPED and NEEDS_REVIEW."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "item", "-lead"], name="answer_of_item"),
            # For the reports: which items some leads have.
            models.Index(
                fields=["workspace", "lead", "item"],
                name="answer_done",
                condition=models.Q(status="COMPLETED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.status}"


def answer_id(lead_id: uuid.UUID, item_id: uuid.UUID) -> uuid.UUID:
    """The lasting id of a lead's answer to an item, stored or not."""
    return uuid.uuid5(lead_id, item_id.hex)
