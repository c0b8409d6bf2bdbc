"""Where something may be sent to: an address out there, never this machine or the network around it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.url import clean_url

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# An explicit list: Python's own `is_global` is true for multicast and for wrapped loopback addresses.
_INSIDE: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
        " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24"
        " 224.0.0.0/4 240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20"
    ).split()
)
PRIVATE: Final = _(
    "This address leads to a private network. Enter one that the internet reaches, or ask whoever runs "
    "leadhub to open that network with OUTBOUND_NETWORKS."
)
# All that was ever given out for use between networks lies in here.
_GIVEN_OUT: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_outside(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """False for whatever is, or may lead to, a machine that the internet does not reach.

    `allowed` are inner networks that the operator opened on purpose.
    """
    inner = _unwrapped(address)
    if any(inner in network for network in allowed):
        return True
    if isinstance(inner, IPv6Address) and inner not in _GIVEN_OUT:
        return False
    return not any(inner in network for network in _INSIDE)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, NAT64 or 6to4."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def numeric_address(host: str) -> Address | None:
    """The address that a host spells in digits, in any spelling that the resolver understands (0x7f.1)."""
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return ip_address(found[0][4][0])


def ascii_host(host: str) -> str:
    """The host as the name service and the certificate spell it; ValueError if there is no such spelling."""
    return host if ":" in host or host.isascii() else host.encode("idna").decode()


def clean_webhook_url(raw: object, *, plain_http: bool = False, allowed: Sequence[Network] = ()) -> str:
    """An https address on an ordinary port. What its name leads to is judged each time something is sent."""
    text = clean_url(raw)
    parts = urlsplit(text)
    if parts.scheme != "https" and not plain_http:
        raise ValidationError(_("Enter an address that begins with https://."), code="invalid_url")
    try:
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise ValidationError(
            _("Enter a full web address such as https://example.com/page."), code="invalid_url"
        ) from None
    # Below 1024 live services that an attacker would like to reach in our name, such as mail.
    if (
        parts.port is not None
        and parts.port < 1024
        and parts.port != (443 if parts.scheme == "https" else 80)
    ):
        raise ValidationError(_("Use port 443, or one above 1023."), code="invalid_url")
    # RFC 6761: such a name stands for this machine, whatever a name service says.
    is_here = f".{host.rstrip('.').casefold()}".endswith(".localhost")
    address = IPv4Address("127.0.0.1") if is_here else numeric_address(host)
    if address is not None and not is_outside(address, allowed):
        raise ValidationError(PRIVATE, code="private_address")
    return text
