"""Who comes in: the session, the person and where they belong, in the one query that a page begins with."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware as Middleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as Store
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Membership, SignIn, User, Workspace
from leadhub.workspaces.rows import read_rows

# The session itself names its person only within its sealed data; the sign-in does so in a column.
_ROWS: Final = (
    "FROM {t0} t0 LEFT JOIN workspaces_signin s ON s.session_key = t0.session_key "
    "LEFT JOIN {t1} t1 ON t1.id = s.user_id "
    "LEFT JOIN {t2} t2 ON t2.user_id = t1.id AND t2.left_at IS NULL "
    "LEFT JOIN {t3} t3 ON t3.id = t2.workspace_id "
    "WHERE t0.session_key = %s ORDER BY t3.name, t2.id"
)


class SessionStore(Store):
    """Django's own, which brings along whose sign-in it is. Nothing of it outlives the request."""

    person: User | None = None
    memberships: tuple[Membership, ...] = ()

    def load(self) -> dict[str, Any]:
        rows = read_rows((Session, User, Membership, Workspace), _ROWS, [self.session_key])
        if not rows or rows[0][0].expire_date <= now():
            self._session_key = None
            return {}
        session, self.person = rows[0][:2]
        for _session, person, member, workspace in rows:
            if member is not None:
                member.user, member.workspace = person, workspace
                self.memberships = (*self.memberships, member)
        found: dict[str, Any] = self.decode(session.session_data)
        return found


class AuthenticationMiddleware(Middleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        came: Any = SimpleLazyObject(lambda: _came_in(request) or _let_in(request))
        request.user = came


def memberships_of(user: User | AnonymousUser, session: Any) -> list[Membership]:
    """Where somebody belongs, by name of the workspace; asked for unless it came with the session."""
    if isinstance(session, SessionStore) and session.person is not None and session.person.pk == user.pk:
        return list(session.memberships)
    rows = Membership.objects.filter(user=user.pk, left_at=None).select_related("workspace")
    return list(rows.order_by("workspace__name", "pk"))


def _came_in(request: HttpRequest) -> User | None:
    """The person who came with the session, where there is no doubt. Wherever anything does not fit, such as
    a password that was changed or a secret that was rotated, Django itself decides and ends what is over."""
    session = request.session
    user_id, backend = session.get(auth.SESSION_KEY), session.get(auth.BACKEND_SESSION_KEY)
    person = session.person if isinstance(session, SessionStore) else None
    if person is None or str(person.pk) != user_id or not person.is_active:
        return None
    seal = session.get(auth.HASH_SESSION_KEY, "")
    is_sound = constant_time_compare(seal, person.get_session_auth_hash())
    return person if is_sound and backend in settings.AUTHENTICATION_BACKENDS else None


def _let_in(request: HttpRequest) -> Any:
    """Whom Django lets in. A session that was sealed with an older secret goes on under a new key, and stays
    on its person's list."""
    before = request.session.session_key
    found = auth.get_user(request)
    after = request.session.session_key
    if before and after and after != before:
        SignIn.objects.filter(session_key=before).update(session_key=after)
    return found
