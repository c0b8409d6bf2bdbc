"""The form of an import: what each column becomes, and the terms that hold for all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Membership
from leads.admin.desk import Desk
from leads.admin.pages.imports.columns import notes_of, read_columns
from leads.imports.asked import ASKED, read_terms
from leads.imports.books import keep_mapping, keep_terms, mapping_of
from leads.imports.options import Options
from leads.models import ImportBatch
from leads.queries.catalogue import load_catalogue

_SOURCE: Final = "source"


def keep_form(desk: Desk, batch: ImportBatch, form: Mapping[str, Any]) -> None:
    """What the form says of the columns is kept even where what it says of the rows is refused."""
    before = mapping_of(batch.mapping, desk.workspace)
    constants = {key: value for key, value in before.constants.items() if key != _SOURCE}
    source = str(form.get(_SOURCE, "")).strip()[:50]
    if source:
        constants[_SOURCE] = source
    if before.dialect:
        keep_mapping(batch, replace(before, constants=constants))
    else:
        columns, layout = read_columns(desk, batch, form)
        mapping = replace(before, columns=columns, constants=constants)
        keep_mapping(batch, mapping, notes_of(desk, columns, layout))
    terms = read_terms(desk.workspace, {name: str(value) for name, value in form.items()})
    keep_terms(batch, replace(terms, may_override=desk.actor.may_override))


def terms_context(desk: Desk, batch: ImportBatch, form: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of the terms offers, and what is chosen: as it was sent, if it was."""
    people = Membership.objects.filter(workspace=desk.workspace, left_at=None).select_related("user")
    users = [row.user for row in people.order_by("user__email")]
    live = [row for row in load_catalogue(desk.workspace).dispositions.values() if row.archived_at is None]
    options = Options.of(batch)
    mapping = mapping_of(batch.mapping, desk.workspace)
    chosen = {
        **options.as_json(),
        "tags": "; ".join(options.tags),
        "match": ",".join(options.match),
        "assign": next((user.email for user in users if user.pk == options.assignee), ""),
        _SOURCE: mapping.constants.get(_SOURCE, ""),
    }
    return {
        "people": users,
        "outcomes": live,
        "terms": {**chosen, **{name: form[name] for name in (*ASKED, _SOURCE) if name in form}},
        "dialect": mapping.dialect,
        "matches": [
            ("external_id,email,phone", _("External id, then email, then phone")),
            ("email,phone", _("Email, then phone")),
            ("external_id", _("External id alone")),
            ("email", _("Email alone")),
            ("phone", _("Phone alone")),
        ],
        "on_matches": [
            ("skip", _("Leave it as it is")),
            ("fill", _("Fill in what it lacks")),
            ("overwrite", _("Overwrite it with the row")),
            ("create", _("Create a second lead")),
        ],
    }
