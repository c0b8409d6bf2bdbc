"""Bringing a list of numbers and addresses that must not be used: remembered as hashes, and told to every
lead that has one of them, now or later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import write_entry
from leads.changes.consent import AT_ONCE, mark_opted_out
from leads.changes.suppression import EMAIL, LISTED, PHONE, Key, suppress
from leads.changes.transact import transact
from leads.errors import Problem
from leads.models import Channel
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_choice, clean_email, clean_line, clean_phone

_CHUNK: Final = 500
_MOST_PROBLEMS: Final = 1000


@dataclass(slots=True)
class ListReport:
    """Lines read, numbers and addresses listed, leads marked, and the lines that are neither."""

    read: int = 0
    listed: int = 0
    marked: int = 0
    problems: list[Problem] = field(default_factory=list)


def import_do_not_contact(
    workspace: Workspace,
    actor: Actor,
    lines: Iterable[str],
    *,
    channel: str = Channel.ALL,
    source: object = "",
) -> ListReport:
    """One number or address a line. Bringing a list again marks who came since, and nobody twice.

    In transactions of a few hundred lines, so that a long list holds nobody up; what is done stays done.
    """
    problems = Problems()
    problems.attempt("channel", channel, lambda: clean_choice(channel, Channel.values))
    words = problems.attempt("source", source, lambda: clean_line(source)) or _("do-not-contact list")
    problems.settle()
    report = ListReport()
    for chunk in _chunks(workspace, lines, report):
        transact(lambda chunk=chunk: suppress(workspace, chunk, LISTED, channel))  # type: ignore[misc]
        report.listed += len(chunk)
        report.marked += _mark(workspace, actor, chunk, channel, words)
    told = _("Do-not-contact list brought (%(channel)s): %(listed)d numbers and addresses, %(marked)d leads")
    shown = {"channel": channel, "listed": report.listed, "marked": report.marked}
    transact(lambda: write_entry(workspace, actor, "do_not_contact", told % shown, {}))
    return report


def _mark(workspace: Workspace, actor: Actor, keys: set[Key], channel: str, source: str) -> int:
    marked = 0
    while True:
        found = transact(lambda: mark_opted_out(workspace, actor, keys, [channel], source))
        marked += found
        if found < AT_ONCE:
            return marked


def _chunks(workspace: Workspace, lines: Iterable[str], report: ListReport) -> Iterable[set[Key]]:
    keys: set[Key] = set()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        report.read += 1
        try:
            keys.add(_key(workspace, text))
        except ValidationError as refusal:
            if len(report.problems) < _MOST_PROBLEMS:
                code = refusal.error_list[0].code or "invalid"
                report.problems.append(Problem(f"line {number}", code, refusal.messages[0], text[:200]))
        if len(keys) == _CHUNK:
            yield keys
            keys = set()
    if keys:
        yield keys


def _key(workspace: Workspace, text: str) -> Key:
    if "@" in text:
        return EMAIL, clean_email(text).key
    if len(text) > LIMITS.phone:
        raise ValidationError(_("This is no phone number and no email address."), code="invalid_phone")
    phone = clean_phone(text, workspace.region)
    # A name behind the number would make it a key that no lead has: listed, and never heeded.
    if not phone.key or any(character.isalpha() for character in phone.key):
        raise ValidationError(_("This is no phone number and no email address."), code="invalid_phone")
    return PHONE, phone.key
