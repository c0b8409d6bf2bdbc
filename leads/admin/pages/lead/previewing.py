"""A message as it would leave: its blanks filled in, or a sentence about the one that stays empty."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from leadhub.workspaces.models import User
from leads.admin.desk import Desk
from leads.changes.templates import check_template, fill, values_of
from leads.models import Lead


def preview_of(
    desk: Desk, lead: Lead, text: Mapping[str, str], sender: User, *, signed: bool = False
) -> dict[str, str]:
    """`subject` and `body`, or `problem`."""
    values = values_of(desk.workspace, lead, sender)
    try:
        filled = {name: fill(check_template(part), values) for name, part in text.items()}
    except ValidationError as refusal:
        return {"problem": refusal.messages[0]}
    signature = sender.signature.strip() if signed else ""
    if signature and filled["body"]:
        filled["body"] = f"{filled['body'].rstrip()}\n\n-- \n{signature}"
    return filled
