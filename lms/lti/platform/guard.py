"""Asking an address that a stranger named, without being led into our own network.

The name is looked up once, every address it stands for must be on the open internet, and the
connection goes to one of those: a name that is looked up a second time could have changed meanwhile
(DNS rebinding). No proxy, no redirect, no cookies, and a shorter deadline than a VLE that is known
has (http.py).
"""

import ipaddress
import socket
from functools import partial
from typing import Any

import requests
from urllib3.util.connection import create_connection

from lms.lti.platform.http import CarefulSession

DEADLINE = 10.0  # seconds for a whole request


class PrivateAddress(Exception):
    """The name stands for an address that a stranger must not make us ask."""


def is_public(address: str) -> bool:
    """Whether an address is on the open internet, also when it is wrapped in IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_loopback(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_loopback


def checked_addresses(host: str, port: int, *, loopback: bool) -> list[str]:
    """What the name stands for; raises PrivateAddress when any of it may not be asked."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    fits = _is_loopback if loopback else is_public
    if not addresses or not all(fits(one) for one in addresses):
        raise PrivateAddress(host)
    return addresses


def _connect(connection: Any, *, demo: bool) -> socket.socket:
    """Connect to an address that was checked, and to no other."""
    host = connection.host.strip("[]")
    loopback = demo and host in ("127.0.0.1", "localhost", "::1")
    trouble: OSError = OSError("no address answered")
    for address in checked_addresses(host, connection.port, loopback=loopback):
        try:
            return create_connection((address, connection.port), connection.timeout)
        except OSError as error:
            trouble = error
    raise trouble


class GuardedSession(CarefulSession):
    """A careful session for addresses that nobody of ours has approved."""

    def __init__(self, *, demo: bool) -> None:
        super().__init__(connect=partial(_connect, demo=demo), deadline=DEADLINE)
        self.trust_env = False  # no proxy, no .netrc

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One request; no cookie of its answer goes back with the next."""
        try:
            return super().request(*args, **kwargs)
        finally:
            self.cookies.clear()


def new_guarded_session(*, demo: bool) -> requests.Session:
    """A session; tests put a pretend VLE behind it here."""
    return GuardedSession(demo=demo)
