"""Where nothing may be sent to (OWASP API7, ASVS 1.3.6): the inside in any spelling; names that change."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import pytest
from django.core.exceptions import ValidationError

from leads.outbox.address import Blocked, find_addresses
from leads.values.outside import clean_webhook_url, is_outside

# The name service as a table, because a test asks nobody else.
PUBLIC, LOOPBACK = "93.184.216.34", "127.0.0.1"

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1 2002:7f00:1::
2002:a00:1:: 2001::1 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:10::1 2001:20::1 2001:db8::1 3fff::1
100::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 5f00::1 4000::1
""".split()
OUTSIDE = """
1.1.1.1 93.184.216.34 172.15.0.1 172.32.0.1 100.63.255.255 2606:4700::1111 2a00:1450::1 ::ffff:1.1.1.1
64:ff9b::1.1.1.1 2002:101:101:: 2001:4860:4860::8888
""".split()
# Spellings of loopback and of inner networks that the resolver understands.
SPELLINGS = """
127.0.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 [::1] [::ffff:127.0.0.1]
[0:0:0:0:0:ffff:7f00:1] [64:ff9b::7f00:1] [2002:7f00:1::] 10.1 0xa000001 169.254.169.254 0xa9fea9fe 0.0.0.0 0
１２７.0.0.1 ①２７.0.0.1
""".split()


# These stand for this machine whether or not a name service knows them.
HERE = "localhost LocalHost. hook.localhost".split()


@pytest.fixture
def names(monkeypatch):
    """name -> the answers of each look-up in turn; the last one stays."""
    table = {}
    asked = []
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in table:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        answers = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port)) for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    table["asked"] = asked
    return table


@pytest.mark.parametrize("text", INSIDE)
def test_an_inner_address_is_inside(text):
    assert not is_outside(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_public_address_is_outside(text):
    assert is_outside(ip_address(text))


def test_an_inner_network_can_be_opened_on_purpose():
    allowed = [ip_network("10.1.0.0/16")]
    assert is_outside(ip_address("10.1.2.3"), allowed)
    assert is_outside(ip_address("::ffff:10.1.2.3"), allowed)
    assert not is_outside(ip_address("10.2.0.1"), allowed)


@pytest.mark.parametrize("host", [*SPELLINGS, *HERE])
def test_every_spelling_of_an_inner_address_is_refused_when_it_is_entered(host):
    with pytest.raises(ValidationError) as refusal:
        clean_webhook_url(f"https://{host}/hook")
    (error,) = refusal.value.error_list
    assert error.code in {"private_address", "invalid_url"}
    assert ("OUTBOUND_NETWORKS" in str(error.message)) is (error.code == "private_address")


@pytest.mark.parametrize("host", [host.strip("[]") for host in SPELLINGS if host.isascii()])
def test_every_spelling_of_an_inner_address_is_refused_when_something_is_sent(host):
    with pytest.raises(Blocked):
        find_addresses(host, 443)


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://example.com:22/",
        "https://example.com:80/",
        "https://example.com:0/",
        "https:///hook",
        "https://exa mple.com/",
        "https://" + "a" * 64 + "ä.example/",
        "example.com",
        "javascript:alert(1)",
        "",
    ],
)
def test_only_https_on_an_ordinary_port_can_be_entered(text):
    with pytest.raises(ValidationError):
        clean_webhook_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "https://example.com:443/a?b=c",
        "https://example.com:8443/",
        "https://ümlaut.example/",
    ],
)
def test_an_https_address_is_kept_as_it_was_entered(text):
    assert clean_webhook_url(text) == text


def test_a_name_is_judged_by_all_it_leads_to(names):
    names["mixed.example"] = [[PUBLIC, "10.0.0.1"]]
    with pytest.raises(Blocked):
        find_addresses("mixed.example", 443)


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(names, monkeypatch):
    """A second look-up would lead to this machine."""
    from leads.outbox import posting

    reached = []

    def connect(address, timeout):
        reached.append(address)
        raise ConnectionRefusedError

    names["rebinding.example"] = [[PUBLIC], [LOOPBACK]]
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(posting.Unreachable, match="refuses connections"):
        posting.post("https://rebinding.example/", {}, b"{}")
    assert (names["asked"], reached) == (["rebinding.example"], [(PUBLIC, 443)])

    with pytest.raises(posting.Unreachable, match="private network"):
        posting.post("https://rebinding.example/", {}, b"{}")
    assert len(reached) == 1
