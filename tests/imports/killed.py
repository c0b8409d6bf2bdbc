"""An import in a process of its own, on the database of the tests, to be killed. As a program it is one."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MOMENT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def rows(number):
    """New ones, further ones of the same lead, bad ones, and opt-outs that concern others."""
    from leads.change import ConsentWish, TagChange
    from tests.imports.rows import make_row

    for line in range(2, number + 2):
        words = {"first_name": f"Name {line}", "external_id": f"crm-{line % (number * 3 // 4)}"}
        if line % 7 == 0:
            words["tags"] = TagChange(names=(f"tag {line % 5}",))
        if line % 11 == 0:
            words["email"] = "no email"
        if line % 31 == 0:
            words |= {"phone": "+16785550100", "consent": (ConsentWish("sms", False),)}
        yield make_row(line, **words)


def start(batch, number):
    from django.db import connection

    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "IMPORT_DATABASE": str(connection.settings_dict["NAME"]),
        "IMPORT": f"{batch.pk} {number}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.imports.killed"], cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE
    )


def bring(batch, number, progress=None):
    from leadhub.workspaces import clock
    from leads.imports.engine import run
    from tests.imports.rows import IMPORTER

    with clock.at(MOMENT):
        return run(batch, IMPORTER, rows(number), progress=progress)


def main():
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ["IMPORT_DATABASE"]
    django.setup()
    from leads.models import ImportBatch

    key, number = os.environ["IMPORT"].split()
    bring(ImportBatch.objects.get(pk=key), int(number), lambda batch: print(batch.read, flush=True))


if __name__ == "__main__":
    main()
