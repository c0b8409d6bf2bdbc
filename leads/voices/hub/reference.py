"""What an integrator looks up: the key itself, and the words of the workspace that it may write with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from checklists.definitions import Definitions
from checklists.rules import FieldType
from leadhub.workspaces.models import DIALECTS, SCOPES, ApiKey, Membership, Workspace
from leads.models import Stage, Tag
from leads.queries.catalogue import Catalogue
from leads.voices.hub.catalogue import MEMBER, show_member
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import FLAG, ID, MOMENT, OBJECT, TEXT, WHOLE, maybe, one_of, several, thing

WHOSE_KEY: Final = thing(
    "WhoseKey",
    {
        "workspace": thing(
            "WorkspaceInBrief",
            {"id": ID, "slug": TEXT, "name": TEXT, "region": TEXT, "time_zone": TEXT, "currency": TEXT},
        ),
        "name": TEXT,
        "id": TEXT,
        "dialects": several(one_of(DIALECTS)),
        "scopes": several(one_of(SCOPES)),
        "is_test": FLAG,
        "expires_at": maybe(MOMENT),
        "limit": thing(
            "RateLimit",
            {
                "requests": WHOLE,
                "seconds": WHOLE,
                "remaining": {**WHOLE, "description": "This request is counted already."},
                "reset_at": MOMENT,
            },
        ),
    },
)


def show_whose_key(key: ApiKey, limit: dict[str, Any]) -> dict[str, Any]:
    return {
        "workspace": _workspace(key.workspace),
        "name": key.name,
        "id": key.public_id,
        "dialects": list(key.dialects),
        "scopes": list(key.scopes),
        "is_test": key.is_test,
        "expires_at": show_moment(key.expires_at),
        "limit": limit,
    }


def _workspace(workspace: Workspace) -> dict[str, Any]:
    names = ("slug", "name", "region", "time_zone", "currency")
    return {"id": str(workspace.pk), **{name: getattr(workspace, name) for name in names}}


REFERENCE: Final = thing(
    "Reference",
    {
        "checklist": several(
            thing(
                "ReferenceItem",
                {
                    "code": TEXT,
                    "label": TEXT,
                    "group": TEXT,
                    "field_type": one_of(FieldType.values),
                    "is_required": FLAG,
                    "options": maybe(several(TEXT)),
                    "rules": OBJECT,
                },
            )
        ),
        "stages": several(thing("ReferenceStage", {"stage": one_of(Stage.values), "default": maybe(TEXT)})),
        "dispositions": several(
            thing(
                "ReferenceDisposition",
                {
                    "outcome": TEXT,
                    "label": TEXT,
                    "stage": TEXT,
                    "needs_reason": FLAG,
                    "required_items": several(TEXT),
                },
            )
        ),
        "call_outcomes": several(
            thing("ReferenceCallOutcome", {"outcome": TEXT, "label": TEXT, "reaches": FLAG})
        ),
        "tags": several(thing("ReferenceTag", {"id": ID, "name": TEXT})),
        "members": several(MEMBER),
    },
)


def show_reference(
    definitions: Definitions, catalogue: Catalogue, tags: Iterable[Tag], members: Iterable[Membership]
) -> dict[str, Any]:
    """What is archived cannot be written with, so it is left out."""
    return {
        "checklist": _items(definitions),
        "stages": [_stage(catalogue, stage) for stage in Stage.values],
        "dispositions": _dispositions(catalogue),
        "call_outcomes": [
            {"outcome": row.slug, "label": row.label, "reaches": row.reaches}
            for row in catalogue.call_outcomes.values()
            if not row.archived_at
        ],
        "tags": [{"id": str(tag.pk), "name": tag.name} for tag in tags],
        "members": [show_member(member) for member in members],
    }


def _stage(catalogue: Catalogue, stage: str) -> dict[str, Any]:
    default = catalogue.default_of(stage)
    return {"stage": stage, "default": default.outcome if default else None}


def _items(definitions: Definitions) -> list[dict[str, Any]]:
    return [
        {
            "code": item.code,
            "label": item.label,
            "group": group.name,
            "field_type": str(item.field_type),
            "is_required": item.is_required,
            "options": item.rules.get("options"),
            "rules": dict(item.rules),
        }
        for group in definitions.groups
        for item in group.items
    ]


def _dispositions(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {
            "outcome": row.outcome,
            "label": row.label,
            "stage": str(row.stage),
            "needs_reason": row.needs_reason,
            "required_items": list(row.required_items),
        }
        for row in catalogue.dispositions.values()
        if not row.archived_at
    ]
