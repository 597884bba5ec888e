"""An empty database made ready to be measured, in a process of its own, with the server's settings.

python -m bench.prepare LEARNERS PLAN     writes what to visit to the file PLAN
"""

import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import event

from bench.seed import ASSESSMENT, UNIT, Scale, browser, fill, public_id, subject
from bench.visits import Answer, Ask, Launch, Page, Plan, Platform
from lms import clock
from lms.app import create_app
from lms.config import Settings
from lms.db import db, db_writes
from lms.lti.service.platforms import add_platform
from lms.lti.views.sessions import COOKIE
from lms.modules.catalogue import catalogue
from lms.people.service.sign_ins import start_sign_in
from lms.people.views.browser import sign_browser_in

VLE = "https://vle.bench.test"
CLIENT, DEPLOYMENT, KID = "bench-client", "1", "bench-key"


def _make_key() -> tuple[str, dict[str, Any]]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    named = {part: public[part] for part in ("kty", "n", "e")}
    return pem.decode(), named | {"kid": KID, "alg": "RS256", "use": "sig"}


def _register(settings: Settings, jwk: dict[str, Any], now: datetime) -> tuple[int, int]:
    """A platform whose keys were fetched just now, so that no launch has to ask for them."""
    with db_writes():
        platform = add_platform(
            name="Bench VLE",
            issuer=VLE,
            client_id=CLIENT,
            auth_login_url=f"{VLE}/auth",
            auth_token_url=f"{VLE}/token",
            key_set_url=f"{VLE}/jwks.json",
            deployment_id=DEPLOYMENT,
            secret_key=settings.secret_key,
            now=now,
        )
        platform.key_set.keys = {"keys": [jwk]}
        platform.key_set.fetched_at = platform.key_set.tried_at = now
        ids = platform.id, platform.deployments[0].id
        db.session.commit()
    return ids


def _signed_in(app: Flask, user_id: int, now: datetime) -> str:
    """The cookie of a browser that signed in with a local account."""
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        with db_writes():
            secret = start_sign_in(user_id=user_id, now=now)
            sign_browser_in(user_id, secret)
            db.session.commit()
        interface = cast(SecureCookieSessionInterface, app.session_interface)
        serializer = interface.get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError("there is no secret key")
        return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(dict(session))}"


def _launched(user_id: int, path: str) -> dict[str, str]:
    """A page in the launch that somebody is at work in."""
    return {"path": f"/-/{public_id(user_id)}{path}", "cookie": f"{COOKIE}={browser(user_id)}"}


def _visits(app: Flask, scale: Scale, platform: Platform, now: datetime) -> Plan:
    cohort, learners = scale.cohorts, scale.people_of(scale.cohorts)
    pages = [page for page in catalogue().unit(UNIT).pages if page.note is None]
    longest = max(pages, key=lambda page: len(page.text.html))
    trainer, script = scale.trainer(cohort), learners[0].number
    queue = f"/marking/{ASSESSMENT}?cohort=bench-{cohort}"
    title = catalogue().assessment(ASSESSMENT).title
    launch = Launch(
        name="launch: login and id_token",
        platform=platform,
        tool=app.config["LMS_SETTINGS"].public_url,
        course=f"course-{cohort}",
        activity=f"course-{cohort}-unit",
        target=f"modules/{UNIT}",
        people=tuple((subject(one.number), one.name) for one in learners),
    )
    content = _launched(learners[0].number, f"/modules/{longest.key}")
    marking = _launched(trainer, f"/marking/scripts/{script}")
    table = {"path": f"/cohorts/bench-{cohort}", "cookie": _signed_in(app, scale.hub, now)}
    pages_asked = (
        Page("content page", **content, holds=str(longest.title)),
        Page("marking page of a script", **marking, holds="is invented for measuring"),
        Page("marking queue of a cohort", **_launched(trainer, queue), holds=title),
        Page("cohort table", **table, holds=learners[-1].name),
    )
    return Plan(launch, pages_asked, {})


def _in_process(app: Flask) -> Ask:
    client = app.test_client(use_cookies=False)
    tool = app.config["LMS_SETTINGS"].public_url

    def ask(method: str, path: str, headers: dict[str, str], body: str | None = None) -> Answer:
        said = client.open(path, method=method, headers=headers, data=body, base_url=tool)
        return Answer(said.status_code, dict(said.headers), said.data)

    return ask


def _counted(app: Flask, plan: Plan) -> dict[str, int]:
    """How many SQL statements each visit takes, when it is not the first."""
    with app.app_context():
        engine = db.engine
    found: dict[str, int] = {}
    for visited in plan.visits:
        visit, counted = visited.browser(0), list[str]()

        def count(
            _conn: Any, _cursor: Any, sql: str, *_rest: Any, into: list[str] = counted
        ) -> None:
            if not sql.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                into.append(sql)

        visit(_in_process(app))
        event.listen(engine, "before_cursor_execute", count)
        visit(_in_process(app))
        event.remove(engine, "before_cursor_execute", count)
        found[visited.name] = len(counted)
    return found


def main(learners: int, path: Path) -> None:
    """Migrate, fill, sign people in, count; the plan goes to `path`."""
    app, now, scale = create_app(), clock.now(), Scale(learners)
    pem, jwk = _make_key()
    with app.app_context():
        upgrade()
        platform_id, deployment_id = _register(app.config["LMS_SETTINGS"], jwk, now)
        fill(scale, platform_id=platform_id, deployment_id=deployment_id, now=now)
    plan = _visits(app, scale, Platform(VLE, CLIENT, DEPLOYMENT, KID, pem), now)
    plan = replace(plan, statements=_counted(app, plan))
    path.write_text(json.dumps(plan.as_json()))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
