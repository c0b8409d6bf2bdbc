"""One POST to a stranger: to a judged address, within one deadline, with a capped answer.

No redirect is followed, and no proxy is asked for: whatever the environment says, the standard library's
client knows of none.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from leads.outbox.address import Blocked, find_addresses
from leads.values.outside import Address, ascii_host

TIMEOUT: Final = 15.0
_LONGEST_HEAD_AND_BODY: Final = 64 * 1024
_LONGEST_BODY: Final = 16 * 1024
_LONGEST_CONNECT: Final = 5.0


class Unreachable(Exception):
    """No answer came, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None
    text: str


def post(url: str, headers: Mapping[str, str], body: bytes, timeout: float = TIMEOUT) -> Answer:
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?") if parts.query else ""
    )
    deadline = time.monotonic() + timeout
    try:
        host = ascii_host(parts.hostname or "")
        port = parts.port or (443 if is_tls else 80)
        addresses = find_addresses(host, port)
        client = _Client(host, port, addresses, deadline, is_tls=is_tls)
        try:
            return _exchange(client, target, headers, body)
        finally:
            client.hang_up()
    except TimeoutError as error:
        raise Unreachable(_("No answer within %d seconds.") % timeout) from error
    except Blocked as error:
        raise Unreachable(str(error)) from error
    except socket.gaierror as error:
        words = _("The host name %s is not known; check the address, or the name service.")
        raise Unreachable(words % host) from error
    except ConnectionRefusedError as error:
        words = _("%(host)s refuses connections: nothing listens at port %(port)d. Check the address.")
        raise Unreachable(words % {"host": host, "port": port}) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error


def _exchange(client: _Client, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    client.request("POST", target, body, {**headers, "Connection": "close"})
    response = client.getresponse()
    text = _read(response).decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Answer(response.status, response.headers.get("Retry-After"), text)


def _read(response: http.client.HTTPResponse) -> bytes:
    """The status has been given; what breaks off after it is only shorter."""
    received = b""
    try:
        while len(received) < _LONGEST_BODY:
            piece = response.read1(_LONGEST_BODY - len(received))
            if not piece:
                break
            received += piece
    except (OSError, http.client.HTTPException, ValueError):
        pass
    return received


class _Client(http.client.HTTPConnection):
    """Speaks to the name, and connects to the address."""

    def __init__(
        self, host: str, port: int, addresses: list[Address], deadline: float, *, is_tls: bool
    ) -> None:
        # Before the base class, which looks at it to decide whether the Host header names the port.
        self.default_port = 443 if is_tls else 80
        super().__init__(host, port)
        self._addresses = addresses
        self._deadline = deadline
        self._is_tls = is_tls
        self._connected: socket.socket | None = None

    def connect(self) -> None:
        self._connected = self._reach()
        self._connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_tls:
            self._connected.settimeout(left(self._deadline))
            self._connected = _tls().wrap_socket(self._connected, server_hostname=self.host)
        self.sock = _Timed(self._connected, self._deadline)

    def hang_up(self) -> None:
        self.close()
        if self._connected is not None:
            self._connected.close()

    def _reach(self) -> socket.socket:
        trouble: OSError = OSError("The name has no address.")
        for address in self._addresses:
            try:
                patience = min(_LONGEST_CONNECT, left(self._deadline))
                return socket.create_connection((str(address), self.port), patience)
            except OSError as error:
                trouble = error
        raise trouble


class _Timed:
    """A socket whose every step ends by the deadline, however slowly the other side drips."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def sendall(self, data: Any) -> None:
        self._connected.settimeout(left(self._deadline))
        self._connected.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._connected, self._deadline))

    def close(self) -> None:
        """The client closes itself when the answer begins, which is yet to be read."""


class _Reader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(left(self._deadline))
        count = self._connected.recv_into(buffer)
        self._received += count
        if self._received > _LONGEST_HEAD_AND_BODY:
            raise OSError("The answer is too long.")
        return count


def left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
