"""A real server process takes a hundred megabytes by a request link, and its memory stays flat."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from leads.change import ById
from leads.changes.upload_links import make_upload_link
from leads.models import Document
from tests.make import SYSTEM, ask_for, make_lead, make_workspace
from tests.web.test_server import await_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux"),
]

MIB = 1024 * 1024
HEAD = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
END = b"\r\n--edge--\r\n"


@pytest.fixture
def server(tmp_path):
    """(port, process) of a granian that serves the site."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"database": connection.settings_dict["NAME"], "files": str(tmp_path / "files")}
    (tmp_path / "uploads").mkdir()
    told = {"SERVED": json.dumps({**told, "uploads": str(tmp_path / "uploads")}, default=str)}
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "granian", *options, "tests.api.served:application"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={**os.environ, **told}, **quiet) as process:
        try:
            await_port(port, process)
            yield port, process
        finally:
            process.terminate()


def family(process):
    """The process and all below it: the server forks who does the work."""
    known = [process.pid]
    for pid in known:
        for task in Path(f"/proc/{pid}/task").iterdir():
            known += [int(child) for child in (task / "children").read_text().split()]
    return known


def highest(process):
    found = (re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in family(process))
    return sum(int(match[1]) for match in found if match) * 1024


def forget_highest(process):
    for pid in family(process):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def send(port, path, size):
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    caller.putrequest("POST", path)
    caller.putheader("Content-Type", "multipart/form-data; boundary=edge")
    caller.putheader("Content-Length", str(len(HEAD) + size + len(END)))
    caller.endheaders(HEAD)
    for start in range(0, size, MIB):
        caller.send(b"x" * min(MIB, size - start))
    caller.send(END)
    status = caller.getresponse().status
    caller.close()
    return status


def test_a_hundred_megabytes_by_a_link_keep_the_servers_memory_flat(server, tmp_path):
    workspace = make_workspace()
    ask_for(workspace, "paper", "FILE")
    lead = make_lead(workspace, first_name="Ada")
    made = make_upload_link(workspace, SYSTEM, ById(lead.pk), item="paper")
    port, process = server
    assert send(port, f"/u/{made.token}", 1000) == 303  # what is loaded with the first one
    forget_highest(process)
    before = highest(process)

    assert send(port, f"/u/{made.token}", 99 * MIB) == 303

    assert highest(process) - before < 20 * MIB
    assert Document.objects.order_by("size").last().size > 99 * MIB
    assert not list((tmp_path / "uploads").iterdir())
