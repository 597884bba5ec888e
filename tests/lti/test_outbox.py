"""The outbox leaves out in SQL what was delivered: what is read does not grow with it."""

from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms import clock
from lms.db import db
from lms.lti.models import Context, CourseMember, ResourceLink, ScoreDelivery, VleIdentity
from lms.lti.queries.scores import due_scores
from lms.lti.rules.claims import AGS_ENDPOINT, LINEITEM_SCOPE, RESOURCE_LINK
from lms.lti.rules.scores import Delivery
from lms.modules.catalogue import Catalogue
from lms.people.service.places import enrol, make_person
from tests.conftest import People
from tests.factories import ResultFactory, SubmissionFactory, finished_script, made
from tests.lti.scoring import PLAN, Release, Sweep
from tests.vle import LINE_ITEMS, PRIYA, SCOPES, TOMOS, Answered, Vle

MANY = 200


@pytest.fixture
def crowd(app: Flask, vle: Vle, learners: People) -> list[int]:
    """Two hundred people of the cohort came from the VLE and have a released result."""
    results = []
    with app.app_context():
        now = clock.now()
        course = db.session.scalars(select(Context.id)).one()
        for number in range(MANY):
            user = make_person(name=f"Person {number:03} Example", email=None, now=now)
            place = enrol(user_id=user.id, cohort_id=learners.cohort, now=now)
            identity = VleIdentity(
                platform_id=vle.platform_id,
                subject=f"p-{number}",
                user_id=user.id,
                first_seen_at=now,
            )
            db.session.add(identity)
            db.session.flush()
            db.session.add(
                CourseMember(context_id=course, identity_id=identity.id, taught=False, gone_at=None)
            )
            script = made(SubmissionFactory, enrolment_id=place.id)
            row = made(
                ResultFactory,
                enrolment_id=place.id,
                submission_id=script.id,
                released_by=learners.max,
            )
            results.append(int(row.id))
        db.session.commit()
    return results


def _deliver(app: Flask, results: list[int], status: Delivery) -> None:
    with app.app_context():
        now = clock.now()
        link = db.session.scalars(select(ResourceLink)).one()
        identity = db.session.scalars(select(VleIdentity)).first()
        assert identity is not None
        for result in results:
            db.session.add(
                ScoreDelivery(
                    result_id=result,
                    sequence=1,
                    resource_link_id=link.id,
                    identity_id=identity.id,
                    status=status,
                    due_at=now,
                    created_at=now,
                    sent_at=now if status is Delivery.SENT else None,
                    last_error=None if status is Delivery.SENT else "It was not taken.",
                )
            )
        db.session.commit()


@pytest.fixture
def rows_read(app: Flask) -> Iterator[Callable[[], int]]:
    """`rows_read()`: how many rows came out of the database since the last time it was asked."""
    read = [0]

    with app.app_context():
        engine = db.engine

    class Counting:
        """A cursor whose fetched rows are counted."""

        def __init__(self, cursor: Any) -> None:
            self._cursor = cursor

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

        def fetchone(self) -> Any:
            row = self._cursor.fetchone()
            read[0] += row is not None
            return row

        def fetchmany(self, *size: Any) -> Any:
            rows = self._cursor.fetchmany(*size)
            read[0] += len(rows)
            return rows

        def fetchall(self) -> Any:
            rows = self._cursor.fetchall()
            read[0] += len(rows)
            return rows

    def wrap(_conn: Any, cursor: Any, _statement: str, _p: Any, context: Any, *_: Any) -> None:
        context.cursor = Counting(cursor)

    event.listen(engine, "after_cursor_execute", wrap)

    def since_last() -> int:
        number, read[0] = read[0], 0
        return number

    yield since_last
    event.remove(engine, "after_cursor_execute", wrap)


def test_what_was_delivered_is_not_read_again(
    app: Flask,
    crowd: list[int],
    sweep: Sweep,
    statements: Callable[[], int],
    rows_read: Callable[[], int],
) -> None:
    with app.app_context():
        rows_read()
        assert len(due_scores(clock.now())) == MANY
        assert rows_read() >= MANY  # the counter counts
    _deliver(app, crowd, Delivery.SENT)
    statements()
    rows_read()
    assert sweep() == 0
    assert rows_read() <= 2
    assert statements() <= 4


def test_refused_ones_are_not_read_either_and_one_new_result_is_one_row(
    app: Flask,
    crowd: list[int],
    release: Release,
    statements: Callable[[], int],
    rows_read: Callable[[], int],
) -> None:
    _deliver(app, crowd, Delivery.REFUSED)
    release(PRIYA)
    with app.app_context():
        rows_read()
        statements()
        assert len(due_scores(clock.now())) == 1
        assert rows_read() == 1
        assert statements() == 1


def test_the_page_of_two_hundred_people_asks_a_fixed_number_of_questions(
    app: Flask,
    crowd: list[int],
    learners: People,
    browse: Callable[[int], FlaskClient],
    statements: Callable[[], int],
    vle: Vle,
) -> None:
    trainer = browse(learners.max)
    _deliver(app, crowd[:100], Delivery.SENT)
    _deliver(app, crowd[100:], Delivery.REFUSED)
    statements()
    page = trainer.get("/lti/scores?assessment=m1-plan&cohort=cohort-3")
    assert statements() <= 12
    assert "0 to send, 100 sent, 100 not taken." in page.text
    asked = {"assessment": "m1-plan", "cohort": "cohort-3"}
    assert trainer.post("/lti/scores/again", data=asked).status_code == 303
    statements()
    page = trainer.get("/lti/scores?assessment=m1-plan&cohort=cohort-3")
    assert "100 to send, 100 sent, 0 not taken." in page.text
    assert trainer.post("/lti/scores/again", data=asked).status_code == 409
    for stranger in (learners.ada, learners.hub, learners.admin, learners.morgan):
        assert browse(stranger).post("/lti/scores/again", data=asked).status_code == 403


def test_what_will_be_sent_is_shown_with_people_points_and_column(
    vle: Vle,
    release: Release,
    learners: People,
    browse: Callable[[int], FlaskClient],
    client: FlaskClient,
) -> None:
    release(PRIYA, "71.5")
    page = browse(learners.max).get("/lti/scores?assessment=m1-plan&cohort=cohort-3").text
    assert "1 to send, 0 sent, 0 not taken." in page
    assert "71.5 of 100" in page
    assert "Gradebook column known" in page
    assert "Training Programme 1 in Pretend VLE." in page
    made_later = {"scope": [*SCOPES, LINEITEM_SCOPE], "lineitems": LINE_ITEMS}
    vle.launch(client, TOMOS, **PLAN, **{AGS_ENDPOINT: made_later, RESOURCE_LINK: {"id": "9"}})
    page = browse(learners.max).get("/lti/scores?assessment=m1-plan&cohort=cohort-3").text
    assert "Found or made with the first mark" in page


def test_finished_scripts_are_shown_by_code_before_they_are_released(
    vle: Vle, learners: People, browse: Callable[[int], FlaskClient], app: Flask
) -> None:
    with app.app_context():
        code = finished_script(learners.ada_place, learners.max).code
        db.session.commit()
    page = browse(learners.max).get("/lti/scores?assessment=m1-plan&cohort=cohort-3").text
    assert "Sent when they are released" in page
    assert f"Script {code}" in page
    assert "Ada" not in page  # whose it is, is seen after the release


def test_a_mark_that_may_no_longer_be_sent_is_shown_and_never_blanked(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    learners: People,
    app: Flask,
    browse: Callable[[int], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release(PRIYA)
    sweep()
    release(TOMOS)
    vle.calls.clear()
    # The regulations let nothing go any more.
    monkeypatch.setattr(Catalogue, "all_regulations", lambda _self: ())
    assert sweep() == 0
    assert vle.calls == []
    assert vle.grades["p-priya"]["score"] == 62
    page = browse(learners.max).get("/lti/scores?assessment=m1-plan&cohort=cohort-3").text
    assert "Sent before, and not to be sent now" in page
    assert "Priya Example" in page
    assert "We never blank a mark there." in page


def test_the_vles_own_clock_is_used_when_it_refuses_ours(
    vle: Vle, release: Release, sweep: Sweep
) -> None:
    release(PRIYA)
    behind = clock.now().timestamp() - 90
    vle.answers["token"] = [
        Answered(
            400,
            '{"error": "Cannot handle token with iat prior to now"}',
            headers={"Date": formatdate(behind, usegmt=True)},
        )
    ]
    assert sweep() == 1
    first, second = vle.asked("/token")
    issued = [
        jwt.decode(call.form["client_assertion"], options={"verify_signature": False})["iat"]
        for call in (first, second)
    ]
    assert -96 <= issued[1] - issued[0] <= -88
    assert vle.grades["p-priya"]["score"] == 62
