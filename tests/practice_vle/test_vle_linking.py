"""Adding activities from the tool, and the course's list of people, in the practice VLE."""

import json
import re
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from practice_vle.launching import DL_SETTINGS, LTI, MEMBERS_SCOPE
from practice_vle.members import MEDIA
from tests.practice_vle.fake_tool import BASE, TOOL, FormReader, Tool

Ask = Callable[..., TestResponse]
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
PEOPLE = "/services/CourseSection/cohort-3/bindings/1/memberships"
ITEM = {
    "type": "ltiResourceLink",
    "title": "Debt <b>as</b> control",
    "text": "The first unit.",
    "url": f"{TOOL}/lti/launch",
    "custom": {"lms_target": "modules/m1/u1"},
}
COLUMN = {"label": "Plan", "scoreMaximum": 100, "resourceId": "assessments/m1-plan", "tag": "t"}


@pytest.fixture
def imogen(browser: FlaskClient) -> FlaskClient:
    """The browser after choosing Imogen Example, a trainer."""
    browser.post("/person", data={"person": "t-imogen"}, base_url=BASE)
    return browser


def message(browser: FlaskClient, start: str) -> dict[str, Any]:
    """The message that an opening ends with."""
    begun = FormReader(browser.get(start, base_url=BASE).text)
    asked = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post"}
    asked |= {"prompt": "none", "redirect_uri": f"{TOOL}/lti/launch", "state": "s", "nonce": "n"}
    kept = {k: begun.fields[k] for k in ("client_id", "login_hint", "lti_message_hint")}
    page = browser.get("/auth", query_string=asked | kept, base_url=BASE).text
    token = FormReader(page).fields["id_token"]
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(tool: Tool, now: float, *items: Any, **changes: Any) -> str:
    claims = {
        "aud": BASE,
        "sub": None,
        "jti": None,
        "nonce": f"n-{now}-{len(items)}-{len(changes)}",
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": "1",
        f"{DL}content_items": list(items),
    }
    return tool.assertion(now, **claims | changes)


def test_a_trainer_asks_without_data_as_in_moodle(imogen: FlaskClient) -> None:
    page = imogen.get("/courses/cohort-3/add", base_url=BASE)
    assert "/courses/cohort-3/add/start" in page.text
    claims = message(imogen, "/courses/cohort-3/add/start")
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest"
    assert claims[f"{LTI}target_link_uri"] == f"{TOOL}/lti/deep-linking"
    assert f"{LTI}resource_link" not in claims
    settings = claims[DL_SETTINGS]
    assert settings["accept_types"] == ["ltiResourceLink"]
    assert "data" not in settings
    assert settings["deep_link_return_url"].startswith(f"{BASE}/added?key=")


def test_what_comes_back_is_an_activity_with_its_column(
    vle: Flask, imogen: FlaskClient, tool: Tool
) -> None:
    back = message(imogen, "/courses/cohort-3/add/start")[DL_SETTINGS]["deep_link_return_url"]
    now = vle.extensions["practice_vle"].now()
    plan = ITEM | {"title": "Plan", "custom": {"lms_target": "assessments/m1-plan"}}
    token = signed(tool, now, ITEM, plan | {"lineItem": COLUMN})
    stranger = vle.test_client()  # the cookie does not come with another site's form
    page = stranger.post(back.removeprefix(BASE), data={"JWT": token}, base_url=BASE)
    assert page.status_code == 200
    assert "Debt &lt;b&gt;as&lt;/b&gt; control" in page.text
    assert "with a gradebook column out of 100" in page.text
    again = stranger.post(back.removeprefix(BASE), data={"JWT": token}, base_url=BASE)
    assert again.status_code == 400
    index = imogen.get("/", base_url=BASE).text
    assert "Debt &lt;b&gt;as&lt;/b&gt; control" in index
    key = re.findall(r"/start/cohort-3/(added-\d+)", index)[-1]
    opened = message(imogen, f"/start/cohort-3/{key}")
    assert opened[f"{LTI}custom"] == {"lms_target": "assessments/m1-plan"}
    endpoint = opened["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert "/lineitems/1002/lineitem" in endpoint["lineitem"]
    assert ">Plan</h2>" in imogen.get("/gradebook/cohort-3", base_url=BASE).text


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        ({"aud": "https://other.test"}, [ITEM]),
        ({"iss": "another-client"}, [ITEM]),
        ({f"{LTI}message_type": "LtiDeepLinkingRequest"}, [ITEM]),
        ({f"{LTI}deployment_id": "2"}, [ITEM]),
        ({f"{DL}data": None}, [ITEM | {"type": "link"}]),
        ({f"{DL}data": "never sent"}, [ITEM]),
        ({}, [ITEM | {"url": "https://other.test/x"}]),
        ({}, ["x"]),
    ],
)
def test_an_answer_that_is_not_right_adds_nothing(
    vle: Flask, imogen: FlaskClient, tool: Tool, changes: dict[str, Any], items: list[Any]
) -> None:
    back = message(imogen, "/courses/cohort-3/add/start")[DL_SETTINGS]["deep_link_return_url"]
    token = signed(tool, vle.extensions["practice_vle"].now(), *items, **changes)
    answer = imogen.post(back.removeprefix(BASE), data={"JWT": token}, base_url=BASE)
    assert answer.status_code == 400
    assert "added-" not in imogen.get("/", base_url=BASE).text


def test_learners_add_nothing(priya: FlaskClient) -> None:
    assert priya.get("/courses/cohort-3/add", base_url=BASE).status_code == 403
    assert priya.get("/courses/cohort-3/add/start", base_url=BASE).status_code == 403
    assert "Add an activity" not in priya.get("/", base_url=BASE).text


@pytest.fixture
def people(vle: Flask, ask_token: Ask) -> Ask:
    """`people("?limit=3")`: the list of cohort 3."""
    token = json.loads(ask_token(scope=MEMBERS_SCOPE).text)["access_token"]

    def read(query: str = "", accept: str = MEDIA, bearer: str = token) -> TestResponse:
        headers = {"Authorization": f"Bearer {bearer}", "Accept": accept}
        return vle.test_client().get(PEOPLE + query, headers=headers, base_url=BASE)

    return read


def test_the_list_has_short_roles_and_pages(people: Ask) -> None:
    whole = people().get_json()
    assert whole["context"]["id"] == "cohort-3"
    assert len(whole["members"]) == 10
    assert {one["roles"][0] for one in whole["members"]} == {"Learner", "Instructor"}
    assert "Link" not in people().headers
    first = people("?limit=4")
    assert first.headers["Link"] == f'<{BASE}{PEOPLE}?limit=4&from=4>; rel="next"'
    assert "Link" not in people("?limit=4&from=8").headers
    assert len(people("?role=Instructor").get_json()["members"]) == 2


def test_the_list_is_for_those_with_its_token(people: Ask, token: str) -> None:
    assert people(bearer="made-up").status_code == 401
    assert people(bearer=token).status_code == 401  # the scopes of scores
    assert people(accept="application/json").status_code == 400
    assert people(accept="*/*").status_code == 200


def test_the_suspended_are_left_out_and_open_nothing(people: Ask, priya: FlaskClient) -> None:
    suspend = {"act": "suspend", "enrolment": "cohort-3 p-priya"}
    priya.post("/switches", data=suspend, base_url=BASE)
    assert "p-priya" not in people().text
    assert priya.get("/start/cohort-3/rl-home", base_url=BASE).status_code == 403
    assert "(suspended)" in priya.get("/switches", base_url=BASE).text
    priya.post("/switches", data=suspend | {"act": "let-back"}, base_url=BASE)
    assert "p-priya" in people().text
