import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.test.client import ClientHandler

from leadhub.web.bodies import BODY_LIMIT, allow_larger_body, is_json

pytestmark = pytest.mark.usefixtures("site")


def send_chunked(body, path="/api/echo", content_type="application/json", ends=True, **environ):
    """A request without a length, as a server hands it over that has taken the chunks apart."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": content_type,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": ends,
        **environ,
    }
    return ClientHandler()(environ)


def test_a_body_within_the_limit_arrives():
    body = b'"' + b"x" * (BODY_LIMIT - 2) + b'"'
    answer = Client().put("/api/echo", body, content_type="application/json")
    assert answer.json()["length"] == BODY_LIMIT


def test_a_larger_body_is_refused_in_the_envelope():
    body = b'"' + b"x" * (BODY_LIMIT - 1) + b'"'
    for path in ["/api/echo", "/dialect/crash/bug"]:
        answer = Client().put(path, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert Client().post("/pages/echo", body, content_type="text/plain").status_code == 413


def test_a_chunked_body_is_read_like_any_other():
    answer = send_chunked(b'{"name": "chunked"}')
    assert answer.status_code == 200
    assert b'"value":{"name":"chunked"}' in answer.content
    assert b'"length":19' in answer.content
    assert b'"value":null' in send_chunked(b"").content


def test_a_chunked_body_has_the_same_limit():
    assert send_chunked(b'"' + b"x" * (BODY_LIMIT - 2) + b'"').status_code == 200
    assert send_chunked(b'"' + b"x" * (BODY_LIMIT - 1) + b'"').status_code == 413


def test_a_chunked_body_that_the_server_does_not_hand_over_is_a_411():
    answer = send_chunked(b'{"name": "chunked"}', ends=False)
    assert answer.status_code == 411
    assert b"Content-Length" in answer.content


def test_a_chunked_form_is_read_too():
    answer = send_chunked(multipart(b"hello"), "/api/upload", FORM)
    assert b'"fields":{"a":"1"},"files":{"file":5}' in answer.content


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
def test_a_compressed_body_is_refused(encoding):
    answer = Client().post("/api/echo", b"{}", "application/json", headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_merely_said_to_be_itself_is_read():
    answer = Client().post("/api/echo", b"{}", "application/json", headers={"Content-Encoding": "Identity"})
    assert answer.status_code == 200


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "iso-8859-1", "nonsense"])
def test_another_charset_is_refused(charset):
    content_type = f"application/json; charset={charset}"
    answer = Client().generic("POST", "/api/echo", b"{}", content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert Client().post("/api/echo", b"{}", 'application/json; charset="UTF-8"').status_code == 200


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "٣", "1 1"])
def test_a_length_that_is_no_number_is_refused(length):
    answer = Client().generic("POST", "/api/echo", b"{}", CONTENT_LENGTH=length)
    assert answer.status_code == 400


def test_a_length_past_all_bounds_is_a_413():
    assert Client().generic("POST", "/api/echo", b"{}", CONTENT_LENGTH="9" * 5000).status_code == 413


def test_a_body_cut_short_is_refused():
    environ = Client()._base_environ(REQUEST_METHOD="POST", PATH_INFO="/api/echo", CONTENT_LENGTH="100")
    environ["wsgi.input"] = io.BytesIO(b'{"a": 1}')
    assert ClientHandler()(environ).status_code == 400


def test_chunks_win_over_a_length():
    assert send_chunked(b'{"a": 1}', CONTENT_LENGTH="100").status_code == 200


def test_a_route_for_files_takes_more_and_streams_it():
    allow_larger_body("/api/upload", 3 * BODY_LIMIT)
    body = multipart(b"x" * (2 * BODY_LIMIT))
    answer = Client().post("/api/upload", body, FORM)
    assert answer.json() == {"fields": {"a": "1"}, "files": {"file": 2 * BODY_LIMIT}, "held": False}
    chunked = send_chunked(body, "/api/upload", FORM)
    assert b'"held":false' in chunked.content and str(2 * BODY_LIMIT).encode() in chunked.content
    for too_much in (multipart(b"x" * 3 * BODY_LIMIT),):
        assert Client().post("/api/upload", too_much, FORM).status_code == 413
        assert send_chunked(too_much, "/api/upload", FORM).status_code == 413
    assert Client().post("/api/echo", body, FORM).status_code == 413


def test_a_larger_body_may_be_allowed_by_a_function():
    allow_larger_body(lambda request: "up" in request.path_info, 2 * BODY_LIMIT)
    assert Client().put("/api/upload", multipart(b"x" * BODY_LIMIT), FORM).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "verdict"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("application/merge-patch+json", True),
        ("text/plain", False),
        ("text/json", False),
        ("application/x-www-form-urlencoded", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_type(content_type, verdict):
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "wsgi.input": io.BytesIO()}
    assert is_json(WSGIRequest(environ)) is verdict


FORM = "multipart/form-data; boundary=edge"


def multipart(content):
    return (
        b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n'
        + content
        + b"\r\n--edge--\r\n"
    )
