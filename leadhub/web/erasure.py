"""Removes a person from what the doors remember: bodies, values, query strings and kept answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TypeVar
from urllib.parse import unquote_plus
from uuid import UUID

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, StrIndex

from leadhub.web.models import IdempotencyRecord, RequestProblem, RequestRecord
from leadhub.web.requests import masked_path
from leadhub.web.sealing import Unsealable, unseal

_Row = TypeVar("_Row", bound=models.Model)
_BATCH = 500


def erase_lead(workspace_id: UUID, lead_id: UUID, markers: Iterable[str] = ()) -> None:
    """Erase what was kept about a lead, and whatever else in the workspace names the person.

    The markers are the texts that give the person away (emails, phone numbers as given and as E.164, names).
    Refused and bulk requests name a person without being about one lead, hence the search through all.
    """
    records = RequestRecord.objects.filter(workspace_id=workspace_id)
    about = Q(workspace_id=workspace_id) & (Q(lead_id=lead_id) | Q(record__lead_id=lead_id))
    RequestProblem.objects.filter(about).delete()
    records.filter(lead_id=lead_id).update(body=None)
    before_query = Left(F("path"), StrIndex(F("path"), Value("?")) - 1)
    records.filter(lead_id=lead_id, path__contains="?").update(path=before_query)
    IdempotencyRecord.objects.filter(workspace_id=workspace_id, lead_id=lead_id).update(body=None, headers={})
    wanted = [marker.casefold() for marker in markers if marker.strip()]
    if wanted:
        _erase_mentions(workspace_id, wanted)


def _erase_mentions(workspace_id: UUID, wanted: list[str]) -> None:
    for record in _each(RequestRecord.objects.filter(workspace_id=workspace_id)):
        if record.body is not None and _mentions(record.body, wanted):
            RequestRecord.objects.filter(id=record.id).update(body=None)
        if any(marker in unquote_plus(record.path).casefold() for marker in wanted):
            path = masked_path(record.path.split("?")[0])
            RequestRecord.objects.filter(id=record.id).update(path=path)
    for problem in _each(RequestProblem.objects.filter(workspace_id=workspace_id)):
        told = any(marker in problem.message.casefold() for marker in wanted)
        if told or (problem.value is not None and _mentions(problem.value, wanted)):
            RequestProblem.objects.filter(id=problem.id).delete()
    for answer in _each(IdempotencyRecord.objects.filter(workspace_id=workspace_id)):
        if answer.body is not None and _mentions(answer.body, wanted):
            IdempotencyRecord.objects.filter(id=answer.id).update(body=None, headers={})


def _each(rows: models.QuerySet[_Row]) -> Iterator[_Row]:
    """In batches by id, so that neither memory nor a cursor is held for the length of the search."""
    batch = list(rows.order_by("id")[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(id__gt=batch[-1].pk).order_by("id")[:_BATCH])


def _mentions(sealed: bytes | memoryview, wanted: list[str]) -> bool:
    """What can no longer be opened tells nobody anything."""
    try:
        text = unseal(sealed).decode(errors="replace")
    except Unsealable:
        return False
    if "\\" in text:
        # A name may be hidden behind \u escapes.
        with suppress(ValueError):
            text += json.dumps(json.loads(text), ensure_ascii=False)
    return any(marker in text.casefold() for marker in wanted)
