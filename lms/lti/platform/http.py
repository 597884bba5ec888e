"""How we speak to a VLE: with a time limit, a size limit, a name, and without following redirects.

A redirect could carry a bearer token to another host. Some Moodles answer 403 to a request without
a User-Agent.
"""

from time import monotonic
from typing import Any

import requests

TIMEOUT = (3.05, 10.0)  # to connect, between bytes
WHOLE = 20.0  # seconds for the whole answer, however slowly it drips
LARGEST = 512 * 1024


class TooMuch(requests.RequestException):
    """The answer was too large, or too slow."""


class CarefulSession(requests.Session):
    """A `requests` session that PyLTI1p3 can be given."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["User-Agent"] = "imsa-lms (LTI 1.3 tool)"

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One request within the limits, its answer read whole."""
        kwargs.update(timeout=TIMEOUT, allow_redirects=False, stream=True)
        began = monotonic()
        response = super().request(*args, **kwargs)
        body = bytearray()
        with response:
            for piece in response.iter_content(16 * 1024):
                body += piece
                if len(body) > LARGEST or monotonic() - began > WHOLE:
                    raise TooMuch("the answer was too large or too slow")
        response._content = bytes(body)  # noqa: SLF001 - so that .json() and .text need no second reading
        return response


def new_session() -> requests.Session:
    """A session; tests put a pretend VLE behind it here."""
    return CarefulSession()
