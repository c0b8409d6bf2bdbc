"""What is known of the lead, section by section, and the first leaves of its metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from leads.admin.pages.lead.cells import SECTIONS, Cell, Section
from leads.admin.telling import Speaker, plain_words
from leads.models import Lead
from leads.queries.full import FullLead
from leads.timeline import MISSING, diff_objects, escape

_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    text: str
    path: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    slug: str
    title: str | Promise
    rows: list[Fact]
    more: int = 0


def sections_of(full: FullLead, speaker: Speaker) -> list[Facts]:
    """How the person is reached stands elsewhere."""
    return [_section(full, section, speaker) for section in SECTIONS.values()]


def _section(full: FullLead, section: Section, speaker: Speaker) -> Facts:
    rows = []
    for cell in section.cells:
        value = None if cell.name in {"phone", "email"} else _value(full, cell)
        if value is None or value == "":
            continue
        if cell.name == "currency" and full.lead.value is not None:
            continue  # said with the value
        text = dict(cell.choices).get(cell.text(value)) or speaker.value(cell.path, value)
        if cell.name == "value":
            text = f"{value:,.2f} {full.lead.currency}".strip()
        link = str(value) if cell.kind == "url" and str(value).startswith(("http://", "https://")) else ""
        rows.append(Fact(speaker.short_name(cell.path), str(text), cell.path, link))
    return Facts(section.slug, section.title, rows)


def _value(full: FullLead, cell: Cell) -> Any:
    part = full.lead if cell.part == "fields" else getattr(full, cell.part)
    return getattr(part, cell.name, None)


def metadata_of(lead: Lead, speaker: Speaker) -> Facts:
    """The first leaves; the editor has them all."""
    leaves = _leaves(sorted(diff_objects({}, lead.metadata, "/metadata").items()))
    rows = [
        Fact(speaker.name(path).partition(": ")[2] or path, plain_words(new), path)
        for path, (_old, new) in leaves
    ]
    return Facts("metadata", "", rows[:_MOST_SHOWN], max(0, len(rows) - _MOST_SHOWN))


def _leaves(found: list[tuple[str, tuple[object, object]]]) -> list[tuple[str, tuple[object, object]]]:
    """An object that is new as a whole, leaf by leaf."""
    leaves = []
    for path, (old, new) in found:
        if isinstance(new, dict) and new:
            inner = [(f"{path}/{escape(str(key))}", (MISSING, value)) for key, value in sorted(new.items())]
            leaves += _leaves(inner)  # type: ignore[arg-type]
        else:
            leaves.append((path, (old, new)))
    return leaves
