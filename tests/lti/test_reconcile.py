"""Marks are read back: what differs is listed with both values, and decided by a person."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEntry
from lms.db import db
from lms.lti.models import MarkDifference, ResultCheck, ScoreDelivery
from lms.lti.rules.reconcile import Decision, Difference, difference, last_night
from lms.lti.rules.scores import Delivery
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.scoring import Later, Release, Sweep, row_of
from tests.vle import ISSUER, PRIYA, TOMOS, Answered, Vle

Browse = Callable[[int], FlaskClient]
Read = Callable[[], int]


@pytest.fixture
def read(app: Flask) -> Read:
    """Run the nightly reading once."""

    def run() -> int:
        with app.app_context():
            return run_sweep("reconcile")

    return run


@pytest.fixture
def sent(vle: Vle, release: Release, sweep: Sweep, later: Later) -> list[int]:
    """Two marks of 62 are in the VLE, and a night has passed."""
    results = [release(PRIYA), release(TOMOS)]
    assert sweep() == 2
    vle.calls.clear()
    later(timedelta(days=1))
    return results


def _differences(app: Flask) -> list[tuple[str, str, str, str | None]]:
    with app.app_context():
        rows = db.session.scalars(select(MarkDifference).order_by(MarkDifference.id)).all()
        return [(row.kind, row.ours, row.theirs, row.decision) for row in rows]


def _page(browser: FlaskClient) -> str:
    return browser.get("/lti/scores?assessment=m1-plan&cohort=cohort-3").text


def _difference_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(MarkDifference.id)).one()


def _decide(browser: FlaskClient, app: Flask, decision: str, reason: str = "") -> int:
    return browser.post(
        f"/lti/scores/differences/{_difference_id(app)}",
        data={"decision": decision, "reason": reason},
    ).status_code


def test_every_night_the_whole_column_is_read_in_one_go(
    vle: Vle, sent: list[int], read: Read, app: Flask, later: Later
) -> None:
    assert read() == 1
    [call] = vle.asked("/results")
    assert call.url == f"{ISSUER}/services/2/lineitems/7/lineitem/results?type_id=1"
    assert call.method == "GET"
    assert _differences(app) == []
    with app.app_context():
        assert db.session.scalars(select(ResultCheck)).one().checked_at is not None
    assert read() == 0  # once a night
    later(timedelta(days=1))
    assert read() == 1


def test_before_the_first_night_nothing_is_read(
    vle: Vle, release: Release, sweep: Sweep, read: Read
) -> None:
    release(PRIYA)
    sweep()
    assert read() == 0


def test_a_mark_that_was_overridden_is_listed_with_both_values_and_not_overwritten(
    vle: Vle,
    sent: list[int],
    read: Read,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Browse,
    later: Later,
) -> None:
    vle.grades["p-priya"]["score"] = 70.5
    read()
    assert _differences(app) == [("another mark", "62 of 100", "70.5 of 100", None)]
    assert sweep() == 0
    assert vle.asked("/scores") == []
    assert vle.grades["p-priya"]["score"] == 70.5
    page = _page(browse(learners.max))
    assert "We sent 62 of 100. The VLE holds 70.5 of 100." in page
    assert "Priya Example" in page
    later(timedelta(days=1))
    read()
    assert len(_differences(app)) == 1
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry.act)).all()
        assert acts.count("found a difference in the VLE") == 1


def test_theirs_is_kept_with_who_and_why_and_not_shown_again_until_it_changes(
    vle: Vle,
    sent: list[int],
    read: Read,
    app: Flask,
    learners: People,
    browse: Browse,
    later: Later,
) -> None:
    vle.grades["p-priya"]["score"] = 70
    read()
    trainer = browse(learners.max)
    assert _decide(trainer, app, "keep theirs") == 400  # a reason is needed
    assert _decide(trainer, app, "something else", "why") == 400
    assert _decide(trainer, app, "keep theirs", "x" * 501) == 400
    assert _differences(app)[0][3] is None
    assert _decide(trainer, app, "keep theirs", "The board raised it by minute 7.") == 303
    page = _page(trainer)
    assert "The VLE’s mark stands" in page
    assert "The board raised it by minute 7." in page
    assert "Max Example" in page
    assert _decide(trainer, app, "keep theirs", "again") == 409
    later(timedelta(days=1))
    read()
    assert _differences(app)[0][3] == Decision.KEEP
    vle.grades["p-priya"]["score"] = 71
    later(timedelta(days=1))
    read()
    assert _differences(app) == [("another mark", "62 of 100", "71 of 100", None)]
    with app.app_context():
        [entry] = [
            one
            for one in db.session.scalars(select(AuditEntry)).all()
            if one.act == "decided a difference in the VLE: keep theirs"
        ]
        assert entry.detail is not None
        assert entry.detail["reason"] == "The board raised it by minute 7."


def test_ours_is_sent_again_when_somebody_says_so(
    vle: Vle,
    sent: list[int],
    read: Read,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Browse,
    later: Later,
) -> None:
    vle.grades["p-priya"]["score"] = 70
    read()
    assert _decide(browse(learners.max), app, "send ours again") == 303
    assert sweep() == 1
    assert vle.grades["p-priya"]["score"] == 62
    assert row_of(app, sent[0]).status is Delivery.SENT
    assert "Ours was sent again" in _page(browse(learners.max))
    vle.grades["p-priya"]["score"] = 70  # as Moodle does while an override stands
    later(timedelta(days=1))
    read()
    assert _differences(app)[0][3] is None


def test_somebody_missing_there_is_listed(
    vle: Vle, sent: list[int], read: Read, app: Flask, learners: People, browse: Browse
) -> None:
    del vle.grades["p-tomos"]
    read()
    assert _differences(app) == [("no mark", "62 of 100", "", None)]
    assert "The VLE holds no mark" in _page(browse(learners.max))


def test_a_column_that_is_gone_is_one_difference_for_all_its_marks(
    vle: Vle,
    sent: list[int],
    read: Read,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Browse,
) -> None:
    vle.answers["results"] = [Answered(404)]
    read()
    assert len(_differences(app)) == 2
    trainer = browse(learners.max)
    page = _page(trainer)
    assert "2 marks were sent to it" in page
    assert page.count("Why theirs stands") == 1
    with app.app_context():
        one = db.session.scalars(select(MarkDifference.id).order_by(MarkDifference.id)).first()
    answer = trainer.post(
        f"/lti/scores/differences/{one}",
        data={"decision": "keep theirs", "reason": "The course is closed."},
    )
    assert answer.status_code == 303
    assert [row[3] for row in _differences(app)] == [Decision.KEEP, Decision.KEEP]
    assert sweep() == 0


def test_what_was_mended_in_the_vle_is_no_longer_listed(
    vle: Vle, sent: list[int], read: Read, app: Flask, later: Later
) -> None:
    vle.grades["p-priya"]["score"] = 70
    read()
    vle.grades["p-priya"]["score"] = 62
    later(timedelta(days=1))
    read()
    assert _differences(app) == []


def test_a_mark_that_was_sent_again_while_we_read_is_not_compared(
    vle: Vle, sent: list[int], read: Read, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = vle._results

    def meanwhile(call: Any) -> Answered:
        with app.app_context():
            row = db.session.scalars(select(ScoreDelivery).order_by(ScoreDelivery.id)).first()
            assert row is not None
            row.sent_at = clock.now()
            db.session.commit()
        return usual(call)

    monkeypatch.setattr(vle, "_results", meanwhile)
    vle.grades["p-priya"]["score"] = 70
    read()
    assert _differences(app) == []


@pytest.mark.parametrize(
    "answer",
    [
        Answered(503),
        Answered(429, headers={"Retry-After": "5"}),
        Answered(500),
        Answered(200, "no list"),
        Answered(200, "{}"),
        requests.ConnectionError(),
        Answered(200, "[]", headers={"Link": '<https://other.test/r>; rel="next"'}),
    ],
)
def test_what_cannot_be_read_whole_tells_nothing_and_is_read_later(
    vle: Vle, sent: list[int], read: Read, app: Flask, later: Later, answer: Any
) -> None:
    vle.answers["results"] = [answer]
    read()
    assert _differences(app) == []
    assert all(call.url.startswith(ISSUER) for call in vle.calls)
    later(timedelta(seconds=15))
    assert read() == 1
    with app.app_context():
        check = db.session.scalars(select(ResultCheck)).one()
        assert (check.attempts, check.last_error) == (0, None)


def test_all_pages_are_read(vle: Vle, sent: list[int], read: Read, app: Flask) -> None:
    first = f"{ISSUER}/services/2/lineitems/7/lineitem/results?type_id=1"
    rows = [{"userId": who, "resultScore": 62, "resultMaximum": 100} for who in vle.grades]
    vle.answers["results"] = [
        Answered(200, json.dumps(rows[:1]), headers={"Link": f'<{first}&page=2>; rel="next"'}),
        Answered(200, json.dumps(rows[1:])),
    ]
    read()
    assert len(vle.asked("/results")) == 2
    assert _differences(app) == []


def test_a_vle_without_end_is_not_read_for_ever(
    vle: Vle, sent: list[int], read: Read, app: Flask
) -> None:
    page = f"{ISSUER}/services/2/lineitems/7/lineitem/results?page="
    vle.answers["results"] = [
        Answered(200, "[]", headers={"Link": f'<{page}{number}>; rel="next"'})
        for number in range(200)
    ]
    read()
    assert len(vle.asked("/results")) == 50
    assert _differences(app) == []


def test_leave_to_read_that_is_missing_is_said_plainly(
    vle: Vle, sent: list[int], read: Read, learners: People, browse: Browse
) -> None:
    vle.answers["results"] = [Answered(400), Answered(400)]
    read()
    assert "does not let us read its marks" in _page(browse(learners.max))


def test_somebody_asks_for_it_now(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    read: Read,
    app: Flask,
    learners: People,
    browse: Browse,
    later: Later,
) -> None:
    release(PRIYA)
    sweep()
    vle.grades["p-priya"]["score"] = 1
    trainer = browse(learners.max)
    asked = {"assessment": "m1-plan", "cohort": "cohort-3"}
    assert trainer.post("/lti/scores/read-back", data=asked).status_code == 303
    assert "The marks are being read." in _page(trainer)
    assert read() == 1
    assert len(_differences(app)) == 1
    assert read() == 0
    for stranger in (learners.ada, learners.hub, learners.admin, learners.morgan):
        assert browse(stranger).post("/lti/scores/read-back", data=asked).status_code == 403
    elsewhere = asked | {"cohort": "cohort-2"}
    assert trainer.post("/lti/scores/read-back", data=elsewhere).status_code == 404


def test_the_command_reads_every_column(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    release(PRIYA)
    sweep()
    result = app.test_cli_runner().invoke(args=["lti", "reconcile"])
    assert "1 gradebook columns were read" in result.output


def test_only_those_who_release_there_decide(
    vle: Vle, sent: list[int], read: Read, app: Flask, learners: People, browse: Browse
) -> None:
    vle.grades["p-priya"]["score"] = 70
    read()
    for stranger in (learners.ada, learners.hub, learners.admin, learners.morgan):
        assert _decide(browse(stranger), app, "send ours again") == 403
    address = "/lti/scores/differences/999"
    answer = browse(learners.max).post(address, data={"decision": "send ours again"})
    assert answer.status_code == 404
    assert _differences(app)[0][3] is None


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (None, (Difference.NO_MARK, "")),
        ({}, (Difference.NO_MARK, "")),
        ({"resultScore": None}, (Difference.NO_MARK, "")),
        ({"resultScore": True}, (Difference.NO_MARK, "")),
        ({"resultScore": [1]}, (Difference.NO_MARK, "")),
        ({"resultScore": "NaN"}, (Difference.NO_MARK, "")),
        ({"resultScore": 1e300}, (Difference.NO_MARK, "")),
        ({"resultScore": 6.2, "resultMaximum": 10}, None),
        ({"resultScore": 0.62}, None),
        ({"resultScore": 62, "resultMaximum": 100}, None),
        ({"resultScore": 100, "resultMaximum": 100}, (Difference.MARK, "100 of 100")),
        ({"resultScore": 0, "resultMaximum": 100}, (Difference.MARK, "0 of 100")),
    ],
)
def test_what_differs(held: dict[str, Any] | None, expected: object) -> None:
    assert difference(held, points=Decimal(62), maximum=Decimal(100)) == expected


def test_the_night_is_londons() -> None:
    summer = datetime(2026, 7, 1, 1, 31, tzinfo=UTC)
    assert last_night(summer) == datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
    winter = datetime(2026, 12, 1, 2, 29, tzinfo=UTC)
    assert last_night(winter) == datetime(2026, 11, 30, 2, 30, tzinfo=UTC)
