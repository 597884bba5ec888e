"""Of what a VLE signs, what the table of kept claims names is kept, and nothing else.

Every text of the message carries a mark of its own, and afterwards all tables, the log, and the
page are searched for the marks.
"""

import logging
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import Base, db
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING,
    FOR_USER,
    GROUPS_SERVICE,
    KEPT,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NAMES_ROLES,
    NOTICE_SERVICE,
    READ_ONLY,
    RESOURCE_LINK,
    REVIEW,
    ROLES,
    TARGET_LINK_URI,
)
from tests.conftest import People
from tests.vle import IMOGEN, INSTRUCTOR, ISSUER, LEARNER, PRIYA, Person, Vle

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
URL = f"{ISSUER}/"  # what begins so is an address: its mark is in the path

# Everything that LTI 1.3, OpenID Connect, Moodle and Canvas are known to send, and more.
SAID: dict[str, Any] = {
    **dict.fromkeys(("name", "given_name", "family_name", "middle_name", "nickname"), ""),
    **dict.fromkeys(("picture", "profile", "website"), URL),
    **dict.fromkeys(("gender", "birthdate", "zoneinfo", "locale", "phone_number", "jti"), ""),
    "address": {"formatted": "", "postal_code": ""},
    "email": "",
    CONTEXT: {"id": "", "label": "", "title": "", "type": [""]},
    RESOURCE_LINK: {"id": "", "title": "", "description": ""},
    NAMES_ROLES: {"context_memberships_url": URL, "service_versions": [""]},
    AGS_ENDPOINT: {"scope": [""], "lineitem": URL, "lineitems": URL, "more": ""},
    GROUPS_SERVICE: {"context_groups_url": URL, "context_group_sets_url": URL, "scope": [""]},
    NOTICE_SERVICE: {"platform_notification_service_url": URL, "scope": [""], "more": ""},
    CUSTOM: {"item_code": "", "context_id_history": "", "Person.address.street1": ""},
    LAUNCH_PRESENTATION: {"locale": "", "return_url": URL, "css_url": URL, "width": ""},
    f"{LTI}lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
    f"{LTI}ext": {"user_username": "", "lms": ""},
    f"{LTI}tool_platform": {"guid": "", "name": "", "contact_email": "", "description": ""},
    f"{LTI}role_scope_mentor": [""],
    f"{LTI}lti1p1": {"user_id": "", "oauth_consumer_key": "", "oauth_consumer_key_sign": ""},
    "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": {
        "lis_result_sourcedid": "",
        "lis_outcome_service_url": URL,
    },
    "https://www.instructure.com/placement": "",
    "https://vle.test/claim/of-their-own": {"deep": {"deeper": [""]}},
}
MARK = re.compile(r"zq\[([^\]]+)\]zq")


def _marked(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        return {name: _marked(one, f"{path}|{name}") for name, one in value.items()}
    if isinstance(value, list):
        return [_marked(one, path) for one in value]
    return f"{value}zq[{path}]zq"


def _message(
    real: dict[str, Any] | None = None, *, without: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Every claim, marked, but for what must be real so that the launch is taken."""
    said = {name: _marked(value, name) for name, value in SAID.items() if name not in without}
    if CONTEXT in said:
        said[CONTEXT]["id"] = "2"
    said[CUSTOM] |= {"lms_target": "modules/m1/u1"}
    said[NOTICE_SERVICE]["notice_types_supported"] = ["LtiContextCopyNotice"]
    return said | dict.fromkeys(without) | (real or {})


def _in_database(app: Flask) -> set[str]:
    with app.app_context():
        rows = [
            str(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in db.session.execute(select(table))
        ]
    return set(MARK.findall("\n".join(rows)))


def _may_be_kept(*, without: tuple[str, ...] = ()) -> set[str]:
    """The marks that the table allows, of those that were sent."""
    sent = {
        one for name, v in SAID.items() if name not in without for one in _paths(_marked(v, name))
    }
    allowed = {
        path
        for name, keeping in KEPT.items()
        for path in ([f"{name}|{part}" for part in keeping.parts] or [name])
    }
    return sent & allowed


def _paths(value: Any) -> set[str]:
    return set(MARK.findall(str(value)))


LAUNCHES: dict[str, tuple[Person, dict[str, Any], tuple[str, ...]]] = {
    "a learner": (PRIYA, {ROLES: [LEARNER]}, ()),
    "a teacher": (IMOGEN, {ROLES: [INSTRUCTOR]}, ()),
    "without a name": (PRIYA, {ROLES: [LEARNER]}, ("name",)),
    "a review": (
        PRIYA,
        {
            ROLES: [LEARNER],
            MESSAGE_TYPE: REVIEW,
            FOR_USER: _marked({"name": "", "email": ""}, FOR_USER) | {"user_id": PRIYA.sub},
            CUSTOM: _marked(SAID[CUSTOM], CUSTOM) | {"lms_target": "assessments/m1-plan"},
        },
        (),
    ),
    "nobody's course": (PRIYA, {ROLES: [""]}, (CONTEXT,)),
}


@pytest.mark.parametrize("name", LAUNCHES)
def test_a_launch_keeps_what_the_table_names_and_nothing_else(
    vle: Vle,
    course: People,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    person, real, without = LAUNCHES[name]
    message = _message(real, without=without)

    answer = vle.launch(client, person, **message)

    assert answer.status_code == 303
    kept = _in_database(app)
    assert kept <= _may_be_kept(without=without)
    # The search finds what is there: these always are.
    assert {f"{RESOURCE_LINK}|id", f"{AGS_ENDPOINT}|lineitem"} <= kept
    assert "zq[" not in caplog.text
    page = client.get(answer.location)
    assert _paths(page.text) <= {"name", "given_name", "family_name", "email"}


def test_names_in_parts_are_kept_only_where_there_is_no_whole_one(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA, **_message())
    kept = _in_database(app)
    assert "name" in kept
    assert kept.isdisjoint({"given_name", "family_name"})


def test_a_request_for_links_keeps_its_way_back_sealed_alone(
    vle: Vle,
    course: People,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = _marked(
        {"deep_link_return_url": URL, "data": "", "title": "", "text": "", "more": ""}, DEEP_LINKING
    )
    message = _message(
        {
            MESSAGE_TYPE: ASKS_FOR_LINKS,
            RESOURCE_LINK: None,
            ROLES: [INSTRUCTOR],
            DEEP_LINKING: asked
            | {
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe"],
            },
        }
    )
    answer = vle.launch(client, IMOGEN, **message)
    assert answer.status_code == 303
    kept = _in_database(app)
    assert kept <= _may_be_kept()
    assert not any(one.startswith(DEEP_LINKING) for one in kept)
    assert "zq[" not in caplog.text
    assert not any(one.startswith(DEEP_LINKING) for one in _paths(client.get(answer.location).text))


def test_a_refused_launch_keeps_and_logs_nothing(
    vle: Vle,
    course: People,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    message = _message({ROLES: [LEARNER], TARGET_LINK_URI: f"{URL}zq[target]zq"})
    begun = vle.begin(client)
    answer = vle.post(client, vle.token(vle.claims(PRIYA, begun.nonce, **message)), begun.state)
    assert answer.status_code == 400
    assert _in_database(app) == set()
    assert "zq[" not in caplog.text
    # The VLE's own way back is the one thing of it on the page.
    assert _paths(answer.text) <= {f"{LAUNCH_PRESENTATION}|return_url"}


def test_every_claim_that_is_read_is_in_one_of_the_tables_with_a_reason() -> None:
    assert not KEPT.keys() & READ_ONLY.keys()
    assert all(keeping.why for keeping in KEPT.values())
    assert all(READ_ONLY.values())
