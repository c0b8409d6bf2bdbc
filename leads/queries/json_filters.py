"""Filters by what a workspace names itself: keys of the metadata, and answers to its checklist."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext as _

from checklists.definitions import ItemDef, load_definitions
from checklists.rules import check_value
from leadhub.workspaces.models import Workspace
from leads.models import Answer, Lead
from leads.queries.filter_fields import One
from leads.values import clean_number, clean_text, nearest_of, plain_number

METADATA: Final = "metadata."
ANSWER: Final = "answer."
_LONGEST: Final = 255
# Pages say yes and no, where JSON says true and false.
_TRUTHS: Final = {"true": True, "yes": True, "false": False, "no": False}


class MetadataFilter(One):
    """Leads whose metadata has a value under a key. A text also means the number or the truth it spells."""

    def __init__(self, key: str) -> None:
        super().__init__(rule=self.clean)
        self.key = key

    def clean(self, raw: object) -> list[object]:
        clean_text(self.key, _LONGEST)
        if isinstance(raw, bool | int | float):
            return [raw]
        text = clean_text(raw, _LONGEST)
        meanings: list[object] = [text]
        if text.casefold() in _TRUTHS:
            meanings.append(_TRUTHS[text.casefold()])
        with suppress(ValidationError):
            meanings.append(plain_number(clean_number(text)))
        return meanings

    def filter(self, rows: QuerySet[Lead], meanings: list[object] | None) -> QuerySet[Lead]:
        either = Q()
        for value in meanings or ():
            either |= self._is(value)
        return rows.filter(either)

    def _is(self, value: object) -> Q:
        if connection.vendor == "postgresql":
            return Q(metadata__contains={self.key: value})  # the question that the index answers
        if isinstance(value, bool):
            return Q(Exact(self._ask("JSON_TYPE"), "true" if value else "false"))
        kinds = ("text",) if isinstance(value, str) else ("integer", "real")
        return Q(In(self._ask("JSON_TYPE"), kinds)) & Q(Exact(self._ask("JSON_EXTRACT"), Value(value)))

    def _ask(self, function: str) -> Func:
        path = Value("$." + json.dumps(self.key))
        return Func(F("metadata"), path, function=function, output_field=TextField())


class AnswerFilter(One):
    """Leads that answered a checklist item so."""

    def __init__(self, workspace: Workspace, item: ItemDef | None, code: str) -> None:
        super().__init__(rule=self.clean)
        self.workspace, self.item, self.code = workspace, item, code

    def clean(self, raw: object) -> object:
        if self.item is None:
            codes = [item.code for item in load_definitions(self.workspace).items]
            params = {"choices": nearest_of(self.code, codes) or None}
            raise ValidationError(_("The checklist has no item with this code."), "unknown_code", params)
        return check_value(self.item, raw, region=self.workspace.region)

    def filter(self, rows: QuerySet[Lead], value: object) -> QuerySet[Lead]:
        if value is None or self.item is None:
            return rows
        answers = Answer.objects.filter(workspace=self.workspace, lead=OuterRef("pk"), item=self.item.id)
        if isinstance(value, list):
            # Of several options, the named ones must be among those that were chosen.
            answers = answers.annotate(text=Cast("value", TextField()))
            for option in value:
                spelt = json.dumps(option, ensure_ascii=connection.vendor == "sqlite")
                answers = answers.filter(text__contains=spelt)
            return rows.filter(Exists(answers))
        return rows.filter(Exists(answers.filter(_is_answer(value), value=value)))


def _is_answer(value: object) -> Q:
    """PostgreSQL finds an answer by its digest, because a long text fits into no index."""
    if connection.vendor != "postgresql":
        return Q()
    wanted = MD5(Cast(Value(value, output_field=JSONField()), TextField()))
    return Q(Exact(MD5(Cast(F("value"), TextField())), wanted))


def metadata_filter(key: str) -> MetadataFilter:
    return MetadataFilter(key)


def answer_filter(workspace: Workspace, code: str) -> AnswerFilter:
    return AnswerFilter(workspace, load_definitions(workspace).item(code), code)
