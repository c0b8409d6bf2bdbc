"""The lead itself: who it is, where it stands, what was agreed, and the counters its lists are sorted by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned
from leads.models.disposition import Disposition, DispositionChange


class AssigneeType(models.TextChoices):
    AI_AGENT = "AI_AGENT", _("AI agent")
    HUMAN_AGENT = "HUMAN_AGENT", _("Person")


class Lead(Owned):
    # Who it is.
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    business_name = models.CharField(_("business name"), max_length=200, blank=True)
    email = models.CharField(_("email"), max_length=254, blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    email_verified_at = models.DateTimeField(_("email verified"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    phone_type = models.CharField(_("phone type"), max_length=32, blank=True)
    phone_e164 = PhoneNumberField(blank=True, editable=False)
    phone_key = models.CharField(max_length=64, blank=True, editable=False)
    phone_verified_at = models.DateTimeField(_("phone verified"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Where it came from.
    source = models.CharField(_("source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    portal_link = models.CharField(_("portal link"), max_length=2048, blank=True)
    website = models.CharField(_("website"), max_length=2048, blank=True)
    landing_path = models.CharField(_("landing path"), max_length=2048, blank=True)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)
    click_ids = models.JSONField(default=dict, blank=True)
    ad_consents = models.JSONField(default=dict, blank=True)
    custom = models.TextField(blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    import_batch = models.ForeignKey(
        "leads.ImportBatch", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    is_test = models.BooleanField(_("test lead"), default=False)
    # Who works it, and where it stands.
    assignee_type = models.CharField(
        _("handled by"), max_length=12, choices=AssigneeType, default=AssigneeType.AI_AGENT
    )
    assignee = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+", db_index=False)
    disposition_change = models.ForeignKey(
        DispositionChange, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    qualified_at = models.DateTimeField(_("qualified"), null=True, blank=True)
    completed_at = models.DateTimeField(_("checklist completed"), null=True, blank=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    loss_reason = models.TextField(_("loss reason"), blank=True)
    note = models.TextField(_("latest note"), blank=True)
    activity_summary = models.TextField(_("summary of activity"), blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    override_enabled = models.BooleanField(null=True, blank=True)
    override_reason = models.TextField(blank=True)
    override_by = models.UUIDField(null=True, blank=True)
    override_at = models.DateTimeField(null=True, blank=True)
    # What was agreed. Proof of consent stands apart from the free metadata, so that no such write erases it.
    opted_out_at = models.DateTimeField(null=True, blank=True)
    call_opted_out_at = models.DateTimeField(null=True, blank=True)
    email_opted_out_at = models.DateTimeField(null=True, blank=True)
    sms_opted_out_at = models.DateTimeField(null=True, blank=True)
    sms_opted_in_at = models.DateTimeField(null=True, blank=True)
    sms_help_requested_at = models.DateTimeField(null=True, blank=True)
    sms_consent_phone = models.CharField(max_length=64, blank=True)
    assigned_phone_number_id = models.CharField(max_length=255, blank=True)
    trusted_form_url = models.CharField(max_length=2048, blank=True)
    compliance_status = models.CharField(max_length=50, blank=True)
    compliance_blocked_reason = models.TextField(blank=True)
    # What its lists are sorted and counted by; kept by the writer.
    attempts = models.PositiveIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    first_response_at = models.DateTimeField(null=True, blank=True)
    next_action_at = models.DateTimeField(null=True, blank=True)
    checklist_required = models.PositiveIntegerField(default=0)
    checklist_done = models.PositiveIntegerField(default=0)
    checklist_in_review = models.PositiveIntegerField(default=0)
    checklist_groups = models.JSONField(default=dict, blank=True)
    checklist_revision = models.PositiveIntegerField(default=0)
    search_text = models.TextField(blank=True, editable=False)
    # Its life.
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.UUIDField(null=True, blank=True)
    archive_reason = models.PositiveSmallIntegerField(null=True, blank=True)
    archive_note = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # Every lead that was merged into this one, at any depth, so that its story is read in one question.
    absorbed = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    field_sources = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(archive_reason__isnull=True) | models.Q(archive_reason__lte=9),
                name="lead_archive_reason",
                violation_error_code="invalid_choice",
                violation_error_message=_("The reason of an archive is a whole number from 0 to 9."),
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0),
                name="lead_value",
                violation_error_code="negative",
                violation_error_message=_("The value of a lead cannot be negative; send zero or more."),
            ),
            models.CheckConstraint(
                condition=models.Q(assignee_type__in=AssigneeType.values),
                name="lead_assignee_type",
                violation_error_code="invalid_choice",
                violation_error_message=_("A lead is handled by AI_AGENT or HUMAN_AGENT."),
            ),
        ]
        indexes = [
            # Those over live leads alone, which the lists walk, stand in the migrations: see _indexes.py.
            models.Index(fields=["workspace", "email_key"], name="lead_email"),
            models.Index(fields=["workspace", "phone_key"], name="lead_phone"),
            models.Index(fields=["workspace", "external_id"], name="lead_external_id"),
            models.Index(fields=["workspace", "disposition", "-created_at", "-id"], name="lead_disposition"),
            models.Index(fields=["workspace", "assignee", "-created_at", "-id"], name="lead_assignee"),
            models.Index(fields=["workspace", "source", "-created_at", "-id"], name="lead_source"),
            models.Index(
                fields=["workspace", "next_action_at", "id"],
                name="lead_next_action",
                condition=models.Q(next_action_at__isnull=False),
            ),
            models.Index(
                fields=["workspace", "merged_into"],
                name="lead_merged_into",
                condition=models.Q(merged_into__isnull=False),
            ),
            models.Index(fields=["workspace", "checklist_revision"], name="lead_checklist_revision"),
            # The few that no report counts.
            models.Index(
                fields=["workspace", "id"],
                name="lead_uncounted",
                condition=models.Q(is_test=True) | models.Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.business_name or self.email or self.phone or str(self.pk)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def is_enabled(self) -> bool:
        """The administrator's override wins over the lead's own switch."""
        return self.enabled if self.override_enabled is None else self.override_enabled
