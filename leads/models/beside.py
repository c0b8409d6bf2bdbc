"""What stands beside a lead: its address, its profile, and further phones and emails."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class Address(models.Model):
    lead = models.OneToOneField("leads.Lead", models.CASCADE, primary_key=True, related_name="address")
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="+", db_index=False)
    line1 = models.CharField(_("address line 1"), max_length=255, blank=True)
    line2 = models.CharField(_("address line 2"), max_length=255, blank=True)
    city = models.CharField(_("city"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=255, blank=True)
    province = models.CharField(_("province"), max_length=255, blank=True)
    region = models.CharField(_("region"), max_length=255, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    additional_info = models.CharField(_("further details"), max_length=255, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=10, decimal_places=7, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=10, decimal_places=7, null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.line1, self.city, self.state, self.country) if part)


class Profile(models.Model):
    lead = models.OneToOneField("leads.Lead", models.CASCADE, primary_key=True, related_name="profile")
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="+", db_index=False)
    gender = models.CharField(_("gender"), max_length=20, blank=True)
    marital_status = models.CharField(_("marital status"), max_length=20, blank=True)
    employment_type = models.CharField(_("employment"), max_length=20, blank=True)
    height = models.BigIntegerField(_("height"), null=True, blank=True)
    weight = models.BigIntegerField(_("weight"), null=True, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    income = models.BigIntegerField(_("income"), null=True, blank=True)
    is_homeowner = models.BooleanField(_("owns a home"), null=True, blank=True)
    months_at_residence = models.BigIntegerField(_("months at residence"), null=True, blank=True)
    credit_score = models.BigIntegerField(_("credit score"), null=True, blank=True)
    has_bankruptcy = models.BooleanField(_("had a bankruptcy"), null=True, blank=True)
    number_of_dependents = models.BigIntegerField(_("dependents"), null=True, blank=True)
    has_medical_condition = models.BooleanField(_("has a medical condition"), null=True, blank=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.pk)


class ContactPoint(Owned):
    """A further phone or email of a lead: matched and searched like the first one."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("Email")

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind)
    label = models.CharField(_("label"), max_length=50, blank=True)
    value = models.CharField(_("value"), max_length=254)
    key = models.CharField(max_length=254, editable=False)
    is_bad = models.BooleanField(_("does not work"), default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "lead", "kind", "key"],
                name="contact_point_once",
                violation_error_code="already_there",
                violation_error_message=_("The lead has this number or address already."),
            )
        ]
        indexes = [models.Index(fields=["workspace", "key"], name="contact_point_key")]

    def __str__(self) -> str:
        return self.value
