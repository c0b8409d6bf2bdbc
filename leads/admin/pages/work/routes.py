"""The addresses of my work."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leads.admin.pages.work import dispose, drafts, focus, new, queue, steps, undo
from leads.admin.pages.work.reach import told_beside
from leads.admin.route import Route

ROUTES: Final = [
    Route("", queue.show, "index"),
    Route("work/<uuid:lead_id>/done/", told_beside(steps.finish), "work_done"),
    Route("work/<uuid:lead_id>/snooze/", told_beside(steps.snooze), "work_snooze"),
    Route("work/<uuid:lead_id>/reassign/", told_beside(steps.reassign), "work_reassign"),
    Route("work/<uuid:lead_id>/take/", told_beside(steps.take), "work_take"),
    Route("work/<uuid:lead_id>/dispose/", told_beside(dispose.dispose), "work_dispose"),
    Route("work/<uuid:lead_id>/undo/", undo.undo, "work_undo"),
    Route("work/drafts/<uuid:action_id>/approve/", told_beside(drafts.approve), "work_approve"),
    Route("work/drafts/<uuid:action_id>/reject/", told_beside(drafts.reject), "work_reject"),
    Route("work/focus/", focus.start, "work_focus"),
    Route("work/focus/next/", focus.next_lead, "work_next"),
    Route("work/focus/<uuid:lead_id>/", focus.show, "work_focus_lead"),
    Route("work/focus/<uuid:lead_id>/call/", focus.call, "work_call"),
    Route("work/focus/<uuid:lead_id>/hold/", focus.hold, "work_hold"),
    Route("work/focus/<uuid:lead_id>/skip/", focus.skip, "work_skip"),
    Route("work/focus/<uuid:lead_id>/leave/", focus.leave, "work_leave"),
    Route("leads/new/", new.show, "new_lead", title=_("New lead")),
    Route("leads/new/matches/", new.matches, "new_matches"),
    Route("leads/new/<uuid:lead_id>/note/", new.note, "new_note"),
]
