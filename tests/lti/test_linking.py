"""Deep linking: the picker, the answer, and the launch of what was linked."""

import html
import re
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import Linking, ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    ASKS_FOR_LINKS,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING,
    DEPLOYMENT_ID,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
)
from tests.conftest import People
from tests.vle import (
    CLIENT_ID,
    IMOGEN,
    INSTRUCTOR,
    ISSUER,
    LAUNCH_URL,
    LINKS_RETURN,
    PRIYA,
    TOOL,
    Vle,
)

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
Browser = Callable[[], FlaskClient]


def sent(page: str) -> tuple[str, str]:
    """Where our form goes, and the answer in it, as a browser would read them."""
    action = re.search(r'<form method="post" action="([^"]+)" data-send', page)
    token = re.search(r'name="JWT" value="([^"]+)"', page)
    assert action is not None
    assert token is not None
    return html.unescape(action[1]), html.unescape(token[1])


def read(client: FlaskClient, token: str) -> dict[str, Any]:
    """The answer as a platform reads it, by our key set."""
    keys = jwt.PyJWKSet.from_dict(client.get("/lti/jwks.json").get_json())
    kid = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, Any] = jwt.decode(
        token, keys[kid], algorithms=["RS256"], audience=ISSUER, issuer=CLIENT_ID
    )
    return claims


def choose(client: FlaskClient, picker: str, *items: str) -> dict[str, Any]:
    answer = client.post(picker, data={"item": list(items)})
    assert answer.status_code == 200, answer.text
    return read(client, sent(answer.text)[1])


def test_a_trainer_chooses_several_and_the_vle_gets_them(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    picker = vle.ask_for_links(client, IMOGEN, data="of the VLE").location
    assert picker.endswith("/lti/deep-linking")
    page = client.get(picker)
    assert "Add to your course" in page.text
    assert "Marks come back to the gradebook, out of 100" in page.text
    assert "onboarding" not in page.text  # another programme
    claims = choose(client, picker, "modules/m1/u1", "modules/m1", "assessments/m1-plan")
    assert claims[MESSAGE_TYPE] == "LtiDeepLinkingResponse"
    assert (claims[VERSION], claims[DEPLOYMENT_ID]) == ("1.3.0", "1")
    assert (claims["iss"], claims["aud"]) == (CLIENT_ID, ISSUER)
    assert claims["nonce"]
    assert 0 < claims["exp"] - claims["iat"] <= 600
    assert claims[f"{DL}data"] == "of the VLE"
    unit, whole, plan = claims[f"{DL}content_items"]
    assert unit["type"] == whole["type"] == plan["type"] == "ltiResourceLink"
    assert {one["url"] for one in (unit, whole, plan)} == {LAUNCH_URL}
    assert unit["custom"] == {"lms_target": "modules/m1/u1"}
    assert "lineItem" not in unit
    assert plan["lineItem"] == {
        "label": plan["title"],
        "scoreMaximum": 100,
        "resourceId": "m1-plan",
        "tag": "mark",
    }
    # Cohort 3 began on Monday 11 May 2026, in British summer time.
    assert plan["available"] == {"startDateTime": "2026-05-10T23:00:00Z"}
    assert plan["submission"]["endDateTime"].endswith("T12:00:00Z")


def test_what_was_linked_lands_right_in_the_course_and_in_its_copy(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    item = choose(client, picker, "modules/m1/u1")[f"{DL}content_items"][0]
    kept = {CUSTOM: item["custom"], TARGET_LINK_URI: item["url"]}
    answer = vle.launch(client, PRIYA, **kept | {RESOURCE_LINK: {"id": "dl-1"}})
    assert answer.location.endswith("/modules/m1/u1")
    copy = {CONTEXT: {"id": "3", "title": "The copy"}, RESOURCE_LINK: {"id": "dl-1-copy"}}
    vle.link(course.other_cohort, "3")
    answer = vle.launch(client, IMOGEN, **kept | copy)
    assert answer.location.endswith("/modules/m1/u1")
    with app.app_context():
        targets = db.session.scalars(select(ResourceLink.target).order_by(ResourceLink.id)).all()
        assert targets == ["modules/m1/u1", "modules/m1/u1"]


@pytest.mark.parametrize("address", ["", "/cancel"])
def test_nothing_chosen_and_going_back_answer_with_an_empty_list(
    vle: Vle, course: People, client: FlaskClient, address: str
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    answer = client.post(picker + address)
    assert "Nothing is added." in answer.text
    claims = read(client, sent(answer.text)[1])
    assert claims[f"{DL}content_items"] == []
    assert f"{DL}data" not in claims, "data comes back only when it was given"


def test_an_empty_data_comes_back_too(vle: Vle, course: People, client: FlaskClient) -> None:
    picker = vle.ask_for_links(client, IMOGEN, data="").location
    assert choose(client, picker)[f"{DL}data"] == ""


def test_one_item_only(vle: Vle, course: People, client: FlaskClient) -> None:
    for several in (False, None):
        picker = vle.ask_for_links(client, IMOGEN, accept_multiple=several).location
        page = client.get(f"{picker}?item=modules/m1&item=modules/m2")
        assert 'type="radio"' in page.text
        assert 'type="checkbox"' not in page.text
        both = client.post(picker, data={"item": ["modules/m1", "modules/m2"]})
        assert both.status_code == 400
        assert "one activity at a time" in both.text
        assert len(choose(client, picker, "modules/m1")[f"{DL}content_items"]) == 1


def test_a_vle_that_takes_no_columns_gets_none(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    picker = vle.ask_for_links(client, IMOGEN, accept_lineitem=False).location
    item = choose(client, picker, "assessments/m1-plan")[f"{DL}content_items"][0]
    assert "lineItem" not in item


def test_the_search_works_without_script_and_keeps_what_is_ticked(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    page = client.get(f"{picker}?q=Plan+CRITICAL&item=modules/m1/u1").text
    values = re.findall(r'name="item" value="([^"]+)"( checked)?', page)
    assert ("modules/m1/u1", " checked") in values
    assert ("assessments/m1-plan", "") in values
    assert len(values) < 5
    assert "csrf_token" not in re.sub(r"<button[^>]+>", "", page), "a token would be in the address"
    nothing = client.get(f'{picker}?q="><script>alert(1)</script>').text
    assert "<script>alert" not in nothing
    assert "Nothing has these words" in nothing


def test_what_is_not_offered_is_not_linked(vle: Vle, course: People, client: FlaskClient) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    for item in ("modules/onboarding", "modules/m9", "../lti/jwks.json", ""):
        assert client.post(picker, data={"item": [item]}).status_code == 400


def test_a_course_that_is_not_linked_yet_may_choose_without_dates(
    vle: Vle, people: People, client: FlaskClient
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    assert "not linked to a cohort here yet" in client.get(picker).text
    assert "Every module in one activity" not in client.get(picker).text  # of which programme?
    item = choose(client, picker, "assessments/m1-plan")[f"{DL}content_items"][0]
    assert {"available", "submission"}.isdisjoint(item)
    assert item["lineItem"]["scoreMaximum"] == 100


def test_the_form_is_escaped_and_goes_to_the_vle_alone(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    odd = f'{ISSUER}/back?a="><script>alert(1)</script>&b=1'
    picker = vle.ask_for_links(
        client,
        IMOGEN,
        deep_link_return_url=odd,
        more={CONTEXT: {"id": "2", "title": "<b>Bold</b> course"}},
    ).location
    page = client.get(picker)
    assert "<b>Bold</b>" not in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    answer = client.post(picker, data={"item": "modules/m1"})
    assert "<script>alert" not in answer.text
    assert sent(answer.text)[0] == odd
    policy = answer.headers["Content-Security-Policy"]
    assert f"form-action 'self' {ISSUER};" in policy
    assert "unsafe-inline" not in policy
    assert not re.search(r"<script(?![^>]* src=)", answer.text), "no script of the page's own"


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ({"deep_link_return_url": "https://evil.test/take"}, {}),
        ({"deep_link_return_url": None}, {}),
        ({"accept_types": ["link"]}, {}),
        ({"accept_presentation_document_targets": []}, {}),
        ({}, {ROLES: ["Learner"]}),
        ({}, {TARGET_LINK_URI: "https://evil.test/"}),
        ({}, {DEPLOYMENT_ID: "9"}),
    ],
)
def test_a_forged_request_is_refused_and_changes_nothing(
    vle: Vle, course: People, client: FlaskClient, app: Flask, asked: Any, more: Any
) -> None:
    answer = vle.ask_for_links(client, IMOGEN, more=more, **asked)
    assert answer.status_code == 400
    assert "evil.test" not in answer.text
    with app.app_context():
        assert db.session.scalars(select(VleIdentity)).all() == []
        assert db.session.scalars(select(Linking)).all() == []


def test_the_picker_is_the_launchs_own(
    vle: Vle, course: People, client: FlaskClient, browser: Browser, browse: Any
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    assert browser().get(picker).status_code == 403
    assert browser().post(picker, data={"item": "modules/m1"}).status_code == 403
    assert browse(course.max).get("/lti/deep-linking").status_code == 404
    activity = vle.launch(client, PRIYA).location.removesuffix("/modules/m1/u1")
    assert client.get(f"{activity}/lti/deep-linking").status_code == 404


def test_the_whole_programme_is_one_activity(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    picker = vle.ask_for_links(client, IMOGEN).location
    assert "Every module in one activity" in client.get(picker).text
    [item] = choose(client, picker, "modules")[f"{DL}content_items"]
    assert item["custom"] == {"lms_target": "modules"}
    learner = browser()
    answer = vle.launch(learner, PRIYA, **{CUSTOM: item["custom"]})
    assert answer.location.endswith("/modules")
    assert learner.get(answer.location).status_code == 200


def test_work_that_the_vle_takes_brings_no_second_column(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """It is marked in the VLE's own column (Turnitin's, say); ours would stay empty for ever."""
    picker = vle.ask_for_links(client, IMOGEN).location
    assert "It is handed in on the university’s learning site." in client.get(picker).text
    [item] = choose(client, picker, "assessments/m2-policy")[f"{DL}content_items"]
    assert "lineItem" not in item
    assert item["submission"]


def test_without_a_launch_the_address_says_where_it_is_opened_from(
    vle: Vle, course: People, browser: Browser
) -> None:
    """It stays put (DESIGN.md section 7), and nobody is asked to sign in for nothing."""
    page = browser().get("/lti/deep-linking")
    assert page.status_code == 404
    assert "This page is opened from a VLE." in page.text
    assert browser().post("/lti/deep-linking", data={"item": "modules/m1"}).status_code == 404


def test_a_request_for_links_may_name_the_pickers_own_address(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """As a VLE does that was registered with it; the message still comes to the launch address."""
    there = f"{TOOL}/lti/deep-linking"
    begun = vle.begin(client, target_link_uri=there)
    assert begun.asked["redirect_uri"] == LAUNCH_URL
    said = {
        MESSAGE_TYPE: ASKS_FOR_LINKS,
        RESOURCE_LINK: None,
        CUSTOM: None,
        TARGET_LINK_URI: there,
        DEEP_LINKING: {
            "deep_link_return_url": LINKS_RETURN,
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        },
    }
    answer = vle.post(client, vle.token(vle.claims(IMOGEN, begun.nonce, **said)), begun.state)
    assert answer.location.endswith("/lti/deep-linking")
    assert client.get(answer.location).status_code == 200


def test_the_return_address_is_sealed_and_forgotten(
    vle: Vle, course: People, client: FlaskClient, app: Flask, later: Any
) -> None:
    from datetime import timedelta

    from lms.tasks import run_sweep

    picker = vle.ask_for_links(client, IMOGEN, data="private").location
    with app.app_context():
        kept = db.session.scalars(select(Linking)).one()
        assert "SECRETSESSKEY" not in kept.sealed_return
        assert "private" not in kept.sealed_return
    assert sent(client.post(picker).text)[0] == LINKS_RETURN
    later(timedelta(hours=13))
    with app.app_context():
        run_sweep("launches")
        assert db.session.scalars(select(Linking)).all() == []


def test_a_chooser_who_builds_the_course_gets_no_role_here(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    builder = INSTRUCTOR.replace("Instructor", "ContentDeveloper")
    assert vle.ask_for_links(client, IMOGEN, more={ROLES: [builder]}).status_code == 303
    with app.app_context():
        from lms.people.models import RoleHeld

        user_id = db.session.scalars(select(VleIdentity.user_id)).one()
        held = select(RoleHeld).where(RoleHeld.user_id == user_id)
        assert db.session.scalars(held).all() == []
    assert TOOL in LAUNCH_URL
