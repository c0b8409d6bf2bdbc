"""A next step that somebody else moved while it was on the screen: whoever comes second is asked."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.telling import moment_words
from leads.errors import Refused, Stale
from leads.models import Action, Lead
from leads.queries.log import newest_of_action


def seen_of(action: Action | None) -> str:
    """What a form says of the step that it shows, and of the time that it shows it for."""
    return f"{action.pk} {action.scheduled_at.isoformat()}" if action else ""


def refuse_moved(
    desk: Desk, lead: Lead, action: Action | None, seen: str | None, wanted: datetime | None = None
) -> None:
    """Nothing is done about another time, or another step, than the one that was seen; pressed once more on
    what is there by now, it is."""
    if seen is None or seen == seen_of(action):
        return
    if action is None:
        raise Refused("not_open", _("This was settled meanwhile; look at the timeline."))
    newest = newest_of_action(desk.workspace, action)
    words = {
        "who": newest.actor_name if newest else _("Somebody"),
        "at": moment_words(action.scheduled_at),
        "mine": moment_words(wanted) if wanted else "",
    }
    told = _("%(who)s planned this for %(at)s a moment ago. Nothing was changed; press again if you mean it.")
    if wanted:
        told = _(
            "%(who)s planned this for %(at)s a moment ago, so your %(mine)s was not stored. Press again if "
            "yours is to stand."
        )
    raise Stale(told % words, lead.version, lead.version)
