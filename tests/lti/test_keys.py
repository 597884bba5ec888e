"""Our own keys: shown before they sign and after, sealed at rest; and the commands."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.cli.lti import group
from lms.db import db
from lms.lti.models import Platform, ToolKey
from lms.lti.platform.tool_keys import NoKey, key_set, rotate_keys, signing_key
from lms.tasks import run_sweep
from tests.conftest import SECRET
from tests.vle import ISSUER, Vle

ADD = [
    "add-platform",
    *("--name", "Another VLE", "--issuer", "https://another.test", "--client-id", "c1"),
    *("--auth-login-url", "https://another.test/auth"),
    *("--auth-token-url", "https://another.test/token"),
    *("--key-set-url", "https://another.test/jwks"),
    *("--deployment-id", "d1"),
]


def _run(app: Flask, *arguments: str) -> str:
    app.cli.add_command(group)
    ran = app.test_cli_runner().invoke(args=["lti", *arguments])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return str(ran.output)


def _sign_at(now: object) -> str:
    return signing_key(secret_key=SECRET, now=now).kid  # type: ignore[arg-type]


def test_the_key_set_shows_public_keys_alone(vle: Vle, client: FlaskClient) -> None:
    answer = client.get("/lti/jwks.json")
    assert answer.status_code == 200
    keys = answer.get_json()["keys"]
    assert [sorted(key) for key in keys] == [["alg", "e", "kid", "kty", "n", "use"]]
    assert (keys[0]["alg"], keys[0]["use"], keys[0]["kty"]) == ("RS256", "sig", "RSA")


def test_a_new_key_is_shown_a_day_before_it_signs_and_the_old_one_fourteen_days_after(
    vle: Vle, app: Flask
) -> None:
    now = clock.now()
    with app.app_context():
        old = _sign_at(now)
        new = rotate_keys(secret_key=SECRET, now=now).kid
        db.session.commit()

        def shown(days: float) -> list[str]:
            return [key["kid"] for key in key_set(now + timedelta(days=days))["keys"]]

        assert shown(0) == [old, new]
        assert _sign_at(now + timedelta(hours=23)) == old
        assert _sign_at(now + timedelta(hours=25)) == new
        assert shown(14.9) == [old, new]
        assert shown(15.1) == [new]
        rotate_keys(secret_key=SECRET, now=now + timedelta(days=16))
        db.session.commit()
        assert old not in db.session.scalars(select(ToolKey.kid)).all()


def test_a_key_that_nobody_needs_any_more_is_deleted_by_itself(vle: Vle, app: Flask) -> None:
    now = clock.now()
    with app.app_context():
        old = _sign_at(now)
        new = rotate_keys(secret_key=SECRET, now=now).kid
        db.session.commit()
    for days, left in ((14.9, {old, new}), (15.1, {new})):
        with time_machine.travel(now + timedelta(days=days)), app.app_context():
            run_sweep("platforms")
            assert set(db.session.scalars(select(ToolKey.kid)).all()) == left


def test_two_rotations_on_one_day_leave_no_gap(vle: Vle, app: Flask) -> None:
    now = clock.now()
    with app.app_context():
        first = _sign_at(now)
        second = rotate_keys(secret_key=SECRET, now=now).kid
        third = rotate_keys(secret_key=SECRET, now=now + timedelta(hours=1)).kid
        db.session.commit()
        shown = [key["kid"] for key in key_set(now + timedelta(hours=1))["keys"]]
        assert shown == [first, second, third]
        signs = [_sign_at(now + timedelta(hours=hours)) for hours in (23, 24.5, 25.5)]
        assert signs == [first, second, third]


def test_private_keys_are_sealed_at_rest(vle: Vle, app: Flask) -> None:
    with app.app_context():
        sealed = db.session.scalars(select(ToolKey.sealed_pem)).one()
        assert "PRIVATE KEY" not in sealed
        assert "PRIVATE KEY" in signing_key(secret_key=SECRET, now=clock.now()).private_pem
        another = "another secret key, " + SECRET
        with pytest.raises(NoKey):
            signing_key(secret_key=another, now=clock.now())
        new = rotate_keys(secret_key=another, now=clock.now()).kid
        db.session.commit()
        assert signing_key(secret_key=another, now=clock.now()).kid == new


def test_a_platform_is_added_listed_switched_off_and_on(clean_database: Flask) -> None:
    app = clean_database
    said = _run(app, *ADD)
    for address in ("/lti/login", "/lti/launch", "/lti/jwks.json"):
        assert f"https://tool.test{address}" in said
    _run(app, *ADD)
    listed = _run(app, "list-platforms")
    assert listed.count("Another VLE") == 1
    assert "active" in listed
    number = listed.split()[0]
    _run(app, "suspend-platform", number)
    assert "switched off" in _run(app, "list-platforms")
    _run(app, *ADD)
    assert "switched off" in _run(app, "list-platforms")
    _run(app, "resume-platform", number)
    assert "switched off" not in _run(app, "list-platforms")


def test_a_platform_with_odd_addresses_is_refused_in_a_line(clean_database: Flask) -> None:
    odd = ["http://another.test/auth" if word.endswith("/auth") else word for word in ADD]
    assert "auth-login-url must be an https address" in _run(clean_database, *odd)
    empty = ["  " if word == "d1" else word for word in ADD]
    assert "deployment-id is empty" in _run(clean_database, *empty)
    with clean_database.app_context():
        assert db.session.scalars(select(Platform)).all() == []


def test_a_second_deployment_is_added_to_the_same_platform(vle: Vle, app: Flask) -> None:
    first = vle.platform_id
    assert vle.register(deployment_id="2") == first
    said = _run(app, "list-platforms")
    assert f"{ISSUER}  client tool-client  deployments 1, 2" in said


def test_the_commands_rotate_and_send(vle: Vle, app: Flask) -> None:
    with time_machine.travel(clock.now()):
        assert "signs from" in _run(app, "rotate-keys")
    assert "0 scores were dealt with" in _run(app, "send-scores")
