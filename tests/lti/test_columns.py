"""Gradebook columns that a launch did not name: found, or made once, and never harmed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import ColumnSearch, ResourceLink
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    LINEITEM_READ_SCOPE,
    LINEITEM_SCOPE,
    RESOURCE_LINK,
)
from lms.lti.rules.columns import TAG, Wanted, pick
from lms.lti.rules.scores import Delivery
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.scoring import PLAN, Later, Release, Sweep, row_of
from tests.together import together
from tests.vle import ISSUER, LINE_ITEM, LINE_ITEMS, PRIYA, SCOPES, TOMOS, Answered, Vle

ALL = [*SCOPES, LINEITEM_SCOPE, LINEITEM_READ_SCOPE]
NO_COLUMN = {AGS_ENDPOINT: {"scope": ALL, "lineitems": LINE_ITEMS}}


@pytest.fixture
def learners(vle: Vle, course: People, client: FlaskClient) -> People:
    """Priya and Tomos came from an activity without a column (instead of the usual fixture)."""
    vle.launch(client, PRIYA, **PLAN, **NO_COLUMN)
    vle.launch(client, TOMOS, **PLAN, **NO_COLUMN)
    vle.calls.clear()
    return course


def _link(app: Flask) -> ResourceLink:
    with app.app_context():
        link = db.session.scalars(select(ResourceLink)).one()
        db.session.expunge(link)
        return link


def test_a_column_is_made_once_tied_to_its_activity_and_the_mark_goes_there(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    assert sweep() == 0
    assert vle.calls == []  # nothing is made before a mark needs it
    first, second = release(PRIYA), release(TOMOS)
    assert sweep() == 2
    posts = [call for call in vle.asked("/lineitems") if call.method == "POST"]
    assert [call.json for call in posts] == [
        {
            "label": "Advocacy plan and critical rationale",
            "scoreMaximum": 100,
            "resourceId": "m1-plan",
            "tag": TAG,
            "resourceLinkId": "1",
        }
    ]
    assert posts[0].url == LINE_ITEMS
    assert posts[0].headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
    reads = [call for call in vle.asked("/lineitems") if call.method == "GET"]
    assert reads[0].headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    assert "limit" not in reads[0].url  # Moodle's Link header is malformed
    assert _link(app).lineitem_url == f"{ISSUER}/services/2/lineitems/100/lineitem?type_id=1"
    assert {row_of(app, one).status for one in (first, second)} == {Delivery.SENT}
    assert {call.method for call in vle.calls} <= {"GET", "POST"}  # never PUT, never DELETE
    vle.calls.clear()
    assert sweep() == 0
    assert vle.calls == []


def test_a_column_that_is_there_is_found_and_none_is_made(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    vle.columns = [
        {"id": f"{ISSUER}/services/2/lineitems/3", "resourceId": "other", "resourceLinkId": "9"},
        {"id": LINE_ITEM, "resourceId": "", "tag": "", "resourceLinkId": "1"},
    ]
    release(PRIYA)
    assert sweep() == 1
    assert _link(app).lineitem_url == LINE_ITEM
    assert all(call.method == "GET" for call in vle.asked("/lineitems"))


def test_a_worker_that_died_after_making_it_finds_it_again(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA)
    vle.answers["lineitems"] = [Answered(body="[]"), Answered(body="[]"), Answered(201, "{}")]
    sweep()
    vle.columns = [{"id": LINE_ITEM, "resourceId": "m1-plan", "tag": TAG, "resourceLinkId": "1"}]
    later(timedelta(seconds=15))
    assert sweep() == 1
    assert len([call for call in vle.asked("/lineitems") if call.method == "POST"]) == 1


def test_two_workers_at_once_make_one_column(vle: Vle, release: Release, app: Flask) -> None:
    release(PRIYA)

    def work() -> None:
        with app.app_context():
            run_sweep("scores")

    together(work, work)
    assert len(vle.columns) == 1


def test_a_refusal_is_shown_and_not_tried_for_ever(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    release(PRIYA)
    vle.answers["lineitems"] = [Answered(body="[]"), Answered(body="[]"), Answered(400)]
    assert sweep() == 0
    with app.app_context():
        [search] = db.session.scalars(select(ColumnSearch)).all()
        assert search.status is Delivery.REFUSED
        assert "open the activity once" in (search.last_error or "")
    vle.calls.clear()
    later(timedelta(days=1))
    assert sweep() == 0
    assert vle.calls == []


@pytest.mark.parametrize(
    "answer", [Answered(503), Answered(429), Answered(200, "{"), Answered(500)]
)
def test_a_vle_in_trouble_is_asked_later(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask, answer: Answered
) -> None:
    result = release(PRIYA)
    vle.answers["lineitems"] = [answer]
    assert sweep() == 0
    later(timedelta(seconds=15))
    assert sweep() == 1
    assert row_of(app, result).status is Delivery.SENT


def test_reading_leave_alone_finds_and_does_not_make(
    vle: Vle, course: People, client: FlaskClient, release: Release, sweep: Sweep, app: Flask
) -> None:
    reads = {AGS_ENDPOINT: {"scope": [*SCOPES, LINEITEM_READ_SCOPE], "lineitems": LINE_ITEMS}}
    vle.launch(client, PRIYA, **PLAN, **reads)
    release(PRIYA)
    assert sweep() == 0
    assert vle.columns == []


def test_the_token_never_leaves_the_vle(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    release(PRIYA)
    elsewhere = {"Link": '<https://other.test/lineitems?page=2>; rel="next"'}
    vle.answers["lineitems"] = [Answered(200, "[]", headers=elsewhere)]
    sweep()
    assert all(call.url.startswith(ISSUER) for call in vle.calls)
    assert _link(app).lineitem_url is None


def test_a_loop_of_pages_ends(vle: Vle, release: Release, sweep: Sweep) -> None:
    release(PRIYA)
    again = {"Link": f'<{LINE_ITEMS}&resource_link_id=1>; rel="next"'}
    vle.answers["lineitems"] = [Answered(200, "[]", headers=again)] * 5
    sweep()
    assert len(vle.asked("/lineitems")) <= 2


def test_a_second_activity_with_a_column_of_its_own_is_enough(
    vle: Vle, course: People, client: FlaskClient, release: Release, sweep: Sweep
) -> None:
    own = {AGS_ENDPOINT: {"scope": ALL, "lineitems": LINE_ITEMS, "lineitem": LINE_ITEM}}
    vle.launch(client, PRIYA, **PLAN, **own, **{RESOURCE_LINK: {"id": "2"}})
    release(PRIYA)
    assert sweep() == 1
    assert vle.asked("/lineitems") == []


def test_a_deleted_column_is_made_again_only_when_somebody_says_so_and_then_all_marks_go(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    learners: People,
    browse: Any,
) -> None:
    sent, lost = release(PRIYA), None
    sweep()
    later(timedelta(seconds=5))
    lost = release(TOMOS)
    vle.columns = []
    vle.grades = {}
    vle.answers["scores"] = [Answered(404)]
    sweep()
    assert row_of(app, lost).status is Delivery.REFUSED
    assert "we then make a new one" in (row_of(app, lost).last_error or "")
    later(timedelta(hours=2))
    assert sweep() == 0
    assert vle.columns == []
    trainer = browse(learners.max)
    assert trainer.post(f"/lti/scores/{row_of(app, lost).id}/again").status_code == 303
    assert sweep() == 2
    assert len(vle.columns) == 1
    assert {row_of(app, one).status for one in (sent, lost)} == {Delivery.SENT}
    assert set(vle.grades) == {"p-priya", "p-tomos"}


WANTED = Wanted("m1-plan", "Plan", "1", LINE_ITEMS, ())


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([], None),
        (["text", None, 7, {}, {"id": 4}], None),
        ([{"id": LINE_ITEM, "resourceLinkId": "2", "resourceId": "m1-plan"}], None),
        ([{"id": LINE_ITEM, "resourceId": "m1-plan"}], LINE_ITEM),
        ([{"id": "https://other.test/7", "resourceLinkId": "1"}], None),
        ([{"id": "http://vle.test/7", "resourceLinkId": "1"}], None),
        (
            [
                {"id": f"{ISSUER}/1", "resourceLinkId": "1"},
                {"id": f"{ISSUER}/2", "resourceLinkId": 1, "resourceId": "m1-plan"},
            ],
            f"{ISSUER}/2",
        ),
    ],
)
def test_which_column_is_picked(items: list[Any], found: str | None) -> None:
    assert pick(json.loads(json.dumps(items)), WANTED) == found
