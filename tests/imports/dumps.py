"""All that a workspace stores about its leads, with ids told by their order, so that two can be compared."""

from __future__ import annotations

import json
import re

from checklists.models import Group, Item
from leads import models
from leads.timeline import plain

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
NAMED = [
    models.Disposition,
    Group,
    Item,
    models.Lead,
    models.Entry,
    models.DispositionChange,
    models.Tag,
    models.Action,
    models.ImportBatch,
]
TABLES = [
    models.Lead,
    models.Entry,
    models.DispositionChange,
    models.Tag,
    models.Action,
    models.Address,
    models.Profile,
    models.ContactPoint,
    models.Answer,
    models.LeadTag,
    models.ConsentEvent,
    models.Event,
    models.Job,
    models.Suppression,
]
# Keyed by the workspace, or counted by others.
_LEFT_OUT = {"workspace_id", "key_hash"}


def dump(workspace) -> dict[str, list[dict]]:
    names = {str(workspace.pk): "the workspace"}
    for model in NAMED:
        for number, pk in enumerate(
            model.objects.filter(workspace=workspace).order_by("pk").values_list("pk", flat=True)
        ):
            names[str(pk)] = f"{model.__name__} {number}"

    def name_of(found):
        text = found[0]
        if "-" not in text:
            text = "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])
        return names.get(text, found[0])

    def told(row):
        left_out = _LEFT_OUT | (set() if type(row) in NAMED else {"id"})
        columns = {
            field.attname: plain(getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.attname not in left_out
        }
        return json.loads(_UUID.sub(name_of, json.dumps(columns, sort_keys=True)))

    return {
        model.__name__: sorted(
            (told(row) for row in model.objects.filter(workspace=workspace)),
            key=lambda row: json.dumps(row, sort_keys=True),
        )
        for model in TABLES
    }


def differing(one, other) -> list[str]:
    """Where two dumps differ, in few words."""
    found = []
    for table, rows in one.items():
        if len(rows) != len(other[table]):
            found.append(f"{table}: {len(rows)} and {len(other[table])} rows")
        for ours, theirs in zip(rows, other[table], strict=False):
            found += [
                f"{table}.{name}: {ours[name]!r} and {theirs[name]!r}"
                for name in ours
                if ours[name] != theirs[name]
            ]
    return found
