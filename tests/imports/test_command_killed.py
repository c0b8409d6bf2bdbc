"""`import_leads` as a process of its own with a real file: killed at random, also between batches, and
resumed; and what becomes of the processes that read for it."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from leads.models import ImportBatch
from tests.imports.dumps import differing, dump
from tests.imports.killed import BASE_DIR
from tests.make import make_workspace

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("KILLS", "4"))
ROWS = 300
START = """
import os, sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["IMPORT_DATABASE"]
django.setup()
import datetime as dt
from django.core.management import ManagementUtility
from leadhub.workspaces import clock
from leads.imports.options import Options
Options.__init__.__kwdefaults__["batch_size"] = 20
with clock.at(dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)):
    ManagementUtility(["manage.py", "import_leads", *sys.argv[1:], "--json"]).execute()
"""


def start(*words):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "IMPORT_DATABASE": str(connection.settings_dict["NAME"]),
    }
    command = [sys.executable, "-c", START, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=pipe, stderr=pipe)


def write_list(path):
    with open(path, "w") as file:
        file.write("First name,Email,Phone,External ID,Tags\n")
        for n in range(ROWS):
            email = "no email" if n % 11 == 0 else f"{n % 200}@x.example"
            file.write(f"Ana {n},{email},(415) 555-{2000 + n},c-{n},VIP;t{n % 5}\n")
    return path


def report_of(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err.decode()
    told = json.loads(out)
    told.pop("import")
    return told


def readers_of(process):
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
        return [int(child) for child in file.read().split()]


def wait_until(done, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def kill_behind(process, desk, row, later):
    """Once it has stored more than up to that row; its readers end with it."""
    wait_until(lambda: process.poll() is not None or reached(desk) > row)
    time.sleep(later)
    readers = readers_of(process) if process.poll() is None else []
    process.kill()
    process.communicate()
    wait_until(lambda: not any(os.path.exists(f"/proc/{reader}") for reader in readers), 10)


def test_a_command_killed_again_and_again_ends_as_if_undisturbed(tmp_path):
    path, chance = write_list(tmp_path / "list.csv"), random.Random(6)
    calm, desk = make_workspace(), make_workspace()
    expected = report_of(start(calm.slug, path, "--on-match", "overwrite"))
    words, seen = [desk.slug, path, "--on-match", "overwrite", "--jobs", 3], 0
    for _kill in range(KILLS):
        # Right behind a batch, or in the middle of the next one.
        kill_behind(start(*words), desk, seen, chance.choice([0, chance.uniform(0, 0.05)]))
        batch = ImportBatch.objects.get(workspace=desk)
        seen, words = batch.next_row, [desk.slug, path, "--resume", batch.pk, "--jobs", chance.choice([1, 3])]
    assert report_of(start(*words)) == expected
    assert not differing(dump(desk), dump(calm))


def reached(workspace):
    found = ImportBatch.objects.filter(workspace=workspace).values_list("next_row", flat=True).first()
    return found or 0


def test_ctrl_c_is_for_who_writes_and_a_reader_that_is_lost_is_told_of(tmp_path):
    path, desk = write_list(tmp_path / "list.csv"), make_workspace()
    process = start(desk.slug, path, "--jobs", 3)
    wait_until(lambda: reached(desk) > 1)
    for one in (*readers_of(process), process.pid):
        os.kill(one, signal.SIGINT)
    told = report_of(process)
    assert told["state"] == "cancelled" and 20 <= told["read"] < ROWS

    process = start(desk.slug, path, "--jobs", 2, "--again")
    wait_until(lambda: len(readers_of(process)) > 1)
    for reader in readers_of(process):
        os.kill(reader, signal.SIGKILL)
    _out, err = process.communicate(timeout=300)
    assert process.returncode == 2 and b"without --jobs" in err
