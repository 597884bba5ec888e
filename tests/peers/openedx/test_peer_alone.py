"""The Open edX peer by itself: it launches, gives tokens and takes scores as README.md says.

Here a key made on the spot and nobody at its addresses stand for the tool.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.peers.openedx.client import Browser, Page, Peer, Registration

pytestmark = pytest.mark.peer

LOGIN, LAUNCH = "http://127.0.0.1:5000/lti/login", "http://127.0.0.1:5000/lti/launch"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"


@dataclass
class ToolKey:
    """A key of the tool."""

    kid: str = "tool-1"
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048)
    )

    def key_set(self) -> dict[str, Any]:
        """Its public half, as the tool shows it."""
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"keys": [public | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}


@pytest.fixture(scope="module")
def key() -> ToolKey:
    return ToolKey()


@pytest.fixture
def registration(peer: Peer, key: ToolKey) -> Registration:
    return peer.configure(login_url=LOGIN, launch_url=LAUNCH, jwks=key.key_set())


def initiation(browser: Browser, url: str) -> dict[str, str]:
    """The login initiation that a start address redirects to."""
    page = browser.step(url)
    assert page.status == 302
    address = urlsplit(page.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == LOGIN
    return dict(parse_qsl(address.query))


def ask(
    browser: Browser, registration: Registration, begun: dict[str, str], **changes: str
) -> Page:
    """What a tool asks of the auth address; "" leaves a field out."""
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": begun["client_id"],
        "redirect_uri": LAUNCH,
        "state": "state-1",
        "nonce": "nonce-1",
        "login_hint": begun["login_hint"],
        "lti_message_hint": begun["lti_message_hint"],
    } | changes
    kept = {name: value for name, value in asked.items() if value}
    return browser.step(f"{registration.auth_url}?{urlencode(kept)}")


def claims_in(page: Page, registration: Registration) -> dict[str, Any]:
    """The claims of the page's id_token, checked against the peer's key set."""
    token = page.form.fields["id_token"]
    keys = jwt.PyJWKSet.from_dict(requests.get(registration.jwks_url, timeout=20).json())
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    claims: dict[str, Any] = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["RS256"],
        audience=registration.client_id,
        issuer=registration.issuer,
    )
    return claims


def test_the_oidc_start_redirects_to_the_tools_login(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration, user="user2"))
    assert begun.pop("lti_message_hint")
    assert begun == {
        "iss": peer.base_url,
        "client_id": registration.client_id,
        "lti_deployment_id": "1",
        "target_link_uri": LAUNCH,
        "login_hint": "user2",
    }


def test_the_auth_gate_signs_a_message_for_a_registered_address(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration, target="assessments/m1-plan"))
    page = ask(walker, registration, begun)
    assert (page.status, page.form.action, page.form.method) == (200, LAUNCH, "post")
    assert page.form.fields["state"] == "state-1"
    claims = claims_in(page, registration)
    assert claims["aud"] == claims["azp"] == registration.client_id
    assert claims["exp"] == claims["iat"] + 3600
    assert (claims["sub"], claims["name"], claims["email"]) == (
        "user2",
        "Uma Example",
        "uma@example.test",
    )
    assert claims["nonce"] == "nonce-1"
    assert claims[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{CLAIM}version"] == "1.3.0"
    assert claims[f"{CLAIM}deployment_id"] == "1"
    assert claims[f"{CLAIM}target_link_uri"] == LAUNCH
    assert claims[f"{CLAIM}custom"] == {"lms_target": "assessments/m1-plan"}
    assert claims[f"{CLAIM}resource_link"] == {"id": registration.resource_link_id}
    assert claims[f"{CLAIM}context"]["id"] == registration.context_id
    assert claims[f"{AGS}claim/endpoint"] == {
        "scope": [
            f"{AGS}scope/lineitem.readonly",
            f"{AGS}scope/result.readonly",
            f"{AGS}scope/score",
        ],
        "lineitems": registration.lineitems,
        "lineitem": registration.lineitem,
    }


MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ROLES = {"student": "Learner", "staff": "Instructor", "instructor": "Administrator"}


@pytest.mark.parametrize(("role", "word"), ROLES.items())
def test_roles_hold_the_membership_among_others(
    peer: Peer, walker: Browser, registration: Registration, role: str, word: str
) -> None:
    begun = initiation(walker, peer.start_url(registration, role=role))
    roles = claims_in(ask(walker, registration, begun), registration)[f"{CLAIM}roles"]
    assert MEMBERSHIP + word in roles
    assert "http://purl.imsglobal.org/vocab/lis/v2/institution/person#None" in roles
    assert (MEMBERSHIP + "Instructor" in roles) == (role != "student")


REFUSED = {
    "another redirect_uri": {"redirect_uri": "http://evil.example/lti/launch"},
    "a query after the redirect_uri": {"redirect_uri": f"{LAUNCH}?page=7"},
    "no nonce": {"nonce": ""},
    "no state": {"state": ""},
    "another client": {"client_id": "other-client"},
    "a made-up hint": {"lti_message_hint": "made-up"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_the_auth_gate_refuses(
    peer: Peer, walker: Browser, registration: Registration, changes: dict[str, str]
) -> None:
    begun = initiation(walker, peer.start_url(registration))
    page = ask(walker, registration, begun, **changes)
    assert page.status == 400
    assert "id_token" not in page.text


def test_a_rotated_key_signs_the_next_message(
    peer: Peer, walker: Browser, registration: Registration
) -> None:
    begun = initiation(walker, peer.start_url(registration))
    before = ask(walker, registration, begun).form.fields["id_token"]
    kid = peer.rotate_key(registration)
    after = ask(walker, registration, begun).form.fields["id_token"]
    assert jwt.get_unverified_header(before)["kid"] != kid
    assert jwt.get_unverified_header(after)["kid"] == kid
    assert [
        row["kid"] for row in requests.get(registration.jwks_url, timeout=20).json()["keys"]
    ] == [kid]


@dataclass
class Services:
    """The tool's calls of the peer's services."""

    registration: Registration
    key: ToolKey
    session: requests.Session

    def token(self, **claims: Any) -> requests.Response:
        """Ask for a token that may send scores and read results."""
        made = {
            "iss": self.registration.client_id,
            "sub": self.registration.client_id,
            "aud": self.registration.token_url,
            "iat": int(time()) - 5,
            "exp": int(time()) + 60,
            "jti": uuid4().hex,
        } | claims
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(
                made, self.key.private, algorithm="RS256", headers={"kid": self.key.kid}
            ),
            "scope": f"{AGS}scope/score {AGS}scope/result.readonly made-up",
        }
        return self.session.post(self.registration.token_url, data=form, timeout=20)

    def bearer(self) -> dict[str, str]:
        """The header for a service call."""
        return {"Authorization": f"Bearer {self.token().json()['access_token']}"}

    def send(self, bearer: dict[str, str], **changes: Any) -> requests.Response:
        """Send a score."""
        score = {
            "userId": "user2",
            "timestamp": "2026-11-24T10:00:00.000001+00:00",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 62,
            "scoreMaximum": 100,
        } | changes
        return self.session.post(
            f"{self.registration.lineitem}/scores",
            json=score,
            headers=bearer | {"Content-Type": SCORE_TYPE},
            timeout=20,
        )

    def results(self, bearer: dict[str, str], after: str = "/results") -> list[dict[str, Any]]:
        """Read results."""
        answer = self.session.get(
            f"{self.registration.lineitem}{after}", headers=bearer, timeout=20
        )
        rows: list[dict[str, Any]] = answer.json()
        return rows


@pytest.fixture
def services(registration: Registration, key: ToolKey) -> Iterator[Services]:
    with requests.Session() as session:
        yield Services(registration, key, session)


def test_a_signed_assertion_gets_a_token_for_the_known_scopes(services: Services) -> None:
    answer = services.token()
    assert answer.status_code == 200
    given = answer.json()
    assert given["token_type"] == "bearer"
    assert given["expires_in"] == 3600
    assert given["scope"] == f"{AGS}scope/score {AGS}scope/result.readonly"


def test_a_forged_or_ended_assertion_gets_none(services: Services) -> None:
    assert services.token(exp=int(time()) - 10).status_code == 400
    services.key = ToolKey()
    assert services.token().status_code == 400


def test_a_score_is_kept_read_back_and_published(peer: Peer, services: Services) -> None:
    bearer = services.bearer()
    answer = services.send(bearer, comment="Released.")
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == SCORE_TYPE
    kept = peer.scores(services.registration)
    assert [(row["user_id"], row["score_given"], row["comment"]) for row in kept] == [
        ("user2", 62.0, "Released.")
    ]
    assert kept[0]["timestamp"] == "2026-11-24T10:00:00.000001+00:00"
    assert [(row["user"], row["score"]) for row in peer.gradebook(services.registration)] == [
        ("user2", 0.62)
    ]
    result = services.results(bearer)[0]
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == ("user2", 62, 100)
    assert "timestamp" not in result


def test_results_of_one_person_are_under_a_path_and_a_query_is_ignored(services: Services) -> None:
    bearer = services.bearer()
    services.send(bearer)
    services.send(bearer, userId="user3", scoreGiven=70)
    assert [row["userId"] for row in services.results(bearer, "/results/user3")] == ["user3"]
    assert len(services.results(bearer, "/results?user_id=user3")) == 2


def test_times_must_rise_by_any_amount(peer: Peer, services: Services) -> None:
    bearer = services.bearer()
    services.send(bearer)
    same = services.send(bearer, scoreGiven=70)
    assert (same.status_code, same.json()) == (
        400,
        {"timestamp": ["Score already exists for the provided timestamp"]},
    )
    older = services.send(bearer, timestamp="2026-11-24T09:59:59Z")
    assert (older.status_code, older.json()) == (
        400,
        {"timestamp": ["Score timestamp can only be updated to a later point in time"]},
    )
    later = services.send(bearer, scoreGiven=70, timestamp="2026-11-24T10:00:00.000002+00:00")
    assert later.status_code == 201
    assert [row["score_given"] for row in peer.scores(services.registration)] == [70.0]


def test_a_score_that_is_not_fully_graded_is_kept_but_not_published(
    peer: Peer, services: Services
) -> None:
    bearer = services.bearer()
    assert services.send(bearer, gradingProgress="Pending").status_code == 201
    assert peer.scores(services.registration)[0]["grading_progress"] == "Pending"
    assert peer.gradebook(services.registration) == []


def test_anybodys_score_is_taken(peer: Peer, services: Services) -> None:
    """The peer knows no enrolments: "not in the course" must be tested elsewhere."""
    assert services.send(services.bearer(), userId="nobody").status_code == 201
    assert [row["user_id"] for row in peer.scores(services.registration)] == ["nobody"]


def test_a_token_of_the_old_key_is_forbidden(peer: Peer, services: Services) -> None:
    bearer = services.bearer()
    peer.rotate_key(services.registration)
    refused = services.send(bearer)
    assert (refused.status_code, refused.json()) == (403, {"detail": "Invalid token signature."})
    assert services.send(services.bearer()).status_code == 201


def test_the_tool_may_change_its_keys(peer: Peer, services: Services) -> None:
    services.key = ToolKey(kid="tool-2")
    assert services.token().status_code == 400
    peer.change_tool_jwks(services.registration, services.key.key_set())
    assert services.token().status_code == 200


def test_a_browser_walks_a_launch_to_the_page_that_stays(peer: Peer, walker: Browser) -> None:
    """A tool whose login address is the peer's own page shows that redirects are followed."""
    back = f"{peer.base_url}/back"
    registered = peer.configure(login_url=back, launch_url=back, jwks_url=back)
    page = walker.open(peer.start_url(registered))
    assert page.status == 200
    assert '"login_hint": "user2"' in page.text
    assert walker.visited == [("GET", f"{peer.base_url}/start"), ("GET", back)]
