"""Checklists for tests, without a database."""

from __future__ import annotations

from itertools import count
from uuid import UUID

from checklists.definitions import Definitions
from checklists.progress import AnswerState, judge_checklist
from checklists.specs import ChecklistSpec, GroupSpec, ItemSpec, clean_checklist, definitions_of

_numbers = count(1)
WORKSPACE = UUID(int=7)


def make_item(code, field_type="TEXT", **values) -> ItemSpec:
    return ItemSpec(code=code, label=values.pop("label", code.title()), field_type=field_type, **values)


def make_group(*items, name=None, **values) -> GroupSpec:
    items = tuple(make_item(item) if isinstance(item, str) else item for item in items)
    return GroupSpec(name=name or f"Group {next(_numbers)}", items=items, **values)


def make_definitions(*groups) -> Definitions:
    cleaned = clean_checklist(ChecklistSpec(groups))
    return Definitions(definitions_of(cleaned), workspace_id=WORKSPACE, revision=3)


def judge(definitions, answers=None, facts=None, **states):
    """Progress by codes: `answers` are completed values, `states` are whole answer states."""
    given = {
        definitions.item(code).id: AnswerState(value, "COMPLETED") for code, value in (answers or {}).items()
    }
    given |= {definitions.item(code).id: state for code, state in states.items()}
    return judge_checklist(definitions, given, facts or {})


def when(code, op, value=None, **more):
    rule = {"code": code, "op": op} if value is None else {"code": code, "op": op, "value": value}
    return {"operator": "AND", "rules": [rule], **more}


def state_of(definitions, progress, code):
    return progress.items[definitions.item(code).id]
