"""An upload as large as it may be: through in one piece, without being held in memory."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path

import pytest

from leadhub.web.uploads import LARGEST_FILE
from tests.api.omniai import Omni
from tests.make import make_lead

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MIB = 1024 * 1024
PIECE = b"x" * MIB


def highest_memory():
    """The most this process ever held, in bytes, since it was last asked to forget."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024


def forget_highest_memory():
    Path("/proc/self/clear_refs").write_text("5")


def send(port, key, lead_id, sizes):
    """The answer to an upload of PDFs of these sizes, sent a piece at a time."""
    head = '--edge\r\nContent-Disposition: form-data; name="leadId"\r\n\r\n' + lead_id + "\r\n"
    part = '--edge\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    length = len(head) + sum(len(part) + size + 2 for size in sizes) + len("--edge--\r\n")
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    client.putrequest("POST", "/api/v1/documents")
    for name, value in {
        "Content-Type": "multipart/form-data; boundary=edge",
        "Content-Length": str(length),
        "x-api-key": key,
    }.items():
        client.putheader(name, value)
    client.endheaders(head.encode())
    for size in sizes:
        client.send(part.encode() + b"%PDF-1.7")
        left = size - len(b"%PDF-1.7")
        while left:
            client.send(PIECE[: min(MIB, left)])
            left -= min(MIB, left)
        client.send(b"\r\n")
    client.send(b"--edge--\r\n")
    answer = client.getresponse()
    body = json.loads(answer.read())
    client.close()
    return answer.status, body


@pytest.fixture
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
@pytest.mark.usefixtures("_own_storage")
def test_an_upload_and_a_download_of_a_hundred_mebibytes_keep_memory_flat(live_server, tmp_path):
    call = Omni()
    lead_id = str(make_lead(call.workspace, first_name="Ada").pk)
    port, key = live_server.thread.port, call.call.text
    status, body = send(port, key, lead_id, [1000])
    assert status == 200, body
    forget_highest_memory()
    before = highest_memory()
    status, body = send(port, key, lead_id, [LARGEST_FILE, 50 * MIB])
    assert (status, body["documents"][0]["size"]) == (200, LARGEST_FILE)
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    path = f"/api/v1/documents/{body['documents'][0]['id']}?includeContent=true"
    client.request("GET", path, headers={"x-api-key": key})
    answer, received = client.getresponse(), 0
    while piece := answer.read(MIB):
        received += len(piece)
    client.close()
    assert received > LARGEST_FILE * 4 // 3
    assert highest_memory() - before < 40 * MIB
    assert not list(tmp_path.glob("*.upload*"))


@pytest.mark.usefixtures("_own_storage")
def test_a_file_one_byte_too_large_is_refused_and_the_answer_arrives(live_server, tmp_path):
    call = Omni()
    lead_id = str(make_lead(call.workspace, first_name="Ada").pk)
    status, body = send(live_server.thread.port, call.call.text, lead_id, [LARGEST_FILE + 1])
    assert (status, body["code"]) == (413, "too_large")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
