"""Opening an activity: the login initiation form, and what the auth endpoint answers."""

from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from practice_vle.world import COURSES, LEARNER, PEOPLE, learners_of
from tests.practice_vle.fake_tool import BASE, TOOL, FormReader

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


def start(
    browser: FlaskClient, key: str = "rl-m1-u1", course: str = "cohort-3", window: str = ""
) -> FormReader:
    """Open an activity and read the form that goes to the tool."""
    return FormReader(browser.get(f"/start/{course}/{key}?in={window}", base_url=BASE).text)


def ask_auth(
    browser: FlaskClient, initiation: FormReader, *, by: str = "GET", **changes: str
) -> TestResponse:
    """What a tool asks of the auth endpoint after a login initiation; "" leaves a field out."""
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": initiation.fields["client_id"],
        "redirect_uri": f"{TOOL}/lti/launch",
        "state": "state-1",
        "nonce": "nonce-1",
        "login_hint": initiation.fields["login_hint"],
        "lti_message_hint": initiation.fields["lti_message_hint"],
    } | changes
    asked = {name: value for name, value in asked.items() if value}
    if by == "POST":
        return browser.post("/auth", data=asked, base_url=BASE, headers={"Origin": TOOL})
    return browser.get(f"/auth?{urlencode(asked)}", base_url=BASE)


def claims_of(vle: Flask, answer: TestResponse) -> dict[str, Any]:
    """The claims of the id_token in an answer, after checking it against the VLE's key set."""
    token = FormReader(answer.text).fields["id_token"]
    keys = jwt.PyJWKSet.from_dict(vle.test_client().get("/jwks.json").get_json())
    kid = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, Any] = jwt.decode(
        token, keys[kid], algorithms=["RS256"], audience="practice-client", issuer=BASE
    )
    return claims


def test_an_activity_opens_with_a_form_to_the_tools_login(priya: FlaskClient) -> None:
    form = start(priya)
    assert form.action == f"{TOOL}/lti/login"
    hint = form.fields.pop("lti_message_hint")
    assert len(hint) >= 32
    assert form.fields == {
        "iss": BASE,
        "target_link_uri": f"{TOOL}/lti/launch",
        "login_hint": "p-priya",
        "client_id": "practice-client",
        "lti_deployment_id": "1",
    }


def test_the_form_works_without_a_script(priya: FlaskClient) -> None:
    page = priya.get("/start/cohort-3/rl-home", base_url=BASE)
    assert "<button>Continue</button>" in page.text
    assert "onload" not in page.text
    assert "<script>" not in page.text
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; "
    )


@pytest.mark.parametrize("by", ["GET", "POST"])
def test_the_auth_endpoint_answers_with_a_signed_message(
    vle: Flask, priya: FlaskClient, by: str
) -> None:
    answer = ask_auth(priya, start(priya), by=by)
    form = FormReader(answer.text)
    assert form.action == f"{TOOL}/lti/launch"
    assert form.fields["state"] == "state-1"
    claims = claims_of(vle, answer)
    assert claims["exp"] == claims["iat"] + 60
    assert claims["aud"] == "practice-client"
    assert claims["sub"] == "p-priya"
    assert claims["nonce"] == "nonce-1"
    assert (claims["name"], claims["email"]) == ("Priya Example", "priya@example.test")
    assert claims[f"{CLAIM}roles"] == [LEARNER]
    assert claims[f"{CLAIM}context"]["id"] == "cohort-3"
    assert claims[f"{CLAIM}context"]["label"] == "IMSA-2026-05"
    assert claims[f"{CLAIM}resource_link"]["id"] == "cohort-3:rl-m1-u1"
    assert claims[f"{CLAIM}custom"] == {"lms_target": "modules/m1/u1"}
    assert claims[f"{CLAIM}launch_presentation"]["return_url"] == f"{BASE}/return?course=cohort-3"


def test_only_an_assessment_has_a_line_item_and_your_training_no_target(
    vle: Flask, priya: FlaskClient
) -> None:
    plan = claims_of(vle, ask_auth(priya, start(priya, "rl-m1-plan")))[AGS_CLAIM]
    home = claims_of(vle, ask_auth(priya, start(priya, "rl-home")))
    assert plan["lineitem"] == f"{BASE}/services/cohort-3/lineitems/31/lineitem?type_id=1"
    assert (
        plan["lineitems"]
        == home[AGS_CLAIM]["lineitems"]
        == f"{BASE}/services/cohort-3/lineitems?type_id=1"
    )
    assert "lineitem" not in home[AGS_CLAIM]
    assert f"{CLAIM}custom" not in home


def test_a_trainer_is_an_instructor_in_every_course(vle: Flask, browser: FlaskClient) -> None:
    browser.post("/person", data={"person": "t-imogen"}, base_url=BASE)
    for course in COURSES:
        claims = claims_of(vle, ask_auth(browser, start(browser, course=course)))
        assert claims[f"{CLAIM}roles"] == [
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
        ]
        assert claims[f"{CLAIM}context"]["id"] == course


def test_the_message_says_whether_it_opens_in_a_frame_or_a_window(
    vle: Flask, priya: FlaskClient
) -> None:
    for window, target in (("", "iframe"), ("window", "window")):
        claims = claims_of(vle, ask_auth(priya, start(priya, window=window)))
        assert claims[f"{CLAIM}launch_presentation"]["document_target"] == target


FAULTS = {  # what the tool hears as an error
    "scope": ({"scope": "profile"}, "invalid_scope"),
    "response type": ({"response_type": "code"}, "unsupported_response_type"),
    "response mode": ({"response_mode": "query"}, "invalid_request"),
    "prompt": ({"prompt": "login"}, "invalid_request"),
    "no nonce": ({"nonce": ""}, "invalid_request"),
    "altered login_hint": ({"login_hint": "p-tomos"}, "access_denied"),
}


@pytest.mark.parametrize(("changes", "error"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_request_is_answered_with_an_error(
    priya: FlaskClient, changes: dict[str, str], error: str
) -> None:
    form = FormReader(ask_auth(priya, start(priya), **changes).text)
    assert form.action == f"{TOOL}/lti/launch"
    assert (form.fields["error"], form.fields["state"]) == (error, "state-1")
    assert "id_token" not in form.fields


REFUSALS = {  # what the tool never hears of
    "client": {"client_id": "other-client"},
    "redirect with a query": {"redirect_uri": f"{TOOL}/lti/launch?page=7"},
    "redirect elsewhere": {"redirect_uri": "http://evil.example/lti/launch"},
    "no redirect": {"redirect_uri": ""},
    "made-up hint": {"lti_message_hint": "made-up"},
    "no hint": {"lti_message_hint": ""},
}


@pytest.mark.parametrize("changes", REFUSALS.values(), ids=REFUSALS)
def test_a_wrong_address_client_or_hint_gets_the_vles_own_page(
    priya: FlaskClient, changes: dict[str, str]
) -> None:
    answer = ask_auth(priya, start(priya), **changes)
    assert answer.status_code == 404
    assert "This is not possible" in answer.text
    assert "id_token" not in answer.text
    assert TOOL not in answer.text


def test_prompt_may_be_left_out(vle: Flask, priya: FlaskClient) -> None:
    assert claims_of(vle, ask_auth(priya, start(priya), prompt=""))["sub"] == "p-priya"


def test_a_message_hint_works_once(priya: FlaskClient) -> None:
    form = start(priya)
    assert ask_auth(priya, form).status_code == 200
    assert ask_auth(priya, form).status_code == 404


def test_somebody_elses_browser_cannot_finish_an_opening(vle: Flask, priya: FlaskClient) -> None:
    other = vle.test_client()
    other.post("/person", data={"person": "p-tomos"}, base_url=BASE)
    assert ask_auth(other, start(priya)).status_code == 404


def test_a_learner_of_another_course_cannot_open_it(priya: FlaskClient) -> None:
    assert priya.get("/start/cohort-2/rl-home", base_url=BASE).status_code == 404


def test_every_person_is_invented_and_in_the_right_place() -> None:
    assert len(PEOPLE) == 26
    assert [len(learners_of(course)) for course in COURSES.values()] == [8, 8, 8]
    assert all(person.email.endswith("@example.test") for person in PEOPLE.values())
    assert PEOPLE["p-priya"].courses == ("cohort-3",)
