"""Starts the Open edX peer in its own process and walks launches between it and the tool.

See README.md beside this for what the peer sends and takes.
"""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import IO, Any, Literal
from urllib.parse import urlencode, urljoin

import requests
from flask.testing import FlaskClient
from requests.structures import CaseInsensitiveDict

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv-peer" / "bin" / "python"
PROGRAM = Path(__file__).with_name("peer.py")
PATIENCE = 60  # seconds for the peer to start

# Where a tool would be in the tests of the peer by itself.
LOGIN_OF_NOBODY = "http://127.0.0.1:5000/lti/login"
LAUNCH_OF_NOBODY = "http://127.0.0.1:5000/lti/launch"

HOPS = frozenset({"id_token", "lti_message_hint", "JWT", "error"})  # fields that carry a launch on


@dataclass(frozen=True)
class Registration:
    """One registration of the tool at the peer, for one block (resource link) of its course."""

    name: str
    config_id: str
    issuer: str
    client_id: str
    deployment_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    context_id: str
    resource_link_id: str
    lineitems: str
    lineitem: str | None


class Peer:
    """A running Open edX peer."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._made = 0

    def configure(
        self,
        *,
        login_url: str,
        launch_url: str,
        jwks_url: str = "",
        jwks: dict[str, Any] | None = None,
        redirect_uris: list[str] | None = None,
        ags_mode: Literal["declarative", "programmatic", "disabled"] = "declarative",
        extras: bool = False,
    ) -> Registration:
        """Register the tool; its keys by address, or given here and served by the peer itself.

        `extras`: with deep linking and the course's list of people.
        """
        self._made += 1
        asked: dict[str, Any] = {
            "name": f"block{self._made}",
            "login_url": login_url,
            "launch_url": launch_url,
            "jwks_url": jwks_url,
            "redirect_uris": redirect_uris,
            "ags_mode": ags_mode,
            "extras": extras,
        }
        if jwks is not None:
            asked["jwks"] = jwks
        return Registration(**self._call("POST", "configure", asked))

    def start_url(
        self,
        registration: Registration,
        *,
        user: str = "user2",
        role: str = "student",
        target: str = "",
        name: str = "Uma Example",
        email: str = "uma@example.test",
        window: Literal["iframe", "window"] = "iframe",
        deep: bool = False,
        content: int | None = None,
    ) -> str:
        """Where a launch begins; `target` becomes the custom parameter `lms_target`.

        `deep` asks for activities, `content` opens one that was saved so.
        """
        asked = {"config": registration.config_id, "user": user, "role": role, "target": target}
        asked |= {"name": name, "email": email, "window": window}
        asked |= {"deep": "1"} if deep else {}
        asked |= {"content": str(content)} if content is not None else {}
        return f"{self.base_url}/start?{urlencode(asked)}"

    def scores(self, registration: Registration) -> list[dict[str, Any]]:
        """The scores kept for the registration's line items (Open edX's LtiAgsScore rows)."""
        rows: list[dict[str, Any]] = self._call("GET", f"scores?config={registration.config_id}")[
            "scores"
        ]
        return rows

    def gradebook(self, registration: Registration) -> list[dict[str, Any]]:
        """What went on to the peer's gradebook, in order; `score` is from 0 to 1."""
        rows: list[dict[str, Any]] = self._call(
            "GET", f"gradebook?config={registration.config_id}"
        )["grades"]
        return rows

    def set_members(self, *people: tuple[int, str, str]) -> None:
        """Who is in the course from now on: number, name, role (student, staff, instructor)."""
        self._call("POST", "members", people)

    def content_items(self, registration: Registration) -> list[dict[str, Any]]:
        """What deep linking saved for the registration."""
        path = f"content-items?config={registration.config_id}"
        rows: list[dict[str, Any]] = self._call("GET", path)["items"]
        return rows

    def rotate_key(self, registration: Registration) -> str:
        """Change the peer's key at once; gives the new kid. Its old access tokens end."""
        path = f"rotate-key?config={registration.config_id}"
        return str(self._call("POST", path, {})["kid"])

    def change_tool_jwks(self, registration: Registration, jwks: dict[str, Any]) -> None:
        """Serve another key set of the tool from now on (where `jwks` was given)."""
        self._call("POST", f"tool-jwks/{registration.name}", jwks)

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url = f"{self.base_url}/control/{path}"
        answer = requests.request(method, url, json=body, timeout=20)
        answer.raise_for_status()
        read: dict[str, Any] = answer.json()
        return read


def make_environment() -> None:
    """Make .venv-peer if it is missing or out of date (pip reads the package index)."""
    subprocess.run([ROOT / "scripts" / "peer-venv"], check=True)


@contextmanager
def running_peer(folder: Path) -> Iterator[Peer]:
    """A peer on a free port, with its database in `folder`; stopped at the end."""
    make_environment()
    program = [str(PYTHON), "-P", str(PROGRAM), "--folder", str(folder)]
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    log = folder / "peer.log"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            program, stdout=subprocess.PIPE, stderr=errors, text=True, env=surroundings
        ) as process,
    ):
        try:
            assert process.stdout is not None
            address = _first_line(process.stdout)
            if not address:
                errors.flush()
                raise RuntimeError(f"The Open edX peer did not start:\n{log.read_text()[-4000:]}")
            yield Peer(address)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _first_line(stream: IO[str]) -> str:
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(PATIENCE)
    return lines[0].strip() if lines else ""


class FormReader(HTMLParser):
    """The first form of a page: where it goes and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.method = ""
        self.fields: dict[str, str] = {}
        self._forms = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would send."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._forms += 1
            if self._forms == 1:
                self.action, self.method = given.get("action", ""), given.get("method", "get")
        elif tag == "input" and self._forms == 1 and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")


@dataclass(frozen=True)
class Page:
    """What a browser has in front of it."""

    url: str
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def form(self) -> FormReader:
        """Its first form."""
        return FormReader(self.text)


class Browser:
    """A browser for launches: keeps cookies, follows redirects, and posts the forms of a launch.

    With `tool`, a Flask test client, addresses that begin with `tool_url` go to it in this process
    (and may be https, so that Secure cookies work); without it, everything goes over HTTP, and
    Secure cookies are kept on plain HTTP as browsers do on loopback.
    """

    def __init__(self, *, tool: FlaskClient | None = None, tool_url: str = "") -> None:
        self.visited: list[tuple[str, str]] = []  # (method, address without its query)
        self._tool = tool
        self._tool_url = tool_url
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(secure_protocols=("http", "https")))

    def open(self, url: str) -> Page:
        """Go to an address and on through redirects and launch forms, to the page that stays."""
        return self._go("GET", url, None, follow=True)

    def step(self, url: str, data: dict[str, str] | None = None) -> Page:
        """One request (POST when there is `data`), following nothing."""
        return self._go("GET" if data is None else "POST", url, data, follow=False)

    def submit(self, page: Page, **changes: str) -> Page:
        """Send a page's first form, with changes, and go on as `open` does."""
        form = page.form
        fields = form.fields | changes
        return self._go("POST", urljoin(page.url, form.action), fields, follow=True)

    def close(self) -> None:
        """Let its connections go."""
        self._session.close()

    def _go(self, method: str, url: str, data: dict[str, str] | None, *, follow: bool) -> Page:
        for _ in range(20):
            page = self._request(method, url, data)
            if not follow:
                return page
            if page.status in (301, 302, 303, 307, 308):
                url = urljoin(page.url, page.headers["Location"])
                if page.status < 307:
                    method, data = "GET", None
            elif HOPS & page.form.fields.keys():
                url, method, data = urljoin(page.url, page.form.action), "POST", page.form.fields
            else:
                return page
        raise RuntimeError(f"The launch goes round and round: {self.visited[-6:]}")

    def _request(self, method: str, url: str, data: dict[str, str] | None) -> Page:
        self.visited.append((method, url.partition("?")[0]))
        if self._tool is not None and url.startswith(self._tool_url):
            answer = self._tool.open(
                url.removeprefix(self._tool_url) or "/",
                base_url=self._tool_url,
                method=method,
                data=data,
            )
            headers = CaseInsensitiveDict(answer.headers.items())
            page = Page(url, answer.status_code, answer.get_data(as_text=True), headers)
            answer.close()
            return page
        reply = self._session.request(method, url, data=data, allow_redirects=False, timeout=20)
        return Page(url, reply.status_code, reply.text, reply.headers)
