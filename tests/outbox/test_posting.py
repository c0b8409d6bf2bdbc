"""One POST: TLS to the judged address, no redirects, no proxy, one deadline, a capped answer."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leads.outbox import posting
from leads.outbox.posting import Unreachable, post
from tests.outbox.make import LOOPBACK, receiving


def raw(answer, drip=0.0):
    """A receiver's hand that writes bytes as they are, one by one if they are to drip."""

    def write(handler):
        for piece in [answer[start : start + 1] for start in range(len(answer))] if drip else [answer]:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(drip)
        handler.close_connection = True

    return write


def test_an_answer_is_told(receiver):
    receiver.answers = [(202, {"Retry-After": "7"}, "schön".encode())]
    answer = post(receiver.url + "?a=b c", {"X-One": "1"}, b'{"a":1}')
    assert (answer.status, answer.retry_after, answer.text) == (202, "7", "schön")
    [(headers, body)] = receiver.received
    assert (headers["X-One"], body) == ("1", b'{"a":1}')
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"


def test_a_redirect_is_an_answer_like_any_other(receiver):
    receiver.answers = [(307, {"Location": receiver.url}, b"")]
    assert post(receiver.url, {}, b"{}").status == 307
    assert len(receiver.received) == 1


def test_no_proxy_of_the_environment_is_asked(receiver, monkeypatch):
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"]:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(receiver.url, {}, b"{}").status == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200,  # a header without end
        b"HTTP/1.1 2",
    ],
)
def test_a_dripping_answer_ends_with_the_deadline(receiver, answer):
    receiver.answers = [raw(answer, drip=0.05)]
    started = time.monotonic()
    with pytest.raises(Unreachable, match="No answer within"):
        post(receiver.url, {}, b"{}", timeout=0.4)
    assert time.monotonic() - started < 2


def test_once_the_status_is_there_a_broken_body_is_only_shorter(receiver):
    receiver.answers = [raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")]
    answer = post(receiver.url, {}, b"{}", timeout=1)
    assert (answer.status, answer.text) == (200, "half")


def test_a_long_answer_is_cut(receiver):
    receiver.answers = [(500, {}, b"x" * 1_000_000)]
    answer = post(receiver.url, {}, b"{}")
    assert (answer.status, len(answer.text)) == (500, 16 * 1024)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n",
    ],
)
def test_nonsense_is_no_answer(receiver, answer):
    receiver.answers = [raw(answer)]
    with pytest.raises(Unreachable):
        post(receiver.url, {}, b"{}", timeout=2)


def test_a_reset_is_no_answer(receiver):
    def reset(handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        handler.connection.shutdown(socket.SHUT_RD)
        handler.connection.close()

    receiver.answers = [reset]
    with pytest.raises(Unreachable):
        post(receiver.url, {}, b"{}", timeout=2)


def test_an_unknown_name_is_said(monkeypatch):
    def look_up(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unreachable, match="The host name nowhere.example is not known; check the address"):
        post("https://nowhere.example/", {}, b"{}")


def test_a_port_where_nothing_listens_is_said(receiver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(Unreachable, match=f"nothing listens at port {port}. Check the address"):
            post(f"http://127.0.0.1:{port}/", {}, b"{}")


# TLS


def certificate_for(name, folder):
    """A certificate that signs itself, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, secret


@pytest.fixture
def secure(settings, monkeypatch, tmp_path):
    """A receiver that proves to be receiver.example, which leads to this machine."""
    settings.OUTBOUND_NETWORKS = LOOPBACK
    certificate, secret = certificate_for("receiver.example", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    asked_for = []
    context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *args, **kwargs: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        ],
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    posting._tls.cache_clear()
    with receiving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.asked_for = asked_for
        yield server
    posting._tls.cache_clear()


def test_tls_speaks_to_the_name_at_the_address_that_was_judged(secure):
    answer = post(f"https://receiver.example:{secure.server_port}/hook", {}, b"{}")
    assert answer.status == 200
    [(headers, _body)] = secure.received
    assert headers["Host"] == f"receiver.example:{secure.server_port}"
    assert secure.asked_for == ["receiver.example"]


def test_a_certificate_of_another_name_is_no_answer(secure):
    with pytest.raises(Unreachable, match="certificate"):
        post(f"https://other.example:{secure.server_port}/hook", {}, b"{}")
    assert secure.received == []


def test_a_handshake_that_never_comes_ends_with_the_deadline(settings):
    settings.OUTBOUND_NETWORKS = LOOPBACK
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        with pytest.raises(Unreachable, match="No answer within"):
            post(f"https://127.0.0.1:{silent.getsockname()[1]}/", {}, b"{}", timeout=0.3)
        assert time.monotonic() - started < 2


def test_the_next_address_is_tried_when_one_is_dead(receiver, monkeypatch):
    dead = ip_address("127.0.0.9")
    monkeypatch.setattr(posting, "find_addresses", lambda *_name: [dead, ip_address("127.0.0.1")])
    assert post(receiver.url, {}, b"{}").status == 200
    assert threading.active_count() < 50
