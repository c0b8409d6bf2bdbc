"""How a cell of the list looks. In Python, because a template would spend most of the page's time on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.template import Context
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from leads.admin.clocks import written
from leads.admin.desk import Desk
from leads.admin.pages.leads.columns import Column
from leads.admin.ways import breakable, phone_of
from leads.admin.words import figure, icon, shown, when
from leads.models import AssigneeType, Lead
from leads.queries.lists import ListedLead
from leads.values import phone_words

_NOTHING: Final = SafeString("")


_ENDS: Final = SafeString("</td>")


class Pen:
    """Draws the cells of one page: what they all say is looked up and put together once."""

    def __init__(self, desk: Desk, columns: Iterable[Column]) -> None:
        self.context = Context({"desk": desk})
        self.workspace = desk.workspace
        self.robot = icon("robot")
        self.stages: dict[UUID, SafeString] = {}
        self.words = {"ai": _("AI agent"), "nobody": _("nobody"), "change": _("change")}
        self.columns = [(column, str(column.label), *_begins(column)) for column in columns]
        self.edited = format_html('<span class="unseen"> {}</span></a>', self.words["change"])

    def row(self, listed: ListedLead, address: str, *, may_edit: bool) -> SafeString:
        """`address` is the lead's; the forms in which values are changed in place stand below it."""
        drawn: list[SafeString] = []
        edit = format_html('<a class="edit" href="{}quick/?part=', address)
        for column, label, begins, blank, which in self.columns:
            inner = _DRAWN[column.kind](self, column.read(listed), label)
            drawn.append(begins if inner else blank)
            drawn += (edit, which, inner, self.edited) if may_edit and column.is_editable else (inner,)
            drawn.append(_ENDS)
        return mark_safe("".join(drawn))  # noqa: S308 (every part of it is safe)

    def stage(self, row: Any, _label: str) -> SafeString:
        if row.pk not in self.stages:
            self.stages[row.pk] = format_html('<span class="stage {}">{}</span>', row.stage, row.label)
        return self.stages[row.pk]

    def owner(self, lead: Lead, _label: str) -> SafeString:
        if lead.assignee is not None:
            return conditional_escape(str(lead.assignee))
        if lead.assignee_type == AssigneeType.AI_AGENT:
            return format_html("{}{}", self.robot, self.words["ai"])
        return format_html('<span class="quiet">{}</span>', self.words["nobody"])

    def tags(self, tags: list[Any], _label: str) -> SafeString:
        drawn = format_html_join("", '<span class="tag">{}</span>', ((tag.name,) for tag in tags))
        return drawn or mark_safe('<span class="quiet">–</span>')  # noqa: S308 (our own words)

    def reach(self, lead: Lead, _label: str) -> SafeString:
        email = format_html('<span class="cut">{}</span>', breakable(lead.email)) if lead.email else _NOTHING
        between = SafeString("<br>") if lead.phone and lead.email else _NOTHING
        return format_html("{}{}{}", phone_of(lead, self.workspace), between, email)

    def phone(self, lead: Lead, _label: str) -> SafeString:
        return conditional_escape(phone_of(lead, self.workspace))

    def moment(self, moment: Any, _label: str) -> SafeString:
        return SafeString(when(self.context, moment, "near")) if moment else _NOTHING

    def money(self, lead: Lead, _label: str) -> SafeString:
        if lead.value is None:
            return _NOTHING
        return format_html("{} {}", figure(self.context, lead.value, 2), lead.currency)

    def progress(self, lead: Lead, label: str) -> SafeString:
        done, required = lead.checklist_done, lead.checklist_required
        if not required:
            return _NOTHING
        return format_html(
            '<progress max="{1}" value="{0}" aria-label="{2}"></progress> {0}/{1}', done, required, label
        )

    def json(self, value: Any, _label: str) -> SafeString:
        return (
            format_html("{}", Truncator(shown(value)).chars(80)) if value not in (None, "", []) else _NOTHING
        )

    def day(self, value: Any, label: str) -> SafeString:
        """An answer of before the item had this type is shown as it is."""
        try:
            return conditional_escape(written(date.fromisoformat(value)))
        except (TypeError, ValueError):
            return self.json(value, label)

    def figure(self, value: Any, label: str) -> SafeString:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return conditional_escape(figure(self.context, value)) if is_number else self.json(value, label)

    def dial(self, value: Any, label: str) -> SafeString:
        if not isinstance(value, str):
            return self.json(value, label)
        return conditional_escape(phone_words(value, value, self.workspace.region))

    def text(self, value: Any, _label: str) -> SafeString:
        return conditional_escape(value) if value not in (None, "") else _NOTHING


def _begins(column: Column) -> tuple[SafeString, SafeString, SafeString]:
    """How a cell of the column begins, with something in it and without; and how the link that edits ends."""
    begins = '<td class="c-{}{}" data-label="{}">'
    return (
        format_html(begins, column.kind, "", column.label),
        format_html(begins, column.kind, " blank", column.label),
        format_html('{}" data-edits="{}">', column.code, column.kind),
    )


_DRAWN: Final[Mapping[str, Callable[[Pen, Any, str], SafeString]]] = {
    "stage": Pen.stage,
    "owner": Pen.owner,
    "tags": Pen.tags,
    "reach": Pen.reach,
    "moment": Pen.moment,
    "due": Pen.moment,
    "money": Pen.money,
    "progress": Pen.progress,
    "json": Pen.json,
    "text": Pen.text,
    "phone": Pen.phone,
    "day": Pen.day,
    "figure": Pen.figure,
    "dial": Pen.dial,
    "email": Pen.text,
    "number": Pen.text,
}
