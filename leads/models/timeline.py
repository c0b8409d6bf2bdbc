"""What happened to a lead (entries), what is or was to be done (actions), and what was said (messages)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned
from leads.models.outbox import Leased

# What was planned counts as kept when it was done within so long of its time.
KEPT_WITHIN: Final = timedelta(days=1)


class CallOutcome(Owned):
    slug = models.SlugField(max_length=32, db_index=False)
    label = models.CharField(max_length=100)
    reaches = models.BooleanField(_("somebody was reached"), default=False)
    marks_bad = models.BooleanField(_("the number does not work"), default=False)
    order = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("call outcome")
        verbose_name_plural = _("call outcomes")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "slug"],
                name="call_outcome_slug",
                violation_error_code="already_used",
                violation_error_message=_("Another call outcome has this name; choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.label


class Entry(Owned):
    """One thing that happened: who, through which door, what from what to what. Never changed, and
    deleted only with the person."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    summary = models.CharField(max_length=255)
    # What was sent, in the words of the door that sent it.
    input = models.JSONField(default=dict)
    # {path: [old, new]} or [old, new, "added" | "removed"], because missing is not null.
    changes = models.JSONField(default=dict)
    # What a merge moved and what was there before, so that it can be undone.
    kept = models.JSONField(null=True)
    note = models.TextField(blank=True)
    action = models.ForeignKey("leads.Action", models.SET_NULL, null=True, related_name="+", db_index=False)
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=200)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    api_key = models.ForeignKey(
        "workspaces.ApiKey", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    import_batch = models.ForeignKey(
        "leads.ImportBatch", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    door = models.CharField(max_length=20)
    request_id = models.CharField(max_length=128, blank=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = [
            models.Index(fields=["workspace", "lead", "-created_at", "-id"], name="entry_of_lead"),
            models.Index(fields=["workspace", "-created_at", "-id"], name="entry_newest"),
            models.Index(
                fields=["workspace", "import_batch", "id"],
                name="entry_of_import",
                condition=models.Q(import_batch__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class ActionKind(models.TextChoices):
    CALL = "CALL", _("Call")
    EMAIL = "EMAIL", _("Email")
    SMS = "SMS", _("Text message")
    MESSAGE = "MESSAGE", _("Message")
    FOLLOW_UP_MESSAGE = "FOLLOW_UP_MESSAGE", _("Automatic follow-up")
    TASK = "TASK", _("Task")
    TOOL_CALL = "TOOL_CALL", _("Tool call")


class ActionStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    AWAITING_APPROVAL = "AWAITING_APPROVAL", _("Awaiting approval")
    COMPLETED = "COMPLETED", _("Completed")
    CANCELLED = "CANCELLED", _("Cancelled")
    FAILED = "FAILED", _("Failed")


class Action(Owned, Leased):
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=ActionKind)
    status = models.CharField(max_length=20, choices=ActionStatus, default=ActionStatus.PENDING)
    summary = models.CharField(max_length=255)
    outcome = models.CharField(max_length=64, blank=True)
    input = models.JSONField(null=True)
    output = models.JSONField(null=True)
    error = models.TextField(blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)
    tool = models.JSONField(null=True)
    assignee = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Whose it was when it was too late to keep it, if it changed hands after that; and which time was missed.
    missed_by = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    missed_at = models.DateTimeField(null=True, blank=True)
    scheduled_at = models.DateTimeField(default=now)
    # The zone the time was agreed in; the instant alone does not survive a change of the clocks.
    agreed_zone = models.CharField(max_length=64, blank=True)
    actor_kind = models.CharField(max_length=10, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    api_key = models.ForeignKey(
        "workspaces.ApiKey", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    door = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=now)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ActionStatus.values),
                name="action_status",
                violation_error_code="invalid_choice",
                violation_error_message=_("Choose one of the five states of an action."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "lead", "-created_at", "-id"], name="action_of_lead"),
            models.Index(
                fields=["workspace", "status", "scheduled_at", "id"],
                name="action_open",
                condition=models.Q(status__in=["PENDING", "AWAITING_APPROVAL"]),
            ),
            models.Index(fields=["state", "due_at"], name="action_due", condition=models.Q(state="due")),
            # For the reports: what was done and what was planned in a period, and the first call of a lead.
            models.Index(
                fields=["workspace", "completed_at", "id"],
                name="action_done",
                condition=models.Q(status="COMPLETED"),
            ),
            models.Index(
                fields=["workspace", "lead", "completed_at"],
                name="action_calls",
                condition=models.Q(kind="CALL", status="COMPLETED") & ~models.Q(outcome=""),
            ),
            models.Index(
                fields=["workspace", "scheduled_at", "id"],
                name="action_planned",
                condition=(models.Q(assignee__isnull=False) | models.Q(missed_by__isnull=False))
                & ~models.Q(kind="CALL", status="COMPLETED", outcome__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class Message(Owned):
    action = models.ForeignKey(Action, models.CASCADE, related_name="messages", db_index=False)
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10)
    direction = models.CharField(max_length=8)
    subject = models.CharField(max_length=255, blank=True)
    body = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "action"], name="message_of_action"),
            models.Index(fields=["workspace", "lead", "-created_at"], name="message_of_lead"),
        ]

    def __str__(self) -> str:
        return self.subject or self.body[:60]
