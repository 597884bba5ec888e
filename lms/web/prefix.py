"""Launches side by side: `/-/<launch id>/…`.

A browser may hold launches of two people, or of one person twice, in two tabs. Each works under its
own prefix, which this middleware moves from the path to SCRIPT_NAME, so that every `url_for` of
that request keeps it. The id alone opens nothing: `lms.lti` asks for the browser's own cookie too.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = re.compile(r"/-/([A-Za-z0-9_-]{16,64})(?=/|$)")
_KEY = "lms.launch_id"


class LaunchPrefix:
    """WSGI middleware; see the module's words."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        found = _PREFIX.match(environ.get("PATH_INFO", ""))
        if found:
            environ[_KEY] = found[1]
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found[0]
            environ["PATH_INFO"] = environ["PATH_INFO"][found.end() :] or "/"
        return self.app(environ, start_response)


def launch_id(environ: "WSGIEnvironment") -> str | None:
    """The launch this request works under, if it came under a prefix."""
    return environ.get(_KEY)


def under_launch(launch: str, path: str) -> str:
    """The address of `path` (beginning with `/`) under a launch's prefix."""
    return f"/-/{launch}{path}"
