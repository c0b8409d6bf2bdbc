"""How a lead stands: the workspace's catalogue of outcomes, each with its stage, and the history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class Stage(models.TextChoices):
    NEW = "new", _("New")
    CONTACTED = "contacted", _("Contacted")
    FOLLOW_UP = "follow_up", _("Follow-up")
    QUALIFIED = "qualified", _("Qualified")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    INVALID = "invalid", _("Invalid")
    DUPLICATE = "duplicate", _("Duplicate")


class Disposition(Owned):
    outcome = models.SlugField(_("outcome"), max_length=64, db_index=False)
    label = models.CharField(_("label"), max_length=100)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    # What a dialect's bare status word picks; carries no rule, so that documented calls always work.
    is_default = models.BooleanField(_("default of its stage"), default=False)
    needs_reason = models.BooleanField(_("needs a reason"), default=False)
    required_items = models.JSONField(_("required checklist items"), default=list, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "outcome"],
                name="disposition_outcome",
                violation_error_code="already_used",
                violation_error_message=_("Another disposition has this outcome; choose a different one."),
            ),
            models.UniqueConstraint(
                fields=["workspace", "stage"],
                condition=models.Q(is_default=True),
                name="disposition_default",
                violation_error_code="already_used",
                violation_error_message=_("This stage has a default disposition already."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(needs_reason=False),
                name="disposition_default_is_free",
                violation_error_code="default_has_rule",
                violation_error_message=_("The default disposition of a stage cannot ask for a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=Stage.values),
                name="disposition_stage",
                violation_error_code="invalid_choice",
                violation_error_message=_("Choose one of the eight stages."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class DispositionChange(Owned):
    """One step of a lead's history. The words that Leadping sends with it are kept as they came."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+", db_index=False)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)
    previous_outcome = models.CharField(max_length=255, blank=True)
    previous_kind = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=255)
    category = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    change_source = models.CharField(max_length=12, blank=True)
    automation_id = models.CharField(max_length=255, blank=True)
    follow_up_status = models.CharField(max_length=64, blank=True)
    callback_at = models.DateTimeField(null=True, blank=True)
    task_due_at = models.DateTimeField(null=True, blank=True)
    appointment_start_at = models.DateTimeField(null=True, blank=True)
    appointment_end_at = models.DateTimeField(null=True, blank=True)
    appointment_notes = models.TextField(blank=True)
    assigned_to = models.CharField(max_length=255, blank=True)
    related_call = models.CharField(max_length=255, blank=True)
    is_missed_call_follow_up = models.BooleanField(null=True)
    source_ref = models.CharField(max_length=255, blank=True)
    changed_by = models.UUIDField(null=True)
    changed_by_name = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(default=now)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of disposition")
        verbose_name_plural = _("changes of disposition")
        indexes = [
            models.Index(fields=["workspace", "lead", "-changed_at", "-id"], name="disposition_history"),
            # For the reports: what people said in a period.
            models.Index(
                fields=["workspace", "changed_at", "id"],
                name="disposition_told",
                condition=models.Q(change_source="User"),
            ),
        ]

    def __str__(self) -> str:
        return self.outcome
