"""How we speak to a VLE: with a time limit, a size limit, a name, and without following redirects.

A redirect could carry a bearer token to another host. Some Moodles answer 403 to a request without
a User-Agent. An answer that drips keeps every limit between bytes, and within a Content-Length
nothing is handed on before it is whole: so at the deadline the line itself is cut, whatever is
being waited for (connecting apart, which has a limit of its own).
"""

import os
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

TIMEOUT = (3.05, 10.0)  # to connect, between bytes
WHOLE = 20.0  # seconds for a whole request, however slowly its answer drips
LARGEST = 512 * 1024

# Gives a connection its line; the guard does so only to addresses that it has checked.
Connect = Callable[[Any], socket.socket]


class TooMuch(requests.RequestException):
    """The answer was too large."""


class DeadlineOver(requests.RequestException):
    """The whole answer took too long."""


def _pools(
    opened: Callable[[socket.socket], None], connect: Connect | None
) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections show every line they open."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made: socket.socket = connect(self) if connect else super()._new_conn()
            opened(made)
            return made

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made: socket.socket = connect(self) if connect else super()._new_conn()
            opened(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Lines(HTTPAdapter):
    """The way out, over lines that can be cut."""

    def __init__(self, opened: Callable[[socket.socket], None], connect: Connect | None) -> None:
        self._pools = _pools(opened, connect)
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections of ours only."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Through a proxy as well."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


class CarefulSession(requests.Session):
    """A `requests` session that PyLTI1p3 can be given."""

    def __init__(self, *, connect: Connect | None = None, deadline: float | None = None) -> None:
        super().__init__()
        self.headers["User-Agent"] = "imsa-lms (LTI 1.3 tool)"
        self.headers["Connection"] = "close"  # each request has a line of its own
        self._deadline = deadline or WHOLE
        self._lines: list[socket.socket] = []
        way_out = _Lines(self._opened, connect)
        self.mount("https://", way_out)
        self.mount("http://", way_out)

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
        """One request within the limits, its answer read whole."""
        over = threading.Event()

        def stop() -> None:
            over.set()
            self._hang_up()

        clock = threading.Timer(self._deadline, stop)
        clock.daemon = True
        clock.start()
        try:
            response = self._read(*args, **kwargs)
        except requests.RequestException as error:
            if over.is_set():
                raise DeadlineOver("the answer took too long") from error
            raise
        finally:
            clock.cancel()
            self.close()  # a server that does not say so may keep its end: no line is used twice
            for line in self._lines:
                line.close()
            self._lines.clear()
        if over.is_set():  # an answer of no stated length only seems to have ended
            raise DeadlineOver("the answer took too long")
        return response

    def _read(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.update(timeout=TIMEOUT, allow_redirects=False, stream=True)
        response = super().request(*args, **kwargs)
        body = bytearray()
        with response:
            for piece in response.iter_content(16 * 1024):
                body += piece
                if len(body) > LARGEST:
                    raise TooMuch("the answer was too large")
        response._content = bytes(body)  # noqa: SLF001 - so that .json() and .text need no second reading
        return response


def new_session() -> requests.Session:
    """A session; tests put a pretend VLE behind it here."""
    return CarefulSession()
