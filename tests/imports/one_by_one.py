"""What the engine must come to, said as simply as possible: each row alone, by `apply_change`."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from django.db import transaction

from leads.change import ByEmail, ByExternalId, ById, ByPhone, NewLead
from leads.changes import apply_change
from leads.changes.suppression import suppressed
from leads.errors import Invalid, LeadError
from leads.imports.options import Options
from leads.imports.terms import Terms
from leads.imports.writing import on_line
from leads.queries.find import find_leads
from leads.validation import clean_all, told_together

KEYS = {"external_id": "external_id", "email": "email_key", "phone": "phone_key"}
WHERES = {"external_id": ByExternalId, "email": ByEmail, "phone": ByPhone}


def bring_one_by_one(batch, actor, rows) -> list[tuple]:
    """(result, codes) of each row."""
    options = Options.of(batch)
    workspace = copy(batch.workspace)
    workspace.region = options.region or workspace.region
    actor = replace(actor, import_batch_id=batch.pk, announces=options.announce)
    found = []
    for row in rows:
        try:
            with transaction.atomic():
                found.append(_bring(workspace, actor, options, row))
        except Invalid as refusal:
            found.append(("refused", sorted(problem.code for problem in refusal.problems)))
        except LeadError as refusal:
            found.append(("refused", [refusal.code]))
    return found


def _bring(workspace, actor, options, row):
    if row.problems:
        raise Invalid(row.problems)
    cleaned, refused = clean_all(row.change, workspace)
    terms = Terms(options)
    if not refused and suppressed(workspace, _person(cleaned)):
        return "skipped", ["erased"]
    found = _met(workspace, options, cleaned.columns)
    if len(found) > 1:
        return "refused", sorted(["ambiguous", *(problem.code for problem in refused)])
    lead = found[0] if found else None
    change = on_line(row.change, row.line)
    if refused:
        _refuse(workspace, actor, terms, change, lead, refused)
    if lead is None:
        apply_change(workspace, actor, NewLead(), terms.for_new(change))
        return "created", []
    if options.on_match == "skip":
        return "skipped", [
            "duplicate_row" if lead.import_batch_id == actor.import_batch_id else "already_there"
        ]
    outcome = apply_change(
        workspace, actor, ById(lead.pk, follows=False), lambda state: terms.for_found(change, state)
    )
    return ("updated" if outcome.changed else "unchanged"), []


def _refuse(workspace, actor, terms, change, lead, refused):
    """What is wrong with the rest of the row stands beside what is wrong with its values."""
    where = ById(lead.pk, follows=False) if lead else NewLead()
    try:
        if lead is None:
            apply_change(workspace, actor, where, terms.with_terms(change))
        elif terms.options.on_match != "skip":
            apply_change(workspace, actor, where, lambda state: terms.for_found(change, state))
    except Invalid as refusal:
        raise Invalid(told_together(refused, refusal.problems)) from None
    raise Invalid(refused)


def _person(cleaned):
    person = {(kind, cleaned.columns[column]) for kind, column in KEYS.items() if cleaned.columns.get(column)}
    return person | {(str(point.kind), key) for point, _value, key in cleaned.contact_points}


def _met(workspace, options, columns):
    for kind in () if options.on_match == "create" else options.match:
        if (key := columns.get(KEYS[kind])) and (found := find_leads(workspace, WHERES[kind](key))):
            return found
    return []
