"""Groups and items as they are stored. Archived, never deleted, because answers point at them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from checklists.rules import FieldType
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned

NAME_LENGTH = 100
CODE_LENGTH = 64
LABEL_LENGTH = 200
TEXT_LENGTH = 2000


class Definition(Owned):
    """What groups and items share: where they stand, when they apply, which revision made or changed them."""

    conditions = models.JSONField(_("conditions"), null=True, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    added_revision = models.PositiveIntegerField(default=0, editable=False)
    changed_revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        abstract = True


class Group(Definition):
    name = models.CharField(_("name"), max_length=NAME_LENGTH)

    class Meta:
        verbose_name = _("checklist group")
        verbose_name_plural = _("checklist groups")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                name="checklist_group_name",
                violation_error_code="duplicate_name",
                violation_error_message=_("Another group has this name; choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Item(Definition):
    # Only an item that was made for one lead may stand outside of the groups.
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="items")
    # The id of that lead. No foreign key: definitions know no lead.
    only_for = models.UUIDField(null=True, blank=True, editable=False)
    code = models.CharField(_("code"), max_length=CODE_LENGTH)
    label = models.CharField(_("label"), max_length=LABEL_LENGTH)
    field_type = models.CharField(_("type"), max_length=16, choices=FieldType)
    is_required = models.BooleanField(_("required"), default=True)
    rules = models.JSONField(_("rules"), default=dict, blank=True)
    help_text = models.TextField(_("help"), blank=True)
    client_instructions = models.TextField(_("instructions for the lead"), blank=True)
    agent_instructions = models.TextField(_("instructions for the agent"), blank=True)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [
            # Codes are found without regard to case, so two may not differ in case alone.
            models.UniqueConstraint(
                "workspace",
                Lower("code"),
                name="checklist_item_code",
                condition=models.Q(only_for=None),
                violation_error_code="duplicate_code",
                violation_error_message=_("Another item has this code; choose a different one."),
            ),
            models.UniqueConstraint(
                "workspace",
                "only_for",
                Lower("code"),
                name="checklist_one_off_code",
                condition=models.Q(only_for__isnull=False),
                violation_error_code="duplicate_code",
                violation_error_message=_(
                    "This lead has an item with this code already; choose a different one."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(field_type__in=FieldType.values),
                name="checklist_item_type",
                violation_error_code="invalid_choice",
                violation_error_message=_("Choose one of the field types."),
            ),
            models.CheckConstraint(
                condition=models.Q(group__isnull=False) | models.Q(only_for__isnull=False),
                name="checklist_item_group",
                violation_error_code="required",
                violation_error_message=_("Put the item into a group."),
            ),
        ]

    def __str__(self) -> str:
        return self.label
