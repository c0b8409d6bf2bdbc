"""What every table of a workspace has: an id made here, and the workspace."""

from __future__ import annotations

from django.db import models

from leadhub.workspaces.ids import new_id


class Owned(models.Model):
    """A row that belongs to one workspace. Every unique key of such a table contains the workspace."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey("workspaces.Workspace", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True
