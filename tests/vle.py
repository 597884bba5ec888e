"""A pretend platform: its keys, its login, its tokens, its gradebook; everything it sends can be
forged.

No network: `Vle.session` stands in for `lms.lti.platform.http.new_session`, and answers as a Moodle
was seen to.

    vle.register()                        known to the tool, with its key
    vle.launch(client, PRIYA)             a whole launch; the last answer
    vle.begin(client)                     the login alone: state, nonce, auth request
    vle.post(client, vle.token(claims))   the launch alone, forged as you please
    vle.http                              every request the tool made; vle.answers queues odd ones
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm
from requests.adapters import BaseAdapter
from werkzeug.test import TestResponse

from lms.db import db
from lms.lti.models import Platform
from lms.lti.platform import http
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING,
    DEPLOYMENT_ID,
    GROUPS_SERVICE,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NAMES_ROLES,
    NOTICE_SERVICE,
    RESOURCE_LINK,
    RESULT_SCOPE,
    ROLES,
    SCORE_SCOPE,
    TARGET_LINK_URI,
    VERSION,
)
from lms.lti.service.platforms import add_platform

ISSUER = "https://vle.test"
CLIENT_ID = "tool-client"
TOOL = "https://tool.test"
LAUNCH_URL = f"{TOOL}/lti/launch"
RETURN_URL = f"{ISSUER}/return?course=2&sesskey=SECRETSESSKEY"
LINE_ITEMS = f"{ISSUER}/services/2/lineitems?type_id=1"
LINE_ITEM = f"{ISSUER}/services/2/lineitems/7/lineitem?type_id=1"
LINKS_RETURN = f"{ISSUER}/contentitem_return?course=2&sesskey=SECRETSESSKEY"
MEMBERS = f"{ISSUER}/services/CourseSection/2/bindings/1/memberships"
GROUPS = f"{ISSUER}/services/2/groups"
HANDLERS = f"{ISSUER}/services/2/noticehandlers"
SCOPES = [SCORE_SCOPE, RESULT_SCOPE]
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
LEARNER, INSTRUCTOR = f"{ROLE}Learner", f"{ROLE}Instructor"

OFFERS: dict[str, Any] = {
    NAMES_ROLES: {"context_memberships_url": MEMBERS, "service_versions": ["2.0"]},
    GROUPS_SERVICE: {"context_groups_url": GROUPS, "scope": [], "service_versions": ["1.0"]},
    NOTICE_SERVICE: {
        "platform_notification_service_url": HANDLERS,
        "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
    },
}


@dataclass(frozen=True)
class Person:
    """Somebody in the pretend VLE."""

    sub: str
    name: str
    roles: tuple[str, ...] = (LEARNER,)


PRIYA = Person("p-priya", "Priya Example")
TOMOS = Person("p-tomos", "Tomos Sample")
IMOGEN = Person("t-imogen", "Imogen Example", (INSTRUCTOR,))


@cache
def _private(_kid: str) -> rsa.RSAPrivateKey:
    """A key takes a while to make; each is made once a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Key:
    """A key the platform signs with."""

    kid: str
    family: str = "the platform's own"

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """Its private part."""
        return _private(f"{self.family} {self.kid}")

    @property
    def jwk(self) -> dict[str, Any]:
        """Its public part, as a key set shows it."""
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {part: public[part] for part in ("kty", "n", "e")} | {
            "kid": self.kid,
            "alg": "RS256",
            "use": "sig",
        }


@dataclass(frozen=True)
class Begun:
    """What the tool sent the browser to the auth endpoint with."""

    response: TestResponse
    state: str
    nonce: str
    asked: dict[str, str]


@dataclass(frozen=True)
class Answered:
    """One answer of the pretend VLE's services."""

    status: int = 200
    body: str = ""
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request the tool made of the VLE."""

    method: str
    url: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body read as JSON."""
        sent: dict[str, Any] = json.loads(self.body)
        return sent

    @property
    def form(self) -> dict[str, str]:
        """The body read as a form."""
        return {name: values[0] for name, values in parse_qs(self.body).items()}


class _Wire(BaseAdapter):
    """Takes the place of the network under `requests`."""

    def __init__(self, vle: "Vle") -> None:
        super().__init__()
        self.vle = vle

    def send(self, request: Any, *_args: Any, **kwargs: Any) -> requests.Response:
        assert kwargs.get("timeout"), "a request without a time limit"
        body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
        call = Call(request.method, request.url, dict(request.headers), body)
        answer = self.vle.answer(call)
        response = requests.Response()
        response.status_code, response.reason = answer.status, answer.reason
        response.headers.update(answer.headers)
        response.url, response.request = request.url, request
        response.raw = _Raw(answer.body.encode())
        return response

    def close(self) -> None:
        """Nothing to close."""


class _Raw:
    """The stream of an answer's body."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, size: int, decode_content: bool = False) -> Any:  # noqa: FBT001, FBT002
        for start in range(0, len(self.body), size):
            yield self.body[start : start + size]

    def close(self) -> None:
        """Nothing to close."""

    def release_conn(self) -> None:
        """Nothing to release."""


class Vle:
    """The pretend platform."""

    def __init__(self, app: Flask, clock: Callable[[], datetime]) -> None:
        self.app = app
        self.clock = clock
        self.keys = [Key("vle-key-1")]
        self.calls: list[Call] = []
        self.answers: dict[str, list[Answered | Exception]] = {}
        self.grades: dict[str, dict[str, Any]] = {}
        self.columns: list[dict[str, Any]] = []
        self.platform_id = 0
        self.members: list[dict[str, Any]] = []
        self.most = 50  # on one page of the list, however many are asked for

    # --- registering ---

    def register(self, **changes: Any) -> int:
        """Make the platform known to the tool; returns its id."""
        known = {
            "name": "Pretend VLE",
            "issuer": ISSUER,
            "client_id": CLIENT_ID,
            "auth_login_url": f"{ISSUER}/auth",
            "auth_token_url": f"{ISSUER}/token",
            "key_set_url": f"{ISSUER}/jwks.json",
            "deployment_id": "1",
        } | changes
        with self.app.app_context():
            platform = add_platform(
                **known, secret_key=str(self.app.config["SECRET_KEY"]), now=self.clock()
            )
            db.session.commit()
            self.platform_id = platform.id
        return self.platform_id

    def link(self, cohort_id: int, course: str = "2") -> None:
        """Link a course to a cohort before anybody has launched from it."""
        from lms.lti.models import Context, Deployment

        with self.app.app_context():
            deployment = (
                db.session.query(Deployment).filter_by(platform_id=self.platform_id).first()
            )
            assert deployment is not None
            now = self.clock()
            db.session.add(
                Context(
                    deployment_id=deployment.id,
                    vle_id=course,
                    title="Training Programme 1",
                    label="TRAIN1",
                    first_seen_at=now,
                    cohort_id=cohort_id,
                    linked_at=now,
                )
            )
            db.session.commit()

    # --- launching ---

    def begin(self, client: FlaskClient, *, method: str = "POST", **changes: str | None) -> Begun:
        """The first step: the login request, and what the tool sent the browser on with."""
        asked: dict[str, Any] = {
            "iss": ISSUER,
            "target_link_uri": LAUNCH_URL,
            "login_hint": "4",
            "lti_message_hint": '{"cmid":20}',
            "client_id": CLIENT_ID,
            "lti_deployment_id": "1",
        } | changes
        kept = {name: value for name, value in asked.items() if value is not None}
        if method == "GET":
            response = client.get("/lti/login", query_string=kept)
        else:
            response = client.post("/lti/login", data=kept, headers={"Origin": ISSUER})
        sent = parse_qs(urlsplit(response.headers.get("Location", "")).query)
        query = {name: values[0] for name, values in sent.items()}
        return Begun(response, query.get("state", ""), query.get("nonce", ""), query)

    def claims(self, person: Person, nonce: str, **changes: Any) -> dict[str, Any]:
        """A good launch message of a person, as a Moodle writes it; None leaves a claim out."""
        now = int(self.clock().timestamp())
        given, _, family = person.name.partition(" ")
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": person.sub,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "name": person.name,
            "given_name": given,
            "family_name": family,
            "email": f"{person.sub.partition('-')[2]}@example.test",
            MESSAGE_TYPE: "LtiResourceLinkRequest",
            VERSION: "1.3.0",
            DEPLOYMENT_ID: "1",
            TARGET_LINK_URI: LAUNCH_URL,
            ROLES: list(person.roles),
            CONTEXT: {"id": "2", "label": "TRAIN1", "title": "Training Programme 1"},
            RESOURCE_LINK: {"id": "1", "title": "Week 1 training activity"},
            CUSTOM: {"lms_target": "modules/m1/u1"},
            AGS_ENDPOINT: {"scope": SCOPES, "lineitem": LINE_ITEM},
            LAUNCH_PRESENTATION: {"document_target": "iframe", "return_url": RETURN_URL},
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self,
        claims: dict[str, Any],
        *,
        key: Key | None = None,
        kid: str | None = "",
        alg: str = "RS256",
    ) -> str:
        """A signed id_token; `kid=None` leaves the key's name out, `alg="none"` the signature."""
        signer = key or self.keys[0]
        headers = {} if kid is None else {"kid": kid or signer.kid}
        secret: Any = {"none": None, "HS256": "a shared secret of thirty-two bytes"}.get(
            alg, signer.private
        )
        return jwt.encode(claims, secret, algorithm=alg, headers=headers)

    def post(self, client: FlaskClient, id_token: str, state: str, **headers: str) -> TestResponse:
        """The last step: the browser brings the token."""
        sent = {"id_token": id_token, "state": state}
        return client.post("/lti/launch", data=sent, headers={"Origin": ISSUER, **headers})

    def launch(self, client: FlaskClient, person: Person, **changes: Any) -> TestResponse:
        """A whole launch; the answer is the redirect to the page, under its prefix."""
        target = changes.get(TARGET_LINK_URI, LAUNCH_URL)
        begun = self.begin(client, target_link_uri=target)
        return self.post(
            client, self.token(self.claims(person, begun.nonce, **changes)), begun.state
        )

    def ask_for_links(
        self, client: FlaskClient, person: Person, *, more: Any = None, **settings: Any
    ) -> TestResponse:
        """A deep linking request, as a Moodle writes it; None leaves a setting out."""
        asked = {
            "deep_link_return_url": LINKS_RETURN,
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_multiple": True,
        } | settings
        said = {
            MESSAGE_TYPE: ASKS_FOR_LINKS,
            RESOURCE_LINK: None,
            TARGET_LINK_URI: None,
            CUSTOM: None,
            DEEP_LINKING: {name: value for name, value in asked.items() if value is not None},
        }
        begun = self.begin(client)
        claims = self.claims(person, begun.nonce, **said | (more or {}))
        return self.post(client, self.token(claims), begun.state)

    def offer(self, client: FlaskClient, person: Person, **changes: Any) -> TestResponse:
        """A launch that offers the course's list of people, its groups and notices."""
        return self.launch(client, person, **OFFERS | changes)

    # --- being asked ---

    def session(self) -> requests.Session:
        """A careful session with this VLE behind it, and no network."""
        session = http.CarefulSession()
        session.mount("https://", _Wire(self))
        session.mount("http://", _Wire(self))
        return session

    def asked(self, path: str) -> list[Call]:
        """The requests made of a path."""
        return [call for call in self.calls if urlsplit(call.url).path.endswith(path)]

    def answer(self, call: Call) -> Answered:
        """What the VLE says: a queued answer for that path, or what a Moodle would."""
        self.calls.append(call)
        path = urlsplit(call.url).path
        name = path.rsplit("/", 1)[-1]
        if self.answers.get(name):
            queued = self.answers[name].pop(0)
            if isinstance(queued, Exception):
                raise queued
            return queued
        usual: dict[str, Callable[[Call], Answered]] = {
            "jwks.json": self._key_set,
            "token": self._token,
            "scores": self._score,
            "results": self._results,
            "lineitems": self._line_items,
            "memberships": self._members,
            "groups": lambda _call: Answered(body=json.dumps({"groups": [{"name": "Tuesday"}]})),
            "noticehandlers": lambda _call: Answered(body="{}"),
        }
        return usual[name](call) if name in usual else Answered(404)

    def _key_set(self, _call: Call) -> Answered:
        return Answered(body=json.dumps({"keys": [key.jwk for key in self.keys]}))

    def _token(self, call: Call) -> Answered:
        given = {"access_token": f"token-{len(self.asked('/token'))}", "expires_in": 3600}
        # Moodle calls its JSON text/html
        return Answered(
            body=json.dumps(given | {"token_type": "Bearer", "scope": call.form["scope"]}),
            headers={"Content-Type": "text/html"},
        )

    def _score(self, call: Call) -> Answered:
        sent = call.json
        moment = datetime.fromisoformat(sent["timestamp"]).astimezone(UTC).replace(microsecond=0)
        held = self.grades.get(sent["userId"])
        if held and moment <= held["at"]:
            return Answered(409, "[]", "Refusing score with an earlier timestamp")
        scaled = sent["scoreGiven"] * 100 / sent["scoreMaximum"]
        self.grades[sent["userId"]] = {
            "at": moment,
            "score": scaled,
            "comment": sent.get("comment"),
        }
        return Answered(200, "")  # not 204, not JSON

    def _members(self, call: Call) -> Answered:
        """Short role names, pages with a good Link header, suspended people left out."""
        query = parse_qs(urlsplit(call.url).query)
        size = min(int(query.get("limit", ["1000"])[0]), self.most)
        start = int(query.get("from", ["0"])[0])
        headers = {}
        if start + size < len(self.members):
            headers["Link"] = f'<{MEMBERS}?limit={size}&from={start + size}>; rel="next"'
        page = self.members[start : start + size]
        body = {"id": MEMBERS, "context": {"id": "2"}, "members": page}
        return Answered(body=json.dumps(body), headers=headers)

    def _results(self, call: Call) -> Answered:
        user = parse_qs(urlsplit(call.url).query).get("user_id", [""])[0]
        found = [
            {"userId": one, "resultScore": held["score"], "resultMaximum": 100}
            for one, held in self.grades.items()
            if user in ("", one)
        ]
        return Answered(body=json.dumps(found))

    def _line_items(self, call: Call) -> Answered:
        if call.method == "POST":
            number = 100 + len(self.columns)
            url = f"{ISSUER}/services/2/lineitems/{number}/lineitem?type_id=1"
            self.columns.append(call.json | {"id": url})
            return Answered(201, json.dumps(self.columns[-1]))
        asked = parse_qs(urlsplit(call.url).query)
        names = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
        found = [
            column
            for column in self.columns
            if all(str(column.get(names[k])) == v[0] for k, v in asked.items() if k in names)
        ]
        return Answered(body=json.dumps(found))


def suspend(app: Flask, platform_id: int) -> None:
    """Switch a platform off in the database."""
    with app.app_context():
        platform = db.session.get(Platform, platform_id)
        assert platform is not None
        platform.active_at = None
        db.session.commit()
