"""Dynamic registration: what is shown, asked for and stored; and a known VLE brought up to date."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEntry
from lms.db import db
from lms.lti.models import Deployment, Platform, PlatformKeySet, RegistrationAttempt
from lms.lti.rules.asking import TOOL_CONFIGURATION
from lms.lti.rules.registering import PLATFORM_CONFIGURATION
from lms.lti.service.platforms import resume_platform, suspend_platform
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.registering import GOOD, TOKEN, Administrator, registered, shown_on
from tests.vle import ISSUER, PRIYA, TOOL, Answered, Vle

Browse = Callable[[int], FlaskClient]


def _one(app: Flask) -> tuple[Platform, list[str]]:
    with app.app_context():
        platform = db.session.scalars(select(Platform)).one()
        deployments = db.session.scalars(select(Deployment.vle_id).order_by(Deployment.id)).all()
        db.session.expunge_all()
        return platform, list(deployments)


def _switch(app: Flask, *, on: bool) -> None:
    with app.app_context():
        platform = db.session.scalars(select(Platform)).one()
        (resume_platform if on else suspend_platform)(platform.id, now=clock.now())
        db.session.commit()


def test_the_page_shows_what_will_be_shared_and_stores_no_platform(
    admin: Administrator, app: Flask
) -> None:
    page = admin.open()
    assert page.status_code == 200
    for words in (
        f"{ISSUER}/auth",
        f"{ISSUER}/jwks.json",
        f"{TOOL}/lti/launch",
        "The email address",
        "Send the marks of released results",
        "Read who is in a course",
        "Choose what to add to a course",
    ):
        assert words in page.text
    assert "find or make the gradebook column" not in page.text.lower()  # it was not offered
    assert TOKEN not in page.text
    fetched = admin.vle.asked("openid-configuration")[0]
    assert fetched.headers["Authorization"] == f"Bearer {TOKEN}"
    with app.app_context():
        assert db.session.scalars(select(Platform)).all() == []
        attempt = db.session.scalars(select(RegistrationAttempt)).one()
        assert TOKEN not in attempt.sealed_token


USUAL = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
]
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        # Canvas refuses a registration for one scope it does not know; Moodle drops it in silence.
        ([*USUAL, NOTICES, "openid"], {*USUAL, NOTICES}),
        ([*USUAL, GROUPS, "https://purl.imsglobal.org/spec/lti-ts/x"], {*USUAL, GROUPS}),
        ([USUAL[3]], {USUAL[3]}),
        ([], set()),
        (None, set(USUAL)),  # it does not say what it offers: LTI Advantage itself
        ("openid", set(USUAL)),
        ([7, None, {}, USUAL[3]], {USUAL[3]}),
    ],
)
def test_only_what_the_vle_offers_is_asked_for(
    admin: Administrator, offered: Any, asked: set[str]
) -> None:
    page = admin.open(scopes_supported=offered)
    assert ("Be told when a course is copied" in page.text) == (NOTICES in asked)
    assert ("Read the names of that course’s groups" in page.text) == (GROUPS in asked)
    admin.press(page)
    assert set(admin.vle.asked("registration")[0].json["scope"].split()) == asked


CANVAS_MARKED = "https://canvas.instructure.com/lti/assignment_selection"


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        (["ContentArea", CANVAS_MARKED, "RichTextEditor"], ["ContentArea", CANVAS_MARKED]),
        ([CANVAS_MARKED], [CANVAS_MARKED]),
        (None, ["ContentArea"]),
        ("ContentArea", ["ContentArea"]),
        ([{}], ["ContentArea"]),
    ],
)
def test_activities_are_chosen_from_where_the_vle_offers_it(
    admin: Administrator, offered: Any, asked: list[str]
) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "LtiResourceLinkRequest"},
        {"type": "LtiDeepLinkingRequest", "placements": offered},
    ]
    platform = {"product_family_code": "canvas", "messages_supported": messages}
    admin.press(admin.open(Answered(body=json.dumps(GOOD | {PLATFORM_CONFIGURATION: platform}))))
    sent = admin.vle.asked("registration")[0].json[TOOL_CONFIGURATION]["messages"]
    assert sent[1]["placements"] == asked
    assert sent[1]["target_link_uri"] == f"{TOOL}/lti/deep-linking"


def test_the_button_registers_and_the_platform_waits_switched_off(
    admin: Administrator, app: Flask
) -> None:
    done = admin.press(admin.open())
    assert done.status_code == 200
    assert "The training is registered" in done.text
    sent = admin.vle.asked("registration")[0]
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    asked = sent.json
    assert asked["redirect_uris"] == [f"{TOOL}/lti/launch"]
    assert asked["initiate_login_uri"] == f"{TOOL}/lti/login"
    assert asked["jwks_uri"] == f"{TOOL}/lti/jwks.json"
    assert asked["token_endpoint_auth_method"] == "private_key_jwt"
    assert asked["contacts"] == ["training@tool.test"]
    inner = asked[TOOL_CONFIGURATION]
    assert inner["domain"] == "tool.test"
    assert set(inner["custom_parameters"].values()) == {
        "$Context.id.history",
        "$ResourceLink.id.history",
    }
    assert [one["type"] for one in inner["messages"]] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    platform, deployments = _one(app)
    assert (platform.issuer, platform.client_id) == (ISSUER, "given-client")
    assert platform.active_at is None
    assert platform.product == "moodle"
    assert deployments == ["2"]
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry.act)).all()
        assert acts[-1] == "a platform registered itself"


def test_our_key_is_there_before_the_vle_is_told_of_it(
    admin: Administrator, client: FlaskClient
) -> None:
    admin.press(admin.open())
    assert len(client.get("/lti/jwks.json").get_json()["keys"]) == 1


def test_nobody_comes_in_before_an_administrator_switches_it_on(
    admin: Administrator, app: Flask, people: People, client: FlaskClient, browse: Browse
) -> None:
    admin.press(admin.open(), registered("tool-client", deployment_id="1"))
    assert admin.vle.begin(client).response.status_code == 403
    platform, _ = _one(app)
    ours = browse(people.admin)
    assert "Waits to be switched on" in ours.get("/platforms").text
    data = {"turn": "on", "shown": shown_on(ours, platform.id)}
    turned = ours.post(f"/platforms/{platform.id}/switch", data=data)
    assert turned.status_code == 303
    assert "On since" in ours.get(turned.location).text
    admin.vle.platform_id = platform.id
    assert admin.vle.begin(client).response.status_code == 302


def test_what_changed_after_the_page_was_shown_is_not_switched_on(
    admin: Administrator, app: Flask, people: People, browse: Browse
) -> None:
    admin.press(admin.open())
    platform, _ = _one(app)
    ours = browse(people.admin)
    shown = shown_on(ours, platform.id)
    admin.press(admin.open(jwks_uri=f"{ISSUER}/evil/jwks.json"))
    late = ours.post(f"/platforms/{platform.id}/switch", data={"turn": "on", "shown": shown})
    assert late.status_code == 409
    assert _one(app)[0].active_at is None


def test_a_proposal_that_changed_after_the_page_was_shown_is_not_taken(
    admin: Administrator, app: Flask, people: People, browse: Browse
) -> None:
    admin.press(admin.open())
    _switch(app, on=True)
    admin.press(admin.open(token_endpoint=f"{ISSUER}/new-token"))
    platform, _ = _one(app)
    ours = browse(people.admin)
    shown = shown_on(ours, platform.id)
    admin.press(admin.open(jwks_uri=f"{ISSUER}/evil/jwks.json"))
    data = {"answer": "take", "shown": shown}
    assert ours.post(f"/platforms/{platform.id}/proposal", data=data).status_code == 409
    assert _one(app)[0].key_set_url == f"{ISSUER}/jwks.json"


def test_the_done_page_tells_the_vle_to_close_its_window(admin: Administrator) -> None:
    page = admin.open()
    done = admin.press(page)
    for answer in (page, done):
        assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert "frame-ancestors https:" in answer.headers["Content-Security-Policy"]
    assert f'data-close-for="{ISSUER}"' in done.text
    assert "js/close.js" in done.text
    assert "You can close this window" in done.text  # the same in words


def test_an_answer_of_201_without_a_deployment_is_taken_and_told(
    admin: Administrator, app: Flask
) -> None:
    done = admin.press(admin.open(), Answered(201, json.dumps({"client_id": "c"})))
    assert "gave no deployment id" in done.text
    assert _one(app)[1] == []


def test_a_number_for_a_deployment_is_taken_as_text(admin: Administrator, app: Flask) -> None:
    admin.press(admin.open(), registered(deployment_id=7))
    assert _one(app)[1] == ["7"]


def test_without_a_token_none_is_sent(admin: Administrator) -> None:
    admin.press(admin.open(token=""))
    assert "Authorization" not in admin.vle.asked("registration")[0].headers


def test_what_was_shown_is_what_is_done_even_if_the_configuration_changes(
    admin: Administrator, app: Flask
) -> None:
    page = admin.open()
    admin.vle.answers["openid-configuration"] = [Answered(body="{}")]
    admin.press(page)
    assert _one(app)[0].key_set_url == f"{ISSUER}/jwks.json"
    assert len(admin.vle.asked("openid-configuration")) == 1


# --- again ---


def test_before_it_is_switched_on_a_registration_is_simply_replaced(
    admin: Administrator, app: Flask
) -> None:
    admin.press(admin.open())
    admin.press(admin.open(token_endpoint=f"{ISSUER}/new-token"), registered(deployment_id="3"))
    platform, deployments = _one(app)
    assert platform.auth_token_url == f"{ISSUER}/new-token"
    assert deployments == ["2", "3"]


@pytest.mark.parametrize("on", [True, False], ids=["switched on", "switched off"])
def test_later_it_changes_nothing_before_an_administrator_takes_it(
    admin: Administrator, app: Flask, people: People, browse: Browse, *, on: bool
) -> None:
    admin.press(admin.open())
    _switch(app, on=True)
    if not on:
        _switch(app, on=False)
    before, _ = _one(app)
    with app.app_context():
        keys = db.session.scalars(select(PlatformKeySet)).one()
        keys.keys, keys.fetched_at = {"keys": [{"kid": "old"}]}, clock.now()
        db.session.commit()

    changed = admin.open(jwks_uri=f"{ISSUER}/evil/jwks.json")
    done = admin.press(changed, registered(deployment_id="9"))
    assert "holds once they take it" in done.text
    after, deployments = _one(app)
    assert after.key_set_url == before.key_set_url
    assert after.active_at == before.active_at
    assert deployments == ["2"]

    ours = browse(people.admin)
    page = ours.get(f"/platforms/{after.id}")
    assert "The VLE asks to be changed" in page.text
    assert f"{ISSUER}/evil/jwks.json" in page.text
    data = {"answer": "take", "shown": shown_on(ours, after.id)}
    taken = ours.post(f"/platforms/{after.id}/proposal", data=data)
    assert taken.status_code == 303
    after, deployments = _one(app)
    assert after.key_set_url == f"{ISSUER}/evil/jwks.json"
    assert deployments == ["2", "9"]
    assert after.proposal is None
    with app.app_context():
        assert db.session.scalars(select(PlatformKeySet)).one().keys == {}
    again = ours.post(f"/platforms/{after.id}/proposal", data=data)
    assert again.status_code == 409


def test_what_is_left_is_forgotten(
    admin: Administrator, app: Flask, people: People, browse: Browse
) -> None:
    admin.press(admin.open())
    _switch(app, on=True)
    admin.press(admin.open(token_endpoint=f"{ISSUER}/new-token"))
    platform, _ = _one(app)
    ours = browse(people.admin)
    assert (
        ours.post(f"/platforms/{platform.id}/proposal", data={"answer": "maybe"}).status_code == 400
    )
    data = {"answer": "leave", "shown": shown_on(ours, platform.id)}
    ours.post(f"/platforms/{platform.id}/proposal", data=data)
    platform, _ = _one(app)
    assert (platform.proposal, platform.auth_token_url) == (None, f"{ISSUER}/token")


def test_the_same_registration_again_asks_for_nothing(admin: Administrator, app: Flask) -> None:
    admin.press(admin.open())
    _switch(app, on=True)
    assert "nothing had to change" in admin.press(admin.open()).text
    assert _one(app)[0].proposal is None


def test_several_clients_of_one_issuer_stand_side_by_side(admin: Administrator, app: Flask) -> None:
    admin.press(admin.open(), registered("one"))
    admin.press(admin.open(), registered("two"))
    with app.app_context():
        assert db.session.scalars(select(Platform.client_id).order_by(Platform.id)).all() == [
            "one",
            "two",
        ]


# --- old ones ---


def test_registrations_and_their_tokens_are_forgotten_after_an_hour(
    admin: Administrator, app: Flask
) -> None:
    page = admin.open()
    later = clock.now() + timedelta(minutes=61)
    with time_machine.travel(later):
        assert admin.press(page).status_code == 400
        with app.app_context():
            run_sweep("platforms")
    with app.app_context():
        assert db.session.scalars(select(RegistrationAttempt)).all() == []


def test_the_newest_launch_is_written_down_before_launches_are_forgotten(
    vle: Vle, course: People, client: FlaskClient, app: Flask, browse: Browse
) -> None:
    vle.launch(client, PRIYA)
    with app.app_context():
        assert run_sweep("platforms") == 1
        assert run_sweep("platforms") == 0
    with time_machine.travel(clock.now() + timedelta(days=3)):
        with app.app_context():
            run_sweep("launches")
        page = browse(course.admin).get(f"/platforms/{vle.platform_id}")
        assert "Last launch: " in page.text
