"""The addresses of one's own pages."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from leads.admin.pages.personal import account, theme, workspace
from leads.admin.route import Route

ROUTES: Final = [
    Route("workspace/", workspace.choose, "choose_workspace"),
    Route("account/", account.show, "profile", title=_("My account")),
    Route("account/theme/", theme.choose, "theme"),
    Route("account/password/", account.password, "password", title=_("Change my password")),
    Route("account/sessions/", account.sessions, "sessions", title=_("Where I am signed in")),
    Route("account/sessions/<uuid:sign_in_id>/", account.end_session, "session_end"),
]
