"""What templates cannot say by themselves: values in words; times and numbers as their reader writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

from django import template
from django.db.models import Model
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags.static import static
from django.utils import numberformat
from django.utils.dateformat import format as date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from checklists.rules import FieldType
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Role
from leads.admin.clocks import written
from leads.admin.content import type_words
from leads.admin.markup import put
from leads.admin.route import address, is_plain
from leads.admin.telling import NOTHING, door_words, moment_words, plain_words
from leads.models import Action, Document
from leads.values.content import false_ending
from leads.values.zone import zone_of

register = template.Library()

# Decimal point and separator of thousands for each number format that a person may choose.
MARKS: Final = {"": (".", ","), "1.234,5": (",", "."), "1 234,5": (",", "\u202f"), "1234.5": (".", "")}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# From so many seconds on, the unit and its words.
_UNITS: Final[tuple[tuple[int, int, Callable[[int], str]], ...]] = (
    (730 * _DAY, 365 * _DAY, lambda count: ngettext("%d year", "%d years", count)),
    (60 * _DAY, 30 * _DAY, lambda count: ngettext("%d month", "%d months", count)),
    (14 * _DAY, 7 * _DAY, lambda count: ngettext("%d week", "%d weeks", count)),
    (48 * _HOUR, _DAY, lambda count: ngettext("%d day", "%d days", count)),
    (_HOUR, _HOUR, lambda count: ngettext("%d hour", "%d hours", count)),
    (0, _MINUTE, lambda count: ngettext("%d minute", "%d minutes", count)),
)

# The dash is how a difference has put it already.
_EMPTY: Final = (None, "", NOTHING)
_UNTOLD: Final = frozenset({"/disposition/change", "note"})
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Address(URLNode):
    """Django's own tag, which need not look for a page that is addressed by ids and slugs alone."""

    def render(self, context: Context) -> str:
        parts = [part.resolve(context) for part in self.args]
        if self.kwargs or not all(map(is_plain, parts)):
            return super().render(context)
        found = address(self.view_name.resolve(context), *parts)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found)


@register.tag
def url(parser: Parser, token: Token) -> Address:
    node = django_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)


@register.filter
def of(values: Mapping[Any, Any], key: object) -> Any:
    return values.get(key)


@register.filter
def typed(field_type: str) -> str:
    """What kind of answer an item of the checklist takes."""
    return str(FieldType(field_type).label) if field_type in FieldType.values else field_type


@register.filter
def told(changes: Mapping[str, list[Any]]) -> list[tuple[str, str, str]]:
    """(name, old, new) of each difference that a person would ask about; no id, and times in their zone."""
    told = [
        (_spelled_out(path), *map(_as_read, change[:2]))
        for path, change in changes.items()
        if path not in _UNTOLD
    ]
    return [(name, old, new) for name, old, new in told if old != new]


def _spelled_out(path: str) -> str:
    parts = [part for part in path.strip("/").split("/") if parse_id(part) is None]
    return " › ".join(parts).replace("_", " ")


def _as_read(value: object) -> str:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return moment_words(value)
    return plain_words(value)


@register.simple_tag
@cache
def icon(name: str) -> str:
    """A sign beside a word, which says it; hence nothing for those who listen."""
    sprite = static("leadhub/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" width="20" height="20"><use href="{}#{}"></use></svg>',
        sprite,
        name,
    )


@register.simple_tag(takes_context=True)
def when(context: Context, moment: date | None, how: str = "") -> str:
    """A time as its reader writes it: all of it, its `day` or its `clock`; or `near`, how far off it is. With
    `end` it is the end of a sentence."""
    if moment is None:
        return NOTHING
    reader = getattr(context.get("desk"), "user", None)
    if not isinstance(moment, datetime):
        return written(moment, reader=reader)
    here = localtime(moment)
    whole = written(here, reader=reader)
    text = whole if how in {"", "end"} else distance(moment) if how == "near" else written(here, how, reader)
    told = '<time datetime="{}" title="{} {}">{}</time>'
    found = put(told, moment.isoformat(), whole, here.tzname(), text)
    return SafeString(f"{found}.") if how == "end" and not text.endswith(".") else found


def distance(moment: datetime) -> str:
    away = now() - moment
    if abs(away) < timedelta(minutes=1):
        return _("just now")
    return _("%s ago") % span(away) if away > timedelta(0) else _("in %s") % span(-away)


def span(length: timedelta) -> str:
    """How long, in the largest unit alone: nobody needs the minutes of last week."""
    seconds = max(0, int(length.total_seconds()))
    unit, words = next((unit, words) for least, unit, words in _UNITS if seconds >= least)
    return _counted(words, seconds // unit, get_language() or "")


@lru_cache(maxsize=4096)
def _counted(words: Callable[[int], str], count: int, language: str) -> str:
    return words(count) % count


@register.simple_tag(takes_context=True)
def cell(context: Context, row: Model, name: str) -> str:
    """What a column of a table holds; JSON as it is written."""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return when(context, value)
    if isinstance(value, Mapping | list) and value:
        return format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))
    return plain_words(getattr(row, f"get_{name}_display", lambda: value)()) or NOTHING


@register.simple_tag(takes_context=True)
def figure(context: Context, value: Decimal | float | None, places: int | None = None) -> str:
    """A number with the separators of its reader."""
    if value is None:
        return NOTHING
    point, group = MARKS.get(
        getattr(getattr(context.get("desk"), "user", None), "number_format", ""), MARKS[""]
    )
    return numberformat.format(value, point, places, grouping=3, thousand_sep=group, force_grouping=True)


@register.simple_tag
def difference(old: object, new: object) -> str:
    """Old and new, told apart by words for who does not see the colours; what is empty is left out."""
    was = format_html('<del><span class="unseen">{} </span>{}</del>', _("was"), plain_words(old))
    becomes = format_html('<ins><span class="unseen">{} </span>{}</ins>', _("now"), plain_words(new))
    if old in _EMPTY and new not in _EMPTY:
        return becomes
    if new in _EMPTY and old not in _EMPTY:
        return format_html('{} <span class="unseen">{}</span>', was, _("now empty"))
    return format_html("{} {}", was, becomes)


@register.filter
def initials(person: object) -> str:
    parts = str(person).replace("@", " ").split()
    return "".join(part[0] for part in parts[:2]).upper()


@register.filter
def role_label(role: str) -> str:
    return str(Role(role).label)


@register.filter
def level_icon(level: str) -> str:
    return {"success": "check", "error": "alert", "warning": "alert"}.get(level, "info")


@register.filter
def in_zone(moment: datetime, zone: tzinfo) -> str:
    """The clock elsewhere, with the day where it is another one than here."""
    there = moment.astimezone(zone)
    here = localtime(moment)
    return date_format(there, "H:i" if there.date() == here.date() else "D H:i")


@register.filter
def agreed(action: Action, theirs: tzinfo | None) -> str:
    """When it is by the clock it was agreed by, where that shows neither the reader's time nor the lead's."""
    zone = zone_of(action.agreed_zone)
    if zone is None:
        return ""
    clocks = [localtime(action.scheduled_at), *([action.scheduled_at.astimezone(theirs)] if theirs else [])]
    if action.scheduled_at.astimezone(zone).utcoffset() in [clock.utcoffset() for clock in clocks]:
        return ""
    words = {"time": in_zone(action.scheduled_at, zone), "zone": action.agreed_zone.replace("_", " ")}
    return _("%(time)s in %(zone)s, as agreed") % words


register.filter("door", door_words)


@register.filter
def pairs(mapping: Mapping[str, object]) -> list[tuple[str, object]]:
    """Names and values where the names are not ours: a template takes `.items` for the one called "items"."""
    return list(mapping.items())


@register.filter
def spaced(code: str) -> str:
    """A code of ours as words, where nothing better is known."""
    return code.replace("_", " ").replace(".", ": ")


@register.filter
def content(document: Document) -> str:
    """What it was found to be; its name has no say in that."""
    return type_words(document.mime_type)


@register.filter
def misnamed(document: Document) -> str:
    return false_ending(document.filename, document.mime_type)


@register.filter
def browser(agent: str) -> str:
    """What somebody would call the browser they sit at; its full name is long and says little."""
    names = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrom", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    name = next((word for sign, word in names if sign in agent), "")
    system = next((word for sign, word in systems if sign in agent), "")
    return " · ".join(filter(None, (name, system))) or _("Another program")
