"""People, workspaces, memberships, keys and the audit of settings."""

from leadhub.workspaces.models.audit import WorkspaceEntry
from leadhub.workspaces.models.base import Owned
from leadhub.workspaces.models.key import DIALECTS, SCOPES, ApiKey
from leadhub.workspaces.models.signin import SignIn
from leadhub.workspaces.models.user import User
from leadhub.workspaces.models.workspace import Membership, Role, Workspace

__all__ = [
    "DIALECTS",
    "SCOPES",
    "ApiKey",
    "Membership",
    "Owned",
    "Role",
    "SignIn",
    "User",
    "Workspace",
    "WorkspaceEntry",
]
