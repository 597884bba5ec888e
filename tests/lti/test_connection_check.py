"""The connection check: each try fails for its own reason, and says where to mend it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import ConnectionCheck, Platform
from lms.lti.platform import probing
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    LINEITEM_READ_SCOPE,
    LINEITEM_SCOPE,
    NAMES_ROLES,
    SCORE_SCOPE,
)
from lms.lti.rules.connection import SERVICES, Finding, from_kept
from tests.conftest import People
from tests.vle import ISSUER, LINE_ITEM, PRIYA, SCOPES, Answered, Vle

Browse = Callable[[int], FlaskClient]
COLUMNS = f"{ISSUER}/services/2/lineitems?type_id=1"
MEMBERS = f"{ISSUER}/services/2/members"
MAY_MAKE = [LINEITEM_SCOPE, LINEITEM_READ_SCOPE, SCORE_SCOPE]
TEST_ITEM = f"{ISSUER}/services/2/lineitems/99/lineitem?type_id=1"
ONE_COLUMN = Answered(body=json.dumps([{"id": LINE_ITEM, "label": "Plan"}]))
TWO_PEOPLE = Answered(body=json.dumps({"members": [{"user_id": "4"}, {"user_id": "5"}]}))
MADE = Answered(201, json.dumps({"id": TEST_ITEM}))


@pytest.fixture
def check(
    vle: Vle, course: People, browse: Browse, client: FlaskClient, app: Flask
) -> Callable[..., dict[str, Finding]]:
    """`check(launched=…, score=…, lineitems=[…], …)`: what the check found, by step."""

    def run(
        *,
        launched: bool = True,
        scopes: list[str] | None = None,
        score: bool = False,
        **answers: Any,
    ) -> dict[str, Finding]:
        if launched:
            endpoint = {"scope": scopes or MAY_MAKE, "lineitem": LINE_ITEM, "lineitems": COLUMNS}
            nrps = {"context_memberships_url": MEMBERS, "service_versions": ["2.0"]}
            vle.launch(client, PRIYA, **{AGS_ENDPOINT: endpoint, NAMES_ROLES: nrps})
        queued = {"lineitems": [ONE_COLUMN], "members": [TWO_PEOPLE]} | answers
        for name, answer in queued.items():
            vle.answers[name.replace("_", ".")] = list(answer)
        address = f"/platforms/{vle.platform_id}/check"
        done = browse(course.admin).post(address, data={"score": "yes"} if score else {})
        assert done.status_code == 303
        page = browse(course.admin).get(done.location)
        assert page.status_code == 200
        with app.app_context():
            kept = db.session.scalars(select(ConnectionCheck)).one()
            found = from_kept(kept.findings)
        for one in found:
            assert one.words.replace("’", "&#8217;") in page.text or one.words in page.text
        return {one.step: one for one in found}

    return run


Check = Callable[..., dict[str, Finding]]


def test_a_vle_that_is_well_is_said_to_be(check: Check, vle: Vle) -> None:
    found = check()
    assert [one.outcome for one in found.values()] == ["well"] * 4 + ["not tried"]
    assert found["Gradebook columns"].words == "1 column listed for Training Programme 1."
    assert found["Names and roles"].words == "2 people listed for Training Programme 1."
    assert vle.asked("scores") == []
    assert {call.method for call in vle.asked("lineitems")} == {"GET"}


def test_without_a_launch_only_keys_and_token_are_tried(check: Check, vle: Vle) -> None:
    found = check(launched=False)
    assert [one.outcome for one in found.values()] == ["well", "well"] + ["not tried"] * 3
    assert "Open an activity from the VLE" in found["Names and roles"].words


KEYS: list[tuple[str, Any]] = [
    ("It did not answer", requests.ConnectionError("refused")),
    ("nothing for us at that address (status 404)", Answered(404)),
    ("nothing for us at that address (status 302)", Answered(302)),
    ("a fault of its own (status 500)", Answered(500)),
    ("is no key set", Answered(body="<html>")),
    ("is no key set", Answered(body="[]")),
    ("holds no key that we can use", Answered(body='{"keys": []}')),
    ("holds no key that we can use", Answered(body='{"keys": [7, {"kty": "EC", "kid": "1"}]}')),
]


@pytest.mark.parametrize(("words", "answer"), KEYS)
def test_keys_that_cannot_be_read(check: Check, words: str, answer: Any) -> None:
    found = check(launched=False, jwks_json=[answer])["Its public keys"]
    assert found.outcome == "trouble"
    assert words in found.words
    assert found.mend


TOKENS: list[tuple[str, str, Any]] = [
    ("did not believe that it is us", "https://tool.test/lti/jwks.json", Answered(400, "{}")),
    ("did not believe that it is us", "client id", Answered(401)),
    ("does not allow this tool", "", Answered(400, '{"error": "invalid_scope"}')),
    ("It did not answer", "is up", requests.ReadTimeout("slow")),
    ("no access token", "address of access tokens", Answered(200, "{}")),
    ("no access token", "address of access tokens", Answered(200, "<html>")),
    ("nothing for us at that address", "address of access tokens", Answered(404)),
    ("a fault of its own", "", Answered(503)),
]


@pytest.mark.parametrize(("words", "mend", "answer"), TOKENS)
def test_no_token(check: Check, vle: Vle, words: str, mend: str, answer: Any) -> None:
    found = check(token=[answer])
    assert found["An access token"].outcome == "trouble"
    assert words in found["An access token"].words
    assert mend in found["An access token"].mend
    assert found["Gradebook columns"].words == "It needs an access token first."
    assert vle.asked("lineitems") == []


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("name", "step"), [("lineitems", "Gradebook columns"), ("members", "Names and roles")]
)
def test_a_service_that_does_not_let_us_in_is_nearly_always_a_setting(
    check: Check, app: Flask, vle: Vle, name: str, step: str, status: int
) -> None:
    with app.app_context():
        platform = db.session.get(Platform, vle.platform_id)
        assert platform is not None
        platform.product = "moodle"
        db.session.commit()
    found = check(**{name: [Answered(status)]})
    assert found[step].outcome == "trouble"
    assert "nearly always a setting" in found[step].words
    assert found[step].mend == SERVICES["moodle"]
    others = [one.outcome for title, one in found.items() if title != step]
    assert others.count("trouble") == 0  # the other steps stand by themselves


SERVICE_FAULTS: list[tuple[str, Any]] = [
    ("status 404", Answered(404)),
    ("It did not answer", requests.ConnectionError("dead")),
    ("asked us to wait", Answered(429)),
    ("status 500", Answered(500)),
    ("cannot be read", Answered(200, "<html>")),
    ("cannot be read", Answered(200, "7")),
    ("refused (status 400)", Answered(400)),
    ("It did not answer", Answered(200, "x" * (600 * 1024))),
]


@pytest.mark.parametrize(("words", "answer"), SERVICE_FAULTS)
@pytest.mark.parametrize(
    ("name", "step"), [("lineitems", "Gradebook columns"), ("members", "Names and roles")]
)
def test_other_faults_of_a_service(
    check: Check, name: str, step: str, words: str, answer: Any
) -> None:
    found = check(**{name: [answer]})[step]
    assert found.outcome == "trouble"
    assert words in found.words


# --- a test mark ---


def test_a_test_mark_goes_to_a_column_of_our_own_and_to_nobody(check: Check, vle: Vle) -> None:
    found = check(
        score=True,
        lineitems=[ONE_COLUMN, ONE_COLUMN, MADE],
        scores=[Answered(400, "[]", "Incorrect score received")],
    )
    assert found["A test mark"].outcome == "well"
    assert "may be deleted" in found["A test mark"].words
    made = [call for call in vle.asked("lineitems") if call.method == "POST"]
    assert [call.json["label"] for call in made] == ["Connection check"]
    assert "resourceLinkId" not in made[0].json  # it would untie the real column in Moodle
    posted = vle.asked("scores")
    assert [call.url for call in posted] == [TEST_ITEM.replace("?", "/scores?")]
    assert posted[0].json["userId"] == probing.NOBODY
    assert vle.grades == {}


def test_the_test_column_is_used_again(check: Check, vle: Vle) -> None:
    held = {"id": TEST_ITEM, "resourceId": probing.TEST_COLUMN["resourceId"]}
    columns = Answered(body=json.dumps([{"id": LINE_ITEM}, "odd", held]))
    found = check(score=True, lineitems=[ONE_COLUMN, columns], scores=[Answered(200)])
    assert found["A test mark"].outcome == "well"
    assert all(call.method == "GET" for call in vle.asked("lineitems"))


@pytest.mark.parametrize("score", [True, False], ids=["asked for", "not asked for"])
def test_where_no_column_may_be_made_no_mark_is_tried(
    check: Check, vle: Vle, *, score: bool
) -> None:
    found = check(score=score, scopes=[*SCOPES, LINEITEM_READ_SCOPE])
    assert found["A test mark"].outcome == "not tried"
    assert "a real one is not for trying" in found["A test mark"].words
    assert vle.asked("scores") == []


SCORE_FAULTS: list[tuple[str, Any, Any]] = [
    ("did not let us in", MADE, Answered(403)),
    ("status 404", MADE, Answered(404)),
    ("It did not answer", MADE, requests.ConnectionError("dead")),
    ("did not let us in", Answered(403), None),
    ("a fault of its own", Answered(200, "{}"), None),
    ("another address than its own", Answered(201, '{"id": "https://evil.test/x"}'), None),
]


@pytest.mark.parametrize(("words", "making", "scoring"), SCORE_FAULTS)
def test_a_test_mark_in_trouble(
    check: Check, vle: Vle, words: str, making: Any, scoring: Any
) -> None:
    found = check(
        score=True,
        lineitems=[ONE_COLUMN, ONE_COLUMN, making],
        scores=[scoring] if scoring else [],
    )["A test mark"]
    assert found.outcome == "trouble"
    assert words in found.words
    assert len(vle.asked("scores")) == (1 if scoring else 0)


def test_a_slow_vle_is_not_waited_for_without_end(
    check: Check, monkeypatch: pytest.MonkeyPatch, vle: Vle
) -> None:
    monkeypatch.setattr(probing, "BUDGET", -1.0)
    found = check()
    assert [one.outcome for one in found.values()] == ["well", "well"] + ["not tried"] * 3
    assert "no time left" in found["Gradebook columns"].words


def test_the_result_is_kept_with_its_time_and_replaced(
    check: Check, vle: Vle, course: People, browse: Browse, app: Flask
) -> None:
    check(launched=False, jwks_json=[Answered(500)])
    check(launched=False)
    page = browse(course.admin).get(f"/platforms/{vle.platform_id}").text
    assert "Tried on " in page
    assert "Needs mending" not in page


def test_a_vle_that_was_never_switched_on_is_asked_nothing(
    vle: Vle, people: People, browse: Browse, app: Flask
) -> None:
    with app.app_context():
        platform = db.session.get(Platform, vle.platform_id)
        assert platform is not None
        platform.active_at = None
        db.session.commit()
    answer = browse(people.admin).post(f"/platforms/{vle.platform_id}/check")
    assert answer.status_code == 409
    assert vle.calls == []
