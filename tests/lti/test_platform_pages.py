"""The administrator's pages of VLEs: who may, by hand, on and off, and what is pasted."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.db import db
from lms.lti.models import Deployment, Platform, PlatformKeySet, VleIdentity
from tests.conftest import People
from tests.lti.registering import shown_on
from tests.vle import ISSUER, PRIYA, TOOL, Vle

Browse = Callable[[int], FlaskClient]
GOOD = {
    "name": "Example University Moodle",
    "issuer": "https://moodle.test",
    "client_id": "abc",
    "deployment_id": "1",
    "auth_login_url": "https://moodle.test/mod/lti/auth.php",
    "auth_token_url": "https://moodle.test/mod/lti/token.php",
    "key_set_url": "https://moodle.test/mod/lti/certs.php",
    "auth_audience": "",
    "site_url": "",
}


def _pages(platform_id: int) -> list[tuple[str, str]]:
    one = f"/platforms/{platform_id}"
    pages = [("GET", "/platforms"), ("GET", "/platforms/add"), ("POST", "/platforms/add")]
    pages += [("GET", one), ("GET", f"{one}/change"), ("POST", f"{one}/change")]
    acts = ("deployments", "switch", "proposal", "check")
    return pages + [("POST", f"{one}/{act}") for act in acts]


@pytest.mark.parametrize("role", ["ada", "max", "lin", "hub", "morgan"])
def test_nobody_but_an_administrator_sees_or_changes_a_vle(
    vle: Vle, people: People, browse: Browse, app: Flask, role: str
) -> None:
    other = browse(getattr(people, role))
    for method, address in _pages(vle.platform_id):
        answer = other.open(address, method=method, data={"turn": "off"} | GOOD)
        assert answer.status_code == 403, address
    with app.app_context():
        platform = db.session.scalars(select(Platform)).one()
        assert platform.active_at is not None
    assert "VLEs" not in other.get("/home").text


def test_somebody_unknown_signs_in_first(vle: Vle, client: FlaskClient) -> None:
    for method, address in _pages(vle.platform_id):
        answer = client.open(address, method=method)
        assert answer.status_code == 303
        assert "/sign-in" in answer.location


def test_a_vle_that_is_not_there_is_not_found(people: People, browse: Browse) -> None:
    ours = browse(people.admin)
    for method, address in _pages(999)[3:]:
        data = GOOD | {"turn": "on", "answer": "take"}
        assert ours.open(address, method=method, data=data).status_code == 404, address


def test_the_list_says_how_each_vle_stands(
    vle: Vle, course: People, browse: Browse, client: FlaskClient
) -> None:
    ours = browse(course.admin)
    page = ours.get("/platforms").text
    assert "Pretend VLE" in page
    assert "None yet" in page
    vle.launch(client, PRIYA)
    page = ours.get("/platforms").text
    assert "On since" in page
    assert "No mark is held up" in page
    assert ours.get("/home").text.count("/platforms") == 1


def test_without_any_vle_the_page_says_what_to_do(people: People, browse: Browse) -> None:
    page = browse(people.admin).get("/platforms").text
    assert "No VLE is connected yet." in page
    assert f"{TOOL}/lti/register" in page


def test_the_list_costs_the_same_however_many_there_are(
    vle: Vle, people: People, browse: Browse, statements: Callable[[], int]
) -> None:
    ours = browse(people.admin)
    ours.get("/platforms")
    statements()
    ours.get("/platforms")
    one = statements()
    for number in range(5):
        vle.register(client_id=f"another-{number}")
    statements()
    ours.get("/platforms")
    assert statements() == one


# --- by hand ---


def test_a_vle_is_connected_by_hand(people: People, browse: Browse, app: Flask) -> None:
    ours = browse(people.admin)
    done = ours.post("/platforms/add", data=GOOD)
    assert done.status_code == 303
    page = ours.get(done.location).text
    assert "Example University Moodle" in page
    assert "On since" in page
    with app.app_context():
        platform = db.session.scalars(select(Platform)).one()
        assert platform.key_set_url == GOOD["key_set_url"]
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.act, entry.actor_id) == ("registered a platform", people.admin)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Write what people here call this VLE."),
        ("issuer", "moodle.test", "beginning with https://"),
        ("issuer", "", "Copy what the VLE calls itself."),
        ("client_id", " ", "Copy the client id"),
        ("client_id", "x" * 256, "longer than it can be"),
        ("deployment_id", "", "Copy the deployment id"),
        ("auth_login_url", "http://moodle.test/auth", "beginning with https://"),
        ("auth_token_url", "javascript:alert(1)", "beginning with https://"),
        ("key_set_url", "https://user:pw@moodle.test/keys", "beginning with https://"),
        ("auth_audience", "not one", "beginning with https://"),
        ("site_url", "http://[", "beginning with https://"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_stores_nothing(
    people: People, browse: Browse, app: Flask, field: str, value: str, words: str
) -> None:
    answer = browse(people.admin).post("/platforms/add", data=GOOD | {field: value})
    assert answer.status_code == 400
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    with app.app_context():
        assert db.session.scalars(select(Platform)).all() == []


def test_a_client_that_is_known_is_not_added_twice(
    people: People, browse: Browse, app: Flask
) -> None:
    ours = browse(people.admin)
    ours.post("/platforms/add", data=GOOD)
    again = ours.post("/platforms/add", data=GOOD | {"name": "Another name"})
    assert again.status_code == 400
    assert "connected already: Example University Moodle" in again.text
    second = ours.post("/platforms/add", data=GOOD | {"client_id": "def"})
    assert second.status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Platform)).all()) == 2


def test_addresses_are_corrected_and_old_keys_forgotten(
    vle: Vle, course: People, browse: Browse, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    ours, address = browse(course.admin), f"/platforms/{vle.platform_id}/change"
    assert f"{ISSUER}/jwks.json" in ours.get(address).text
    assert ours.post(address, data=GOOD | {"key_set_url": "nowhere"}).status_code == 400
    done = ours.post(address, data=GOOD)
    assert done.status_code == 303
    with app.app_context():
        platform = db.session.scalars(select(Platform)).one()
        assert platform.issuer == ISSUER  # who it is stays
        assert platform.key_set_url == GOOD["key_set_url"]
        assert db.session.scalars(select(PlatformKeySet)).one().keys == {}


def test_one_more_deployment(vle: Vle, people: People, browse: Browse, app: Flask) -> None:
    ours, address = browse(people.admin), f"/platforms/{vle.platform_id}/deployments"
    assert ours.post(address, data={"deployment_id": ""}).status_code == 400
    for _ in range(2):
        assert ours.post(address, data={"deployment_id": "d-2"}).status_code == 303
    with app.app_context():
        assert sorted(db.session.scalars(select(Deployment.vle_id)).all()) == ["1", "d-2"]


def test_off_and_on_again_forgets_nothing(
    vle: Vle, course: People, browse: Browse, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    ours, address = browse(course.admin), f"/platforms/{vle.platform_id}/switch"
    assert ours.post(address, data={"turn": "sideways"}).status_code == 400
    off = ours.post(address, data={"turn": "off"})
    assert "Switched off since" in ours.get(off.location).text
    assert vle.begin(client).response.status_code == 403
    ours.post(address, data={"turn": "on", "shown": shown_on(ours, vle.platform_id)})
    assert vle.launch(client, PRIYA).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(VleIdentity)).all()) == 1
        acts = db.session.scalars(
            select(AuditEntry.act).where(AuditEntry.actor_id == course.admin)
        ).all()
        assert acts == ["suspended a platform", "resumed a platform"]


# --- what is pasted ---


def test_what_a_vle_needs_stands_in_fields_that_can_be_read_and_copied(
    vle: Vle, people: People, browse: Browse
) -> None:
    ours = browse(people.admin)
    for address in ("/platforms", "/platforms/add", f"/platforms/{vle.platform_id}"):
        page = ours.get(address).text
        for product in ("Moodle", "Canvas", "Blackboard", "D2L Brightspace"):
            assert f"<summary>{product}</summary>" in page
        for value in ("/lti/login", "/lti/launch", "/lti/jwks.json"):
            assert page.count(f'value="{TOOL}{value}" readonly data-copy') >= 4
        assert "js/copy.js" in page
        labels, ids = (
            set(re.findall(r'label for="(paste[\w-]+)"', page)),
            re.findall(r' id="(paste-[\w-]+)"', page),
        )
        assert labels == set(ids)
        assert len(ids) == len(set(ids))


def test_the_json_for_canvas_is_json_that_canvas_takes(people: People, browse: Browse) -> None:
    page = browse(people.admin).get("/platforms").text
    found = re.search(r'id="paste-canvas-json"[^>]*>([^<]+)</textarea>', page)
    assert found is not None
    given = json.loads(unescape(found[1]))
    assert given["oidc_initiation_url"] == f"{TOOL}/lti/login"
    assert given["public_jwk_url"] == f"{TOOL}/lti/jwks.json"
    assert given["target_link_uri"] == f"{TOOL}/lti/launch"
    placements = given["extensions"][0]["settings"]["placements"]
    assert {one["message_type"] for one in placements} == {"LtiDeepLinkingRequest"}
    assert given["extensions"][0]["domain"] == "tool.test"
