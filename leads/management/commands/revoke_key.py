"""Revokes an API key, named by its public id or by the key itself."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from leadhub.workspaces.keys import parse_public_id
from leads.changes.people import revoke_key
from leads.management import command
from leads.values import format_moment


class Command(command.Command):
    help = (
        "Revoke a key of a workspace: it opens nothing any more, nor does an older one that it replaced and "
        "that would still work. Revoking it again changes nothing."
    )
    example = "manage.py revoke_key acme Ab12Cd34"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument(
            "key", metavar="PUBLIC_ID", help="the eight characters after the key's prefix, or the whole key"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        key, older = revoke_key(workspace, self.actor, parse_public_id(options["key"]) or options["key"])
        assert key.revoked_at is not None
        words = _("Key %(id)s (%(name)s) is revoked since %(moment)s.")
        shown = {"id": key.public_id, "name": key.name, "moment": format_moment(key.revoked_at)}
        self.stdout.write(words % shown)
        for one in older:
            words = _("The older key %(id)s, which it had replaced, is revoked too.")
            self.stdout.write(words % {"id": one.public_id})
