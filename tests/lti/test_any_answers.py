"""Whatever a VLE's services answer: no error page of ours, and no row that should not be."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from lms import clock
from lms.assessments.models import ResultRow
from lms.db import db
from lms.lti.delivery.columns import Search
from lms.lti.models import (
    AccessToken,
    ColumnSearch,
    Context,
    MarkDifference,
    Notice,
    PlatformRest,
    ResourceLink,
    Roster,
)
from lms.lti.platform.probing import Target, check_connection
from lms.lti.platform.tool_keys import ensure_key, signing_key
from lms.lti.queries.columns import missing_columns
from lms.lti.rules.claims import (
    CONTEXT,
    LINEITEM_READ_SCOPE,
    LINEITEM_SCOPE,
    NOTICE,
    ORIGIN_CONTEXTS,
)
from lms.lti.rules.connection import Outcome
from lms.lti.rules.scores import Answer
from lms.lti.service import reconcile
from lms.people.models import Enrolment, User
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.scoring import Later, Release, Sweep
from tests.lti.test_any_claims import a_score
from tests.lti.test_notices import bring, claims
from tests.lti.test_rosters import address, agreed, offered
from tests.vle import ISSUER, LINE_ITEM, LINE_ITEMS, MEMBERS, PRIYA, SCOPES, Answered, Vle

__all__ = ["offered"]  # the fixture

Browse = Callable[[int], FlaskClient]
MANY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
TEXT = st.text(max_size=20) | st.sampled_from(
    ["\x00", "\ud800", "1e999999999", "NaN", "-Infinity", "p-priya", "x" * 300, LINE_ITEM]
)
KEYS = st.sampled_from(
    [
        "id",
        "members",
        "user_id",
        "name",
        "given_name",
        "email",
        "roles",
        "status",
        "context",
        "userId",
        "resultScore",
        "resultMaximum",
        "resourceId",
        "resourceLinkId",
        "keys",
        "kid",
        "access_token",
        "expires_in",
        "groups",
        "kty",
        "alg",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
STATUS = st.sampled_from([200, 201, 204, 206, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Link", "Content-Type", "Date"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
    | st.sampled_from(
        [
            f'<{MEMBERS}?p=2>; rel="next"',
            '<https://evil.test/>; rel="next"',
            f'<{MEMBERS}?since=1>; rel="differences"',
            "<>; rel=next",
            '<http://[::1>; rel="next"',
        ]
    ),
    max_size=3,
)


def answers(body: st.SearchStrategy[Any]) -> st.SearchStrategy[Answered]:
    """Answers with such bodies, mostly JSON and mostly 200."""
    return st.builds(
        lambda status, text, headers: Answered(
            status, text.encode(errors="replace").decode(), headers=headers
        ),
        st.just(200) | STATUS,
        body.map(json.dumps) | TEXT,
        HEADERS,
    )


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def forget(app: Flask, *models: Any) -> None:
    with app.app_context():
        for model in models:
            db.session.execute(delete(model))
        db.session.commit()


SOMEBODY = st.fixed_dictionaries(
    {"user_id": ANYTHING},
    optional={
        "name": ANYTHING,
        "email": ANYTHING,
        "roles": st.just(["Learner"]) | st.just(["Instructor"]) | ANYTHING,
        "status": st.sampled_from(["Active", "Inactive", "Deleted"]) | ANYTHING,
    },
)
LIST = st.fixed_dictionaries(
    {"members": st.lists(SOMEBODY, max_size=4) | ANYTHING}, optional={"context": ANYTHING}
)


@MANY
@given(answered=answers(LIST | ANYTHING), groups=answers(ANYTHING))
def test_whatever_a_list_of_people_says_nothing_is_done_by_reading_it(
    vle: Vle, offered: People, browse: Browse, app: Flask, answered: Answered, groups: Answered
) -> None:
    forget(app, Roster, AccessToken)
    vle.answers = {"memberships": [answered] * 2, "groups": [groups]}
    at, lead = address(app), browse(offered.lin)
    people, places = count(app, User), count(app, Enrolment)
    looked = lead.post(f"{at}/look")
    assert looked.status_code in (303, 409)
    assert (count(app, User), count(app, Enrolment)) == (people, places)
    page = lead.get(at)
    assert page.status_code == 200
    if 'name="agreed"' not in page.text:
        return
    assert lead.post(f"{at}/apply", data={"agreed": agreed(page.text)}).status_code == 303
    said = json.loads(answered.body)["members"]
    assert count(app, User) - people <= len(said) + len(vle.members)


COLUMN = st.fixed_dictionaries(
    {"id": st.just(LINE_ITEM) | ANYTHING},
    optional={"resourceId": st.just("m1-plan") | ANYTHING, "resourceLinkId": ANYTHING},
)


@MANY
@given(
    listed=st.lists(answers(st.lists(COLUMN, max_size=3) | ANYTHING), min_size=1, max_size=3),
    token=st.none() | answers(ANYTHING),
)
def test_whatever_is_said_of_columns_a_mark_goes_nowhere_else(
    vle: Vle,
    release: Release,
    app: Flask,
    listed: list[Answered],
    token: Answered | None,
) -> None:
    if not count(app, ResultRow):
        release(PRIYA)
        with app.app_context():
            link = db.session.scalars(select(ResourceLink)).one()
            link.lineitem_url, link.lineitems_url = None, LINE_ITEMS
            link.scopes = " ".join([*SCOPES, LINEITEM_SCOPE, LINEITEM_READ_SCOPE])
            db.session.commit()
    forget(app, AccessToken, ColumnSearch, PlatformRest)
    vle.answers = {"lineitems": [*listed], "token": [token] if token else []}
    with app.app_context():
        [missing] = missing_columns(clock.now())
        db.session.rollback()
        found = Search(missing).find_or_make()
        db.session.rollback()
    assert found.verdict.answer in Answer
    assert found.url is None or found.url.startswith(f"{ISSUER}/")


HELD = st.fixed_dictionaries(
    {"userId": st.just("p-priya") | ANYTHING},
    optional={"resultScore": ANYTHING, "resultMaximum": ANYTHING},
)


@MANY
@given(answered=answers(st.lists(HELD, max_size=3) | ANYTHING))
def test_whatever_a_column_holds_is_compared_and_overwrites_nothing(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    learners: People,
    browse: Browse,
    app: Flask,
    answered: Answered,
) -> None:
    if not vle.grades:
        release(PRIYA)
        assert sweep() == 1
        later(timedelta(days=1))
    forget(app, MarkDifference, AccessToken, PlatformRest)
    vle.answers = {"results": [answered] * 2}
    vle.calls.clear()
    with app.app_context():
        reconcile.ask_for_all(now=clock.now())
        db.session.commit()
        assert run_sweep("reconcile") == 1
    assert count(app, MarkDifference) <= 1
    assert [call.method for call in vle.calls if "/lineitem" in call.url] == ["GET"] * len(
        vle.asked("/results")
    )
    page = browse(learners.max).get("/lti/scores?assessment=m1-plan&cohort=cohort-3")
    assert page.status_code == 200


@MANY
@given(held=st.lists(HELD, max_size=3))
def test_whatever_is_read_back_after_a_lost_answer_the_mark_is_settled(
    vle: Vle, course: People, app: Flask, held: list[Any]
) -> None:
    vle.answers = {
        "scores": [Answered(409)],
        "results": [Answered(200, json.dumps(held).encode(errors="replace").decode())],
    }
    with app.app_context():
        assert a_score(vle).send().answer in (Answer.TAKEN, Answer.LATER)


@MANY
@given(
    given_answers=st.dictionaries(
        st.sampled_from(["jwks.json", "token", "lineitems", "memberships", "scores"]),
        answers(ANYTHING),
        min_size=1,
    )
)
def test_whatever_a_vle_answers_the_connection_check_has_a_finding_for_each_step(
    vle: Vle, course: People, app: Flask, given_answers: dict[str, Answered]
) -> None:
    vle.answers = {name: [one] for name, one in given_answers.items()}
    secret = str(app.config["SECRET_KEY"])
    with app.app_context():
        ensure_key(secret_key=secret, now=clock.now())
        db.session.commit()
        key = signing_key(secret_key=secret, now=clock.now())
    target = Target(
        platform=a_score(vle).due.route.service,
        product="moodle",
        key_set_url="https://tool.test/lti/jwks.json",
        scopes=frozenset({*SCOPES, LINEITEM_SCOPE}),
        lineitems_url=LINE_ITEMS,
        course="a course",
        memberships_url=MEMBERS,
        members_of="a course",
        try_score=True,
    )
    findings = check_connection(target, key, now=clock.now())
    assert len(findings) == 5
    assert all(one.words and one.outcome in set(Outcome) for one in findings)


@MANY
@given(
    changes=st.dictionaries(
        st.sampled_from(["iss", "aud", "azp", "iat", "exp", "nonce"])
        | st.sampled_from([NOTICE, CONTEXT, ORIGIN_CONTEXTS]),
        ANYTHING,
        min_size=1,
        max_size=3,
    )
)
def test_any_notice_is_taken_or_refused(
    vle: Vle, course: People, client: FlaskClient, app: Flask, changes: dict[str, Any]
) -> None:
    forget(app, Notice)
    before = count(app, Context)
    try:
        token = vle.token(claims(**changes))
    except (TypeError, ValueError):
        return
    answer = bring(client, token)
    assert answer.status_code in (202, 400)
    assert count(app, Notice) == (1 if answer.status_code == 202 else 0)
    assert count(app, Context) - before <= (1 if answer.status_code == 202 else 0)
