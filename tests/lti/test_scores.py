"""Released marks on their way to the VLE's gradebook."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jwt import PyJWK
from sqlalchemy import select

from lms import clock
from lms.assessments.models import ResultRow, Submission
from lms.db import db
from lms.lti.models import AccessToken, Launch, ScoreDelivery
from lms.lti.platform.scores import Gradebook
from lms.lti.rules import scores as rules
from lms.lti.rules.claims import AGS_ENDPOINT, CUSTOM, RESOURCE_LINK, RESULT_SCOPE, SCORE_SCOPE
from lms.lti.rules.scores import Delivery
from lms.lti.service import scores as scores_service
from lms.people.models import Enrolment
from lms.tasks import run_sweep
from tests.conftest import People
from tests.factories import ResultFactory, SubmissionFactory, made
from tests.vle import (
    IMOGEN,
    ISSUER,
    LINE_ITEM,
    PRIYA,
    SCOPES,
    TOMOS,
    Answered,
    Person,
    Vle,
    suspend,
)

PLAN = {CUSTOM: {"lms_target": "assessments/m1-plan"}}
Release = Callable[..., int]


@pytest.fixture
def learners(vle: Vle, course: People, client: FlaskClient) -> People:
    """Priya and Tomos have opened the assessment from the VLE."""
    vle.launch(client, PRIYA, **PLAN)
    vle.launch(client, TOMOS, **PLAN)
    vle.calls.clear()
    return course


@pytest.fixture
def release(app: Flask, learners: People) -> Release:
    """`release(person, "62")`: a result is released; again, and it is a correction."""

    def released(person: Person, points: str = "62") -> int:
        with app.app_context():
            place = db.session.scalar(
                select(Enrolment)
                .join(Launch, Launch.user_id == Enrolment.user_id)
                .join(db.metadata.tables["vle_identities"], _of(person))
            )
            assert place is not None
            script = db.session.scalar(
                select(Submission).where(Submission.enrolment_id == place.id)
            ) or made(SubmissionFactory, enrolment_id=place.id)
            before = db.session.scalars(
                select(ResultRow).where(ResultRow.enrolment_id == place.id)
            ).all()
            row = made(
                ResultFactory,
                enrolment_id=place.id,
                submission_id=script.id,
                sequence=len(before) + 1,
                points=Decimal(points),
                released_by=learners.max,
            )
            db.session.commit()
            return int(row.id)

    return released


def _of(person: Person) -> Any:
    identities = db.metadata.tables["vle_identities"]
    return (identities.c.user_id == Launch.user_id) & (identities.c.subject == person.sub)


@pytest.fixture
def sweep(app: Flask) -> Callable[[], int]:
    """Run the worker's sweep once."""

    def run() -> int:
        with app.app_context():
            return run_sweep("scores")

    return run


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """`later(minutes=…)`: time passes."""
    travellers = []

    def pass_time(by: timedelta) -> None:
        traveller = time_machine.travel(clock.now() + by)
        traveller.start()
        travellers.append(traveller)

    yield pass_time
    for traveller in reversed(travellers):
        traveller.stop()


Sweep = Callable[[], int]
Later = Callable[[timedelta], None]
LONG = timedelta(hours=1)


def _row(app: Flask, result_id: int) -> ScoreDelivery:
    with app.app_context():
        row = db.session.scalars(
            select(ScoreDelivery).where(ScoreDelivery.result_id == result_id)
        ).one()
        db.session.expunge(row)
        return row


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- sent ---


def test_a_released_mark_is_sent_as_moodle_wants_it(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA, "62.50")
    before = clock.now()

    assert sweep() == 1

    [call] = vle.asked("/scores")
    assert call.url == f"{ISSUER}/services/2/lineitems/7/lineitem/scores?type_id=1"
    assert call.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert call.headers["Authorization"] == "Bearer token-1"
    assert call.headers["User-Agent"].startswith("imsa-lms")
    sent = call.json
    timestamp = sent.pop("timestamp")
    assert sent == {
        "userId": "p-priya",
        "scoreGiven": 62.5,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": rules.COMMENT,
    }
    assert before <= _moment(timestamp) <= clock.now()
    row = _row(app, result)
    assert (row.status, row.attempts, row.last_error) == (Delivery.SENT, 1, None)
    assert row.sent_at is not None
    assert sweep() == 0
    assert len(vle.asked("/scores")) == 1


def test_the_token_is_asked_for_with_our_assertion_and_kept(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, client: FlaskClient
) -> None:
    release(PRIYA)
    release(TOMOS)
    now = int(clock.now().timestamp())
    assert sweep() == 2

    [asked] = vle.asked("/token")
    form = asked.form
    assert form["grant_type"] == "client_credentials"
    assert form["scope"].split() == sorted(SCOPES)
    key = PyJWK(client.get("/lti/jwks.json").get_json()["keys"][0])
    assertion = jwt.decode(
        form["client_assertion"], key, algorithms=["RS256"], audience=f"{ISSUER}/token"
    )
    assert assertion["iss"] == assertion["sub"] == "tool-client"
    assert assertion["iat"] <= now - 3  # Moodle has no leeway
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == key.key_id
    with app.app_context():
        kept = db.session.scalars(select(AccessToken)).one()
        assert "token-1" not in kept.sealed_token


def test_a_token_near_its_end_is_not_used(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA)
    sweep()
    release(TOMOS)
    later(timedelta(minutes=59, seconds=1))
    sweep()
    assert len(vle.asked("/token")) == 2


def test_two_clients_of_one_issuer_do_not_share_a_token(
    vle: Vle, release: Release, sweep: Sweep, client: FlaskClient, app: Flask, learners: People
) -> None:
    release(PRIYA)
    sweep()
    other = vle.register(client_id="another-school")
    vle.link(learners.cohort)
    begun = vle.begin(client, client_id="another-school")
    fern = Person("p-fern", "Fern Fictive")
    claims = vle.claims(fern, begun.nonce, aud="another-school", **PLAN)
    vle.post(client, vle.token(claims), begun.state)
    release(fern)
    sweep()
    with app.app_context():
        tokens = db.session.scalars(select(AccessToken.platform_id)).all()
    assert other in tokens
    assert len(set(tokens)) == 2


@pytest.mark.parametrize(
    "audience", [None, "https://api.vle.test/auth/token"]
)  # D2L names its audience
def test_the_audience_is_the_token_address_or_the_one_registered(
    vle: Vle, release: Release, sweep: Sweep, audience: str | None
) -> None:
    vle.register(auth_audience=audience)
    release(PRIYA)
    sweep()
    sent = jwt.decode(
        vle.asked("/token")[0].form["client_assertion"], options={"verify_signature": False}
    )
    assert sent["aud"] == (audience or f"{ISSUER}/token")


def test_a_correction_is_sent_again_with_a_later_time_and_the_old_one_is_not(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    first = release(PRIYA, "55")
    sweep()
    second = release(PRIYA, "62")
    later(timedelta(seconds=2))
    assert sweep() == 1
    given = [call.json["scoreGiven"] for call in vle.asked("/scores")]
    times = [_moment(call.json["timestamp"]) for call in vle.asked("/scores")]
    assert given == [55, 62]
    assert times[1].replace(microsecond=0) > times[0].replace(microsecond=0)
    assert [_row(app, one).status for one in (first, second)] == [Delivery.SENT] * 2


def test_within_one_second_the_second_score_waits_for_the_next(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    start = (clock.now() + timedelta(seconds=1)).replace(microsecond=100_000)
    with time_machine.travel(start, tick=False):
        release(PRIYA, "55")
        sweep()
    with time_machine.travel(start + timedelta(milliseconds=800), tick=False):
        result = release(PRIYA, "62")
        assert sweep() == 0
        assert sweep() == 0
    with time_machine.travel(start + timedelta(milliseconds=950), tick=False):
        assert sweep() == 1
    assert [call.json["scoreGiven"] for call in vle.asked("/scores")] == [55, 62]
    assert _row(app, result).attempts == 1


def test_an_older_version_that_never_went_is_not_sent_after_a_newer(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA, "55")
    vle.answers["scores"] = [Answered(503)]
    sweep()
    release(PRIYA, "62")
    later(LONG)
    assert sweep() == 1
    assert vle.grades["p-priya"]["score"] == 62


def test_every_score_is_final_whatever_happens(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA, "0")
    release(TOMOS)
    vle.answers["scores"] = [Answered(500), Answered(409), requests.Timeout(), Answered(429)]
    for _ in range(4):
        sweep()
        later(LONG)
    assert len(vle.asked("/scores")) >= 5
    for call in vle.asked("/scores"):
        assert call.json["gradingProgress"] == "FullyGraded"
        assert "scoreGiven" in call.json
        assert call.json["comment"]


# --- not sent ---


def test_without_a_gradebook_column_or_leave_nothing_is_sent(
    vle: Vle, course: People, client: FlaskClient, app: Flask, sweep: Sweep
) -> None:
    for endpoint in (None, {"scope": SCOPES}, {"scope": [RESULT_SCOPE], "lineitem": LINE_ITEM}):
        vle.launch(client, PRIYA, **PLAN, **{AGS_ENDPOINT: endpoint})
    with app.app_context():
        place = db.session.scalars(
            select(Enrolment).where(Enrolment.id != course.ada_place).order_by(Enrolment.id.desc())
        ).first()
        assert place is not None
        script = made(SubmissionFactory, enrolment_id=place.id)
        made(
            ResultFactory,
            enrolment_id=place.id,
            submission_id=script.id,
            released_by=course.max,
        )
        db.session.commit()
    assert sweep() == 0
    vle.launch(
        client, PRIYA, **PLAN, **{AGS_ENDPOINT: {"scope": [SCORE_SCOPE], "lineitem": LINE_ITEM}}
    )
    assert sweep() == 1


def test_a_suspended_platform_is_sent_nothing_until_it_is_active_again(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    release(PRIYA)
    suspend(app, vle.platform_id)
    assert sweep() == 0
    with app.app_context():
        from lms.lti.service.platforms import resume_platform

        resume_platform(vle.platform_id, now=clock.now())
        db.session.commit()
    assert sweep() == 1


def test_two_activities_with_one_column_get_the_score_once(
    vle: Vle, release: Release, sweep: Sweep, client: FlaskClient
) -> None:
    vle.launch(client, PRIYA, **PLAN, **{RESOURCE_LINK: {"id": "a copy"}})
    release(PRIYA)
    assert sweep() == 1


# --- what the VLE answers ---

OUTCOMES: dict[str, tuple[Answered | Exception, Delivery, str | None]] = {
    "200 and nothing": (Answered(200, ""), Delivery.SENT, None),
    "200 and no JSON": (Answered(200, "<html>thanks</html>"), Delivery.SENT, None),
    "204": (Answered(204), Delivery.SENT, None),
    "teacher in Moodle": (
        Answered(400, "[]", "Incorrect score"),
        Delivery.REFUSED,
        rules.NOT_TAKEN,
    ),
    "not in the course": (
        Answered(400, "User could not be found: p-priya"),
        Delivery.REFUSED,
        rules.NOT_IN_COURSE,
    ),
    "not enrolled": (
        Answered(403, "User is not enrolled in the org unit"),
        Delivery.REFUSED,
        rules.NOT_IN_COURSE,
    ),
    "column deleted": (Answered(404), Delivery.REFUSED, rules.NO_COLUMN),
    "rate limit": (Answered(429), Delivery.WAITING, rules.SLOW_DOWN),
    "rate limit of Canvas": (
        Answered(403, "403 Forbidden (Rate Limit Exceeded)"),
        Delivery.WAITING,
        rules.SLOW_DOWN,
    ),
    "locked grade in Moodle": (Answered(500), Delivery.WAITING, rules.IN_TROUBLE),
    "down": (Answered(503), Delivery.WAITING, rules.DOWN),
    "redirect": (
        Answered(302, headers={"Location": "https://other.test/"}),
        Delivery.WAITING,
        rules.MOVED,
    ),
    "time out": (requests.Timeout(), Delivery.WAITING, rules.UNREACHABLE),
    "no name": (requests.ConnectionError(), Delivery.WAITING, rules.UNREACHABLE),
    "huge": (Answered(200, "x" * 600_000), Delivery.WAITING, rules.UNREACHABLE),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_answer_is_settled(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, name: str
) -> None:
    answer, status, words = OUTCOMES[name]
    result = release(PRIYA)
    vle.answers["scores"] = [answer]
    assert sweep() == 1
    row = _row(app, result)
    assert (row.status, row.last_error) == (status, words)
    assert row.leased_until is None
    assert sweep() == 0
    assert all("other.test" not in call.url for call in vle.calls)


@pytest.mark.parametrize(
    "name", [name for name, row in OUTCOMES.items() if row[1] is Delivery.WAITING]
)
def test_what_waits_is_sent_when_the_vle_is_well_again(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask, name: str
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [OUTCOMES[name][0]]
    sweep()
    later(timedelta(seconds=13))
    assert sweep() == 1
    row = _row(app, result)
    assert (row.status, row.attempts, row.last_error) == (Delivery.SENT, 2, None)
    assert vle.grades["p-priya"]["score"] == 62


@pytest.mark.parametrize(
    ("answer", "tried"),
    [(requests.Timeout(), 1), (Answered(503), 1), (Answered(401), 2), (Answered(500), 2)],
)
def test_a_vle_that_is_out_of_order_is_tried_once_and_one_locked_mark_stops_nobody(
    vle: Vle, release: Release, sweep: Sweep, answer: Answered | Exception, tried: int
) -> None:
    release(PRIYA)
    release(TOMOS)
    vle.answers["scores"] = [answer, answer]
    sweep()
    assert len(vle.asked("/scores")) == tried


def test_the_pause_the_vle_asks_for_is_kept(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA)
    release(TOMOS)
    vle.answers["scores"] = [Answered(429, headers={"Retry-After": "600"})]
    sweep()
    later(timedelta(seconds=590))
    assert sweep() == 0
    later(timedelta(seconds=170))
    assert sweep() == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_taken_is_dropped_and_asked_for_once_more(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask, status: int
) -> None:
    release(TOMOS)
    sweep()
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(status, "Invalid token signature.")]
    assert sweep() == 1
    assert _row(app, result).status is Delivery.SENT
    assert [call.headers["Authorization"] for call in vle.asked("/scores")] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_second_token_that_is_not_taken_waits(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(401), Answered(401)]
    sweep()
    row = _row(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, rules.NO_LEAVE)
    assert len(vle.asked("/scores")) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answered(400, '{"error": "invalid_scope"}'), rules.NO_LEAVE),
        (Answered(400, '{"error": "Expired token"}'), rules.NO_LEAVE),
        (Answered(401), rules.NO_LEAVE),
        (Answered(404), rules.NO_LEAVE),
        (Answered(503), rules.DOWN),
        (Answered(200, "not JSON"), rules.DOWN),
        (Answered(200, "[]"), rules.DOWN),
        (Answered(200, '{"access_token": 7}'), rules.DOWN),
        (Answered(200, "[" * 100_000), rules.DOWN),
        (Answered(200, '{"access_token": "a\\nb"}'), rules.DOWN),
        (Answered(302, headers={"Location": "https://other.test"}), rules.MOVED),
        (requests.Timeout(), rules.UNREACHABLE),
    ],
)
def test_without_a_token_the_score_waits(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    answer: Answered | Exception,
    words: str,
) -> None:
    result = release(PRIYA)
    vle.answers["token"] = [answer]
    sweep()
    row = _row(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, words)
    assert vle.asked("/scores") == []
    later(timedelta(seconds=26))
    sweep()
    assert _row(app, result).status is Delivery.SENT


# --- lost answers, crashes, several workers ---


def test_an_answer_that_was_lost_is_found_by_reading_back(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA)
    vle.grades["p-priya"] = {
        "at": clock.now() + timedelta(hours=1),
        "score": 62.0,
    }  # it had arrived
    sweep()
    [read] = vle.asked("/results")
    assert read.url == f"{ISSUER}/services/2/lineitems/7/lineitem/results?type_id=1&user_id=p-priya"
    assert read.headers["Accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
    assert _row(app, result).status is Delivery.SENT


@pytest.mark.parametrize(
    "answer",
    [
        Answered(200, json.dumps([{"userId": "p-priya", "resultScore": 70, "resultMaximum": 100}])),
        Answered(200, json.dumps([{"userId": "another", "resultScore": 62, "resultMaximum": 100}])),
        Answered(200, "[]"),
        Answered(200, "rubbish"),
        Answered(200, "[" * 100_000),
        Answered(403),
        requests.Timeout(),
    ],
)
def test_what_is_not_read_back_as_equal_is_not_taken_for_sent(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, answer: Answered | Exception
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(400, "Score already exists for the provided timestamp")]
    vle.answers["results"] = [answer]
    sweep()
    row = _row(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, rules.NEWER_THERE)


class Killed(BaseException):
    """The worker dies here."""


def test_a_worker_that_dies_after_sending_loses_nothing_and_sends_no_older_time(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = release(PRIYA)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(scores_service, "settle", die)
        with pytest.raises(Killed):
            sweep()
    assert vle.grades["p-priya"]["score"] == 62
    row = _row(app, result)
    assert row.status is Delivery.WAITING
    assert row.leased_until is not None
    assert sweep() == 0  # it may still be alive

    later(timedelta(minutes=3))
    assert sweep() == 1
    times = [_moment(call.json["timestamp"]) for call in vle.asked("/scores")]
    assert times[1] > times[0]
    assert _row(app, result).status is Delivery.SENT


def test_a_worker_that_dies_before_sending_loses_nothing(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = release(PRIYA)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(Gradebook, "post_score", die)
        with pytest.raises(Killed):
            sweep()
    assert vle.grades == {}
    later(timedelta(minutes=3))
    sweep()
    assert _row(app, result).status is Delivery.SENT


def test_a_worker_whose_lease_was_lost_settles_nothing(
    vle: Vle, release: Release, app: Flask
) -> None:
    from lms.db import db_writes
    from lms.lti.queries.scores import due_scores
    from lms.lti.rules.scores import Answer, Verdict
    from lms.lti.service import scores as service

    result = release(PRIYA)
    with app.app_context(), db_writes():
        now = clock.now()
        [due] = due_scores(now)
        slow = service.claim(due, now=now)
        db.session.commit()
        assert slow is not None
        assert due_scores(now) == []
        assert service.claim(due, now=now) is None
        db.session.rollback()
        after = now + timedelta(minutes=3)
        quick = service.claim(due, now=after)
        assert quick is not None
        assert quick.timestamp > slow.timestamp
        db.session.commit()
        service.settle(slow, Verdict(Answer.FINAL, "too late"), now=after, jitter=0)
        db.session.commit()
        assert _row(app, result).status is Delivery.WAITING
        service.settle(quick, Verdict(Answer.TAKEN), now=after, jitter=0)
        db.session.commit()
    assert _row(app, result).status is Delivery.SENT


def test_one_column_has_one_sender(vle: Vle, release: Release, app: Flask) -> None:
    from lms.db import db_writes
    from lms.lti.queries.scores import due_scores
    from lms.lti.service import scores as service

    release(PRIYA)
    release(TOMOS)
    with app.app_context(), db_writes():
        now = clock.now()
        one, two = due_scores(now)
        assert service.claim(one, now=now) is not None
        db.session.commit()
        assert service.claim(two, now=now) is None
        db.session.rollback()


def test_two_workers_at_once_send_each_score_once(vle: Vle, release: Release, app: Flask) -> None:
    release(PRIYA)
    release(TOMOS)
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        for _ in range(3):
            with app.app_context():
                run_sweep("scores")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(call.json["userId"] for call in vle.asked("/scores")) == ["p-priya", "p-tomos"]


# --- the page ---


def _page(client: FlaskClient) -> str:
    page = client.get("/lti/scores?assessment=m1-plan&cohort=cohort-3")
    assert page.status_code == 200
    return page.text


def test_a_trainer_sees_how_far_each_mark_has_come_and_sends_one_again(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Callable[[int], FlaskClient],
) -> None:
    trainer = browse(learners.max)
    assert "No result of this assessment has been released" in _page(trainer)
    release(PRIYA)
    refused = release(TOMOS)
    assert _page(trainer).count("Waiting") == 2
    vle.answers["scores"] = [Answered(200), Answered(400, "User could not be found: p-tomos")]
    sweep()
    page = _page(trainer)
    assert "Sent " in page
    assert "Not taken by the VLE" in page
    assert "Enrol them in the VLE" in page

    again = trainer.post(f"/lti/scores/{_row(app, refused).id}/again")
    assert again.status_code == 303
    assert again.location == "/lti/scores?assessment=m1-plan&cohort=cohort-3"
    assert trainer.post(f"/lti/scores/{_row(app, refused).id}/again").status_code == 409
    with time_machine.travel(clock.now() + timedelta(seconds=2)):
        assert sweep() == 1
    assert _row(app, refused).status is Delivery.SENT


def test_somebody_who_never_came_from_the_vle_is_shown_so(
    vle: Vle, course: People, app: Flask, browse: Callable[[int], FlaskClient], sweep: Sweep
) -> None:
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=course.ada_place)
        made(
            ResultFactory,
            enrolment_id=course.ada_place,
            submission_id=script.id,
            released_by=course.max,
        )
        db.session.commit()
    assert sweep() == 0
    assert "has not come here from the VLE yet" in _page(browse(course.max))


def test_the_page_and_sending_again_are_for_those_who_release_there(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Callable[[int], FlaskClient],
    client: FlaskClient,
) -> None:
    refused = release(PRIYA)
    vle.answers["scores"] = [Answered(400)]
    sweep()
    address = "/lti/scores?assessment=m1-plan&cohort="
    for user_id in (learners.ada, learners.hub, learners.admin, learners.morgan):
        assert browse(user_id).get(address + "cohort-3").status_code == 403
    trainer = browse(learners.max)
    assert trainer.get(address + "cohort-2").status_code == 404
    assert trainer.get("/lti/scores?assessment=none&cohort=cohort-3").status_code == 404
    assert trainer.post("/lti/scores/999/again").status_code == 404
    other = vle.launch(client, IMOGEN)  # an instructor, but let her be of another cohort
    assert other.status_code == 303
    with app.app_context():
        from lms.people.models import RoleHeld

        held = db.session.scalars(select(RoleHeld).order_by(RoleHeld.id.desc())).first()
        assert held is not None
        held.cohort_id = learners.other_cohort
        db.session.commit()
        stranger = held.user_id
    post = browse(stranger).post(f"/lti/scores/{_row(app, refused).id}/again")
    assert post.status_code == 404
    assert _row(app, refused).status is Delivery.REFUSED


def test_the_page_asks_as_much_for_many_as_for_few(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    learners: People,
    browse: Callable[[int], FlaskClient],
    statements: Callable[[], int],
) -> None:
    trainer = browse(learners.max)
    release(PRIYA)
    sweep()
    statements()
    _page(trainer)
    few = statements()
    release(TOMOS)
    sweep()
    statements()
    _page(trainer)
    assert statements() == few <= 12


# --- being woken ---


def _woken(app: Flask) -> int:
    return len(app.extensions["lms.huey"].pending())


def test_when_one_score_is_taken_those_that_waited_for_the_vle_go_at_once(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    waited = release(PRIYA)
    for _ in range(5):
        vle.answers["scores"] = [Answered(503)]
        sweep()
        later(LONG)
    vle.answers["scores"] = [Answered(503)]
    sweep()
    assert _row(app, waited).due_at - clock.now() > timedelta(minutes=5)
    release(TOMOS)
    later(timedelta(seconds=2))
    assert sweep() == 1
    assert sweep() == 1
    assert _row(app, waited).status is Delivery.SENT


def test_the_worker_is_woken_for_the_next_try_and_not_for_what_was_replaced(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    release(PRIYA, "55")
    vle.answers["scores"] = [Answered(503)]
    sweep()
    assert _woken(app) == 1
    release(PRIYA, "62")
    later(timedelta(seconds=30))
    assert sweep() == 1
    sweep()
    assert _woken(app) == 1
