"""Open edX is connected by hand through the administrator's pages, as docs/connect.md says, and the
connection check is held to software that is not ours.
"""

from collections.abc import Callable
from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import ConnectionCheck
from lms.lti.rules.connection import from_kept
from tests.conftest import People
from tests.peers.openedx.client import Browser, Peer, Registration

pytestmark = pytest.mark.peer

TOOL = "https://tool.test"


def _connect(admin: FlaskClient, at_peer: Registration, **changes: str) -> str:
    """Fill the form in; returns the address of the VLE's page."""
    form = {
        "name": "Open edX",
        "issuer": at_peer.issuer,
        "client_id": at_peer.client_id,
        "deployment_id": at_peer.deployment_id,
        "auth_login_url": at_peer.auth_url,
        "auth_token_url": at_peer.token_url,
        "key_set_url": at_peer.jwks_url,
        "auth_audience": "",
        "site_url": "",
    }
    done = admin.post("/platforms/add", data=form | changes)
    assert done.status_code == 303, done.text
    return str(done.location)


def _check(app: Flask, admin: FlaskClient, address: str, **form: str) -> dict[str, str]:
    done = admin.post(f"{address}/check", data=form)
    assert done.status_code == 303
    assert admin.get(done.location).status_code == 200
    with app.app_context():
        kept = db.session.scalars(
            select(ConnectionCheck).order_by(ConnectionCheck.checked_at.desc())
        ).first()
        assert kept is not None
        return {one.step: one.outcome for one in from_kept(kept.findings)}


@pytest.mark.parametrize("mode", ["declarative", "programmatic"])
def test_open_edx_is_connected_and_checked(
    app: Flask,
    client: FlaskClient,
    people: People,
    browse: Callable[[int], FlaskClient],
    peer: Peer,
    mode: Literal["declarative", "programmatic"],
) -> None:
    at_peer = peer.configure(
        login_url=f"{TOOL}/lti/login",
        launch_url=f"{TOOL}/lti/launch",
        jwks={"keys": []},
        ags_mode=mode,
    )
    admin = browse(people.admin)
    address = _connect(admin, at_peer)
    # It cannot read our keys yet, as when the VLE was given a wrong address for them.
    found = _check(app, admin, address)
    assert (found["Its public keys"], found["An access token"]) == ("well", "trouble")

    peer.change_tool_jwks(at_peer, client.get("/lti/jwks.json").get_json())
    found = _check(app, admin, address)
    assert (found["An access token"], found["Gradebook columns"]) == ("well", "not tried")

    start = peer.start_url(at_peer, user="user2", role="student", target="assessments/m1-plan")
    Browser(tool=client, tool_url=TOOL).open(start)
    found = _check(app, admin, address, score="yes")
    assert found["Gradebook columns"] == "well"
    assert found["A test mark"] == ("well" if mode == "programmatic" else "not tried")
    assert peer.gradebook(at_peer) == []  # nobody's mark is in the real gradebook


def test_a_wrong_address_of_its_keys_is_found(
    app: Flask, people: People, browse: Callable[[int], FlaskClient], peer: Peer
) -> None:
    at_peer = peer.configure(
        login_url=f"{TOOL}/lti/login", launch_url=f"{TOOL}/lti/launch", jwks={"keys": []}
    )
    admin = browse(people.admin)
    address = _connect(admin, at_peer, key_set_url=f"{at_peer.issuer}/nothing-here")
    assert _check(app, admin, address)["Its public keys"] == "trouble"
