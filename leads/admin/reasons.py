"""Why an item is not asked, in the words that the pages have for items and facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.definitions import Definitions
from checklists.progress import Broken, ItemState
from leads.admin.telling import plain_words
from leads.values import is_empty

_FACTS: Final[Mapping[str, str | Promise]] = {
    "lead.stage": gettext_lazy("the stage"),
    "lead.source": gettext_lazy("the source"),
    "lead.assignee_type": gettext_lazy("who handles it"),
    "lead.state": gettext_lazy("the state"),
    "lead.country": gettext_lazy("the country"),
    "lead.value": gettext_lazy("the value"),
}


def reason_words(state: ItemState, definitions: Definitions) -> str:
    """ "because “Entity type” is Sole proprietor"."""
    parts = dict.fromkeys(_broken_words(broken, definitions) for broken in state.broken)
    return _("because %s") % _(" and ").join(parts) if parts else ""


def _broken_words(broken: Broken, definitions: Definitions) -> str:
    code = broken.rule.code
    item = definitions.item(code)
    name = _("“%s”") % item.label if item else str(_FACTS.get(code, code))
    if not broken.applies:
        return _("%s does not apply") % name
    if is_empty(broken.value):
        return _("%s is not answered") % name if item else _("%s is not known") % name
    return _("%(name)s is %(value)s") % {"name": name, "value": plain_words(broken.value)}
