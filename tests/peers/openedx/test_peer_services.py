"""The Open edX peer's services by themselves: tokens, scores, results and line items."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests

from tests.peers.openedx.client import Peer, Registration
from tests.peers.openedx.tool_key import ToolKey

pytestmark = pytest.mark.peer

AGS = "https://purl.imsglobal.org/spec/lti-ags/"
SCOPES = f"{AGS}scope/score {AGS}scope/result.readonly made-up"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"


@dataclass
class Services:
    """The tool's calls of the peer's services."""

    registration: Registration
    key: ToolKey
    session: requests.Session

    def token(self, scope: str = SCOPES, **claims: Any) -> requests.Response:
        """Ask for a token."""
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
            "scope": scope,
        }
        return self.session.post(self.registration.token_url, data=form, timeout=20)

    def bearer(self, scope: str = SCOPES) -> dict[str, str]:
        """The header for a service call."""
        return {"Authorization": f"Bearer {self.token(scope).json()['access_token']}"}

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
            headers={"Content-Type": SCORE_TYPE} | bearer,
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
    assert result["comment"] == "Released."
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


def test_a_call_without_a_token_is_forbidden(services: Services) -> None:
    assert services.send({}).status_code == 403


def test_a_score_without_its_maximum_is_refused(services: Services) -> None:
    refused = services.send(services.bearer(), scoreMaximum=None)
    assert (refused.status_code, list(refused.json())) == (400, ["scoreMaximum"])


def test_the_media_type_of_a_score_is_not_looked_at(services: Services) -> None:
    bearer = services.bearer() | {"Content-Type": "text/plain"}
    assert services.send(bearer).status_code == 201


def test_little_of_an_assertion_is_looked_at(services: Services) -> None:
    """The practice VLE looks at all of it; a tool must pass both."""
    other = {"aud": "http://other.example/token", "iss": "other", "sub": "other", "jti": "same"}
    assert [services.token(**other).status_code for _ in range(2)] == [200, 200]


def test_a_line_item_can_be_read_and_found(services: Services) -> None:
    registration = services.registration
    refused = services.session.get(registration.lineitems, headers=services.bearer(), timeout=20)
    assert refused.status_code == 403  # this token may only score and read results
    bearer = services.bearer(f"{AGS}scope/lineitem.readonly")
    found = services.session.get(
        registration.lineitems,
        params={"resource_link_id": registration.resource_link_id},
        headers=bearer,
        timeout=20,
    ).json()
    assert [item["id"] for item in found] == [registration.lineitem]
    one = services.session.get(str(registration.lineitem), headers=bearer, timeout=20).json()
    assert (one["scoreMaximum"], one["resourceLinkId"]) == (100, registration.resource_link_id)


def test_the_tool_may_change_its_keys(peer: Peer, services: Services) -> None:
    services.key = ToolKey(kid="tool-2")
    assert services.token().status_code == 400
    peer.change_tool_jwks(services.registration, services.key.key_set())
    assert services.token().status_code == 200
