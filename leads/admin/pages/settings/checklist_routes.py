"""The addresses of the checklist builder; all of them for owners."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Role
from leads.admin.pages.settings import checklist, checklist_items, checklist_publish
from leads.admin.route import Route

_AT: Final = "settings/checklist/"

ROUTES: Final = [
    Route(_AT, checklist.show, "checklist", Role.OWNER, _("Checklist")),
    Route(f"{_AT}steps/", checklist.take, "checklist_step", Role.OWNER),
    Route(f"{_AT}discard/", checklist.discard, "checklist_discard", Role.OWNER),
    Route(f"{_AT}preview/", checklist_publish.preview, "checklist_preview", Role.OWNER),
    Route(f"{_AT}publish/", checklist_publish.publish, "checklist_publish", Role.OWNER),
    Route(f"{_AT}groups/new/", checklist.edit_group, "checklist_group_new", Role.OWNER),
    Route(f"{_AT}groups/<uuid:key>/", checklist.edit_group, "checklist_group", Role.OWNER),
    Route(f"{_AT}items/new/", checklist_items.add, "checklist_item_new", Role.OWNER),
    Route(f"{_AT}items/<uuid:key>/", checklist_items.edit, "checklist_item", Role.OWNER),
]
