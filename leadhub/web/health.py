"""An orchestrator's two questions: does the process live, and can it serve (database, migrations, room)?"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

from leadhub.web.json import json_response

log = logging.getLogger("leadhub.web")

LEAST_ROOM = 32 * 1024 * 1024


def livez(request: HttpRequest) -> HttpResponse:
    return json_response({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Says what is wrong, but no more: this answer needs no login."""
    checks = {**_check_database(), "storage": _check_room()}
    ready = all(state == "ok" for state in checks.values())
    return json_response({"status": "ok" if ready else "unavailable", **checks}, 200 if ready else 503)


# Answered by the middleware before anything else, so they are no entries of the URLconf.
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/livez": livez, "/readyz": readyz}


def _check_database() -> dict[str, str]:
    """One query answers both: is the database there, and does it have every migration of this code?"""
    try:
        applied = set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))
    except Error as error:
        log.warning("The database does not answer: %s", type(error).__name__)
        return {"database": "unavailable", "migrations": "unknown"}
    return {"database": "ok", "migrations": "ok" if _wanted_migrations() <= applied else "missing"}


@cache
def _wanted_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    return frozenset(loader.graph.nodes)


def _check_room() -> str:
    """A full disk fails writes while reads go on; better that no more work comes this way."""
    places = [Path(settings.MEDIA_ROOT)]
    if connection.vendor == "sqlite":
        places.append(Path(str(connection.settings_dict["NAME"])).parent)
    full = (shutil.disk_usage(place).free < LEAST_ROOM for place in places if place.is_dir())
    return "full" if any(full) else "ok"
