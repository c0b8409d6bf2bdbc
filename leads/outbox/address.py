"""Finds the address a webhook is sent to: looked up once, judged, and then used, so that nobody swaps it."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from django.conf import settings

from leads.values.outside import PRIVATE, Address, is_outside


class Blocked(Exception):
    """The name leads where nothing may be sent to."""


def find_addresses(host: str, port: int) -> list[Address]:
    """Where the name leads to, in the order to try. One address that is not outside spoils them all.

    Nothing but what is returned here may be connected to: a second look-up could be answered otherwise.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_outside(address, settings.OUTBOUND_NETWORKS):
            raise Blocked(str(PRIVATE))
    return addresses
