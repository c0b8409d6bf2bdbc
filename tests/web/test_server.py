"""What only a real server shows: bodies without a length, and refusals while the client still sends."""

import http.client
import json
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(number), "--blocking-threads", "4"]
    command = [sys.executable, "-m", "granian", *options, "tests.web.wsgi:application"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            await_port(number, server)
            yield number
        finally:
            server.terminate()


def await_port(number, server):
    for _ in range(600):
        assert server.poll() is None, "The server did not start."
        try:
            socket.create_connection(("127.0.0.1", number), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("The server did not listen.")


def post(port, path, body, chunked=False, content_type="application/json"):
    """The status and the JSON of the answer; the body may be refused while it is being sent."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.putrequest("POST", path)
        client.putheader("Content-Type", content_type)
        client.putheader(
            *(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
        )
        client.endheaders()
        try:
            for start in range(0, len(body), 65536):
                piece = body[start : start + 65536]
                client.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if chunked:
                client.send(b"0\r\n\r\n")
        except OSError:
            pass
        answer = client.getresponse()
        assert "X-Request-Id" in answer.headers
        return answer.status, json.loads(answer.read())


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_read_with_and_without_a_length(port, chunked):
    status, answer = post(port, "/api/echo", b'{"name": "chunked"}', chunked)
    assert (status, answer["value"], answer["length"]) == (200, {"name": "chunked"}, 19)


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [MIB + 1, 3 * MIB, 30 * MIB])
def test_a_body_over_the_limit_is_a_413_that_reaches_the_client(port, chunked, size):
    status, answer = post(port, "/api/echo", b"x" * size, chunked)
    assert (status, answer["code"]) == (413, "too_large")
    assert post(port, "/api/echo", b"[]")[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_file_is_streamed(port, chunked):
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        + b"x" * (20 * MIB)
        + b"\r\n--edge--\r\n"
    )
    status, answer = post(port, "/api/upload", body, chunked, "multipart/form-data; boundary=edge")
    assert (status, answer["files"], answer["held"]) == (200, {"file": 20 * MIB}, False)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("site")
def test_a_server_that_cannot_read_chunks_says_so(live_server):
    status, answer = post(live_server.thread.port, "/api/echo", b"{}", chunked=True)
    assert (status, answer["code"]) == (411, "length_required")
