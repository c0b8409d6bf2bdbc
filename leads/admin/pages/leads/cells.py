"""How a row of the list looks. In Python, because a template would spend most of the page's time on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from leads.admin.clocks import written
from leads.admin.desk import Desk
from leads.admin.markup import escaped, put
from leads.admin.pages.leads.columns import Column
from leads.admin.telling import plain_words
from leads.admin.ways import breakable, phone_of
from leads.admin.words import figure, icon, when
from leads.models import AssigneeType, Lead
from leads.queries.lists import ListedLead
from leads.values import phone_words

_NOTHING: Final = SafeString("")
_ENDS: Final = SafeString("</td>")
# Tags that a row shows, in so many letters, and those that it names besides; a longer name is cut.
_MOST_TAGS: Final = 3
_ROOM: Final = 30
_MOST_TOLD: Final = 20
_LONG: Final = 16
_ROW: Final = """<tr data-row id="row-{key}">
<td class="pick"><label><input type="checkbox" name="lead" value="{key}" form="bulk">\
<span class="unseen">{select} {name}</span></label></td>
<th scope="row"><a href="{address}" data-main>{name}</a>{business}{archived}</th>
{cells}</tr>
"""


class Pen:
    """Draws the rows of one page: what they all say is looked up and put together once."""

    def __init__(self, desk: Desk, columns: Iterable[Column]) -> None:
        self.context = Context({"desk": desk})
        self.desk, self.workspace = desk, desk.workspace
        self.base = reverse("admin:leads")
        self.robot = icon("robot")
        self.stages: dict[UUID, SafeString] = {}
        self.words = {"ai": _("AI agent"), "nobody": _("nobody"), "select": _("Select")}
        self.columns = [(column, *_begins(column, str(column.label))) for column in columns]
        self.edited = put('<span class="unseen"> {}</span></a>', _("change"))
        self.more = (
            f'<span class="tag" title="{{}}">+{{}}<span class="unseen"> {escaped(_("more"))}</span></span>'
        )
        self.archived = put(' <span class="badge">{}</span>', _("archived"))

    def rows(self, listed: Iterable[ListedLead]) -> SafeString:
        return SafeString("".join(map(self.row, listed)))

    def row(self, listed: ListedLead) -> SafeString:
        lead, name = listed.lead, str(listed.lead)
        address = f"{self.base}{lead.pk}/"
        business = lead.business_name if lead.business_name != name else ""
        return put(
            _ROW,
            key=lead.pk,
            select=self.words["select"],
            name=name,
            address=address,
            business=put(' <small class="cut">{}</small>', business) if business else _NOTHING,
            archived=self.archived if lead.archived_at else _NOTHING,
            cells=self.cells(listed, address, may_edit=self.desk.may_edit(lead.assignee_id)),
        )

    def cells(self, listed: ListedLead, address: str, *, may_edit: bool) -> SafeString:
        """`address` is the lead's; the forms in which values are changed in place stand below it."""
        drawn: list[str] = []
        edit = put('<a class="edit" href="{}quick/?part=', address)
        for column, label, begins, blank, which in self.columns:
            inner = _DRAWN[column.kind](self, column.read(listed), label)
            drawn.append(begins if inner else blank)
            if may_edit and column.is_editable:
                drawn += (edit, which, inner, self.edited)
            elif column.kind == "tags" and inner:
                # The rest stands on the lead's page for whoever may not open the form that has them all.
                drawn.append(put('<a class="edit" href="{}#lead-tags">{}</a>', address, inner))
            else:
                drawn.append(inner)
            drawn.append(_ENDS)
        return SafeString("".join(drawn))

    def stage(self, row: Any, _label: str) -> SafeString:
        if row.pk not in self.stages:
            self.stages[row.pk] = put('<span class="stage {}">{}</span>', row.stage, row.label)
        return self.stages[row.pk]

    def owner(self, lead: Lead, _label: str) -> SafeString:
        if lead.assignee is not None:
            # Who gave no name goes by an address.
            return breakable(lead.assignee)
        if lead.assignee_type == AssigneeType.AI_AGENT:
            return put("{}{}", self.robot, self.words["ai"])
        return put('<span class="quiet">{}</span>', self.words["nobody"])

    def tags(self, tags: list[Any], _label: str) -> SafeString:
        """The first ones; a hundred tags on a lead are no reason to push the other columns out of sight."""
        names = [tag.name for tag in tags]
        shown = _that_fit(names)
        drawn, rest = [_tag(name) for name in names[:shown]], names[shown:]
        if rest:
            told = ", ".join([*rest[:_MOST_TOLD], *(["…"] if len(rest) > _MOST_TOLD else [])])
            drawn.append(put(self.more, told, len(rest)))
        return SafeString("".join(drawn) or '<span class="quiet">–</span>')

    def reach(self, lead: Lead, _label: str) -> SafeString:
        email = put('<span class="cut">{}</span>', breakable(lead.email)) if lead.email else _NOTHING
        between = "<br>" if lead.phone and lead.email else ""
        return SafeString(f"{escaped(phone_of(lead, self.workspace))}{between}{email}")

    def phone(self, lead: Lead, _label: str) -> SafeString:
        return self.text(phone_of(lead, self.workspace), _label)

    def moment(self, moment: Any, _label: str) -> SafeString:
        return SafeString(when(self.context, moment, "near")) if moment else _NOTHING

    def money(self, lead: Lead, _label: str) -> SafeString:
        if lead.value is None:
            return _NOTHING
        return put("{} {}", figure(self.context, lead.value, 2), lead.currency)

    def progress(self, lead: Lead, label: str) -> SafeString:
        done, required = lead.checklist_done, lead.checklist_required
        if not required:
            return _NOTHING
        return put(
            '<progress max="{1}" value="{0}" aria-label="{2}"></progress> {0}/{1}', done, required, label
        )

    def json(self, value: Any, _label: str) -> SafeString:
        told = "" if value in (None, "", []) else Truncator(plain_words(value)).chars(80)
        return SafeString(escaped(told))

    def day(self, value: Any, label: str) -> SafeString:
        """An answer of before the item had this type is shown as it is."""
        try:
            return self.text(written(date.fromisoformat(value)), label)
        except (TypeError, ValueError):
            return self.json(value, label)

    def figure(self, value: Any, label: str) -> SafeString:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return self.text(figure(self.context, value), label) if is_number else self.json(value, label)

    def dial(self, value: Any, label: str) -> SafeString:
        if not isinstance(value, str):
            return self.json(value, label)
        return self.text(phone_words(value, value, self.workspace.region), label)

    def text(self, value: Any, _label: str) -> SafeString:
        return SafeString(escaped(value)) if value not in (None, "") else _NOTHING


def _begins(column: Column, label: str) -> tuple[str, SafeString, SafeString, SafeString]:
    """The label; how a cell of the column begins, with something in it and without; how the link that edits
    ends."""
    begins = '<td class="c-{}{}" data-label="{}">'
    return (
        label,
        put(begins, column.kind, "", label),
        put(begins, column.kind, " blank", label),
        put('{}" data-edits="{}">', column.code, column.kind),
    )


def _that_fit(names: list[str]) -> int:
    """How many stand in the two lines that a row has anyway; one always does."""
    room = _ROOM
    for number, name in enumerate(names[:_MOST_TAGS]):
        room -= min(len(name), _LONG) + 2
        if number and room < 0:
            return number
    return min(len(names), _MOST_TAGS)


def _tag(name: str) -> SafeString:
    """A long name is cut by the page, which then says it whole where one points at it."""
    told = put(' title="{}"', name) if len(name) > _LONG else _NOTHING
    return put('<span class="tag"{}>{}</span>', told, name)


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
