"""Writing the workspace's templates: judged as a message is, so that none is kept that cannot be sent."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import save_row, stored_row
from leads.changes.messages import clean_message
from leads.models import ActionKind, MessageTemplate
from leads.validation.problems import Problems
from leads.values import clean_line

_NAME = 100


def save_template(
    workspace: Workspace, actor: Actor, values: Mapping[str, object], template_id: UUID | None = None
) -> MessageTemplate:
    """`values` are name, channel, subject and body; and `archived`."""
    row = stored_row(MessageTemplate, workspace, template_id) or MessageTemplate(workspace=workspace)
    columns: dict[str, object] = {}
    if row._state.adding or "name" in values:
        columns["name"] = _clean_name(values.get("name", ""))
    words = {name: values.get(name, getattr(row, name)) for name in ("channel", "subject", "body")}
    text = clean_message(str(words["channel"]), words["subject"], words["body"], ActionKind.MESSAGE)
    columns |= {"channel": text.channel, "subject": text.subject, "body": text.body}
    if "archived" in values:
        columns["archived_at"] = (row.archived_at or now()) if values["archived"] else None
    save_row(workspace, actor, row, columns, noun="template")
    return row


def _clean_name(raw: object) -> str:
    problems = Problems()
    name = problems.attempt("name", raw, lambda: clean_line(raw, _NAME))
    if name == "":
        problems.add("name", "required", _("Give the template a name."))
    problems.settle()
    return name or ""
