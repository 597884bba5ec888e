"""Asking an address that a stranger named, without being led into our own network.

The name is looked up once, every address it stands for must be on the open internet, and the
connection goes to one of those: a name that is looked up a second time could have changed meanwhile
(DNS rebinding). No proxy, no redirect, no cookies, and one deadline for the whole of it, however
slowly the answer drips.
"""

import ipaddress
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

from lms.lti.platform.http import CarefulSession

DEADLINE = 10.0  # seconds for a whole request


class PrivateAddress(Exception):
    """The name stands for an address that a stranger must not make us ask."""


class DeadlineOver(requests.RequestException):
    """The whole answer took too long."""


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


Opened = Callable[[socket.socket], None]


def _connect(connection: Any, opened: Opened, *, demo: bool) -> socket.socket:
    """Connect to an address that was checked, and to no other."""
    host = connection.host.strip("[]")
    loopback = demo and host in ("127.0.0.1", "localhost", "::1")
    trouble: OSError = OSError("no address answered")
    for address in checked_addresses(host, connection.port, loopback=loopback):
        try:
            made = create_connection((address, connection.port), connection.timeout)
        except OSError as error:
            trouble = error
        else:
            opened(made)
            return made
    raise trouble


def _pools(opened: Opened, *, demo: bool) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, opened, demo=demo)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, opened, demo=demo)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Guard(HTTPAdapter):
    """The way out for requests to a stranger's addresses."""

    def __init__(self, opened: Opened, *, demo: bool) -> None:
        self._pools = _pools(opened, demo=demo)
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections of ours only."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


class GuardedSession(CarefulSession):
    """A careful session for addresses that nobody of ours has approved."""

    def __init__(self, *, demo: bool) -> None:
        super().__init__()
        self.trust_env = False  # no proxy, no .netrc
        self.headers["Connection"] = "close"  # so that each request is connected, and checked, anew
        self._lines: list[socket.socket] = []
        guard = _Guard(self._opened, demo=demo)
        self.mount("https://", guard)
        self.mount("http://", guard)

    def _opened(self, made: socket.socket) -> None:
        # A copy of the line: TLS takes the first one over.
        self._lines.append(socket.socket(fileno=os.dup(made.fileno())))

    def _hang_up(self) -> None:
        for line in self._lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One request, over by the deadline."""
        over = threading.Event()

        def stop() -> None:
            over.set()
            self._hang_up()

        clock = threading.Timer(DEADLINE, stop)
        clock.daemon = True
        clock.start()
        try:
            response = super().request(*args, **kwargs)
        except requests.RequestException as error:
            if over.is_set():
                raise DeadlineOver("the answer took too long") from error
            raise
        finally:
            clock.cancel()
            for line in self._lines:
                line.close()
            self._lines.clear()
            self.cookies.clear()
        if over.is_set():
            raise DeadlineOver("the answer took too long")
        return response


def new_guarded_session(*, demo: bool) -> requests.Session:
    """A session; tests put a pretend VLE behind it here."""
    return GuardedSession(demo=demo)
