"""What one visit of each page is; the same over HTTP and in the process that counts statements."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    RESULT_SCOPE,
    ROLES,
    SCORE_SCOPE,
    TARGET_LINK_URI,
    VERSION,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Ask(Protocol):
    """Sends one request."""

    def __call__(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> Answer:
        """The answer."""


Visit = Callable[[Ask], None]


class NotAsItShould(Exception):
    """A page did not answer as it should: what was measured would mean nothing."""


def expect(answer: Answer, status: int, what: str) -> None:
    """Refuse another status."""
    if answer.status != status:
        raise NotAsItShould(f"{what}: {answer.status}\n{answer.body[:2000].decode()}")


@dataclass(frozen=True)
class Page:
    """A page that somebody signed in looks at; `holds` shows that it is the right one."""

    name: str
    path: str
    cookie: str
    holds: str

    def browser(self, _number: int) -> Visit:
        """One browser's visit."""

        def visit(ask: Ask) -> None:
            answer = ask("GET", self.path, {"Cookie": self.cookie})
            expect(answer, 200, self.name)
            if self.holds.encode() not in answer.body:
                raise NotAsItShould(f"{self.name}: “{self.holds}” is not on the page")

        return visit


HELLO = Page("hello", "/", "", "hello")


@dataclass(frozen=True)
class Platform:
    """The pretend VLE that the launches come from."""

    issuer: str
    client_id: str
    deployment: str
    kid: str
    private_pem: str


@cache
def _key(pem: str) -> RSAPrivateKey:
    return cast(RSAPrivateKey, load_pem_private_key(pem.encode(), None))


@dataclass(frozen=True)
class Launch:
    """A login and the id_token that follows, by somebody who has been here before."""

    name: str
    platform: Platform
    tool: str
    course: str
    activity: str
    target: str
    people: tuple[tuple[str, str], ...]  # subject and name

    def browser(self, number: int) -> Visit:
        """One browser of one person; it keeps the cookie that the login set, as browsers do."""
        subject, name = self.people[number % len(self.people)]
        cookies: dict[str, str] = {}

        def visit(ask: Ask) -> None:
            begun = ask("POST", "/lti/login", FORM | cookies, urlencode(self._login()))
            expect(begun, 302, "login")
            cookies["Cookie"] = begun.headers["Set-Cookie"].partition(";")[0]
            sent = parse_qs(urlsplit(begun.headers["Location"]).query)
            token = self._token(subject, name, sent["nonce"][0])
            form = urlencode({"id_token": token, "state": sent["state"][0]})
            landed = ask("POST", "/lti/launch", FORM | cookies, form)
            expect(landed, 303, "launch")
            if not landed.headers["Location"].endswith(f"/{self.target}"):
                raise NotAsItShould(f"launch: landed at {landed.headers['Location']}")

        return visit

    def _login(self) -> dict[str, str]:
        return {
            "iss": self.platform.issuer,
            "client_id": self.platform.client_id,
            "lti_deployment_id": self.platform.deployment,
            "login_hint": "4",
            "target_link_uri": f"{self.tool}/lti/launch",
        }

    def _token(self, subject: str, name: str, nonce: str) -> str:
        """The message as a Moodle writes it."""
        issuer, now = self.platform.issuer, int(time.time())
        claims: dict[str, Any] = {
            "iss": issuer,
            "aud": self.platform.client_id,
            "sub": subject,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "name": name,
            "email": f"{subject}@example.test",
            MESSAGE_TYPE: "LtiResourceLinkRequest",
            VERSION: "1.3.0",
            DEPLOYMENT_ID: self.platform.deployment,
            TARGET_LINK_URI: f"{self.tool}/lti/launch",
            ROLES: [LEARNER],
            CONTEXT: {"id": self.course, "label": self.course, "title": self.course},
            RESOURCE_LINK: {"id": self.activity, "title": self.activity},
            CUSTOM: {"lms_target": self.target},
            AGS_ENDPOINT: {
                "scope": [SCORE_SCOPE, RESULT_SCOPE],
                "lineitem": f"{issuer}/lineitems/{self.activity}",
            },
            LAUNCH_PRESENTATION: {"document_target": "iframe", "return_url": f"{issuer}/course"},
        }
        headers = {"kid": self.platform.kid}
        return jwt.encode(claims, _key(self.platform.private_pem), "RS256", headers)


@dataclass(frozen=True)
class Plan:
    """What to visit in a prepared database, and how many statements each visit takes."""

    launch: Launch
    pages: tuple[Page, ...]
    statements: dict[str, int]

    @property
    def visits(self) -> tuple[Launch | Page, ...]:
        """All of it, in the order of the table."""
        return (self.launch, *self.pages)

    def as_json(self) -> dict[str, Any]:
        """For the other process."""
        return asdict(self)

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Plan":
        """From the other process."""
        launch = Launch(**given["launch"])
        platform = Platform(**given["launch"]["platform"])
        people = tuple((subject, name) for subject, name in launch.people)
        pages = tuple(Page(**page) for page in given["pages"])
        return cls(replace(launch, platform=platform, people=people), pages, given["statements"])
