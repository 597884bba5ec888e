"""What a real Moodle was seen to do with marks that could hurt somebody, quirk by quirk.

Observed on Moodle 4.5.6. `QUIRKS` names the test of each; those that had none elsewhere are here.
"""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.db import db
from lms.lti.models import MarkDifference, ResourceLink
from lms.lti.rules import scores as rules
from lms.lti.rules.claims import AGS_ENDPOINT, LINEITEM_SCOPE, RESULT_SCOPE
from lms.lti.rules.reconcile import Difference
from lms.lti.rules.scores import Delivery
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.scoring import PLAN, Later, Release, Sweep, row_of
from tests.vle import IMOGEN, ISSUER, LINE_ITEM, LINE_ITEMS, PRIYA, SCOPES, TOMOS, Answered, Vle

QUIRKS = {
    # marks
    "a score is answered 200 with an empty body": (
        "test_scores::test_a_released_mark_is_sent_as_moodle_wants_it"
    ),
    "a second score within one second is a 409": (
        "test_scores::test_within_one_second_the_second_score_waits_for_the_next"
    ),
    "a 409 for a score that had arrived": (
        "test_score_workers::test_an_answer_that_was_lost_is_found_by_reading_back"
    ),
    "anything but FullyGraded blanks mark and comment": (
        "test_scores::test_every_score_is_final_whatever_happens"
    ),
    "a score without a comment clears the comment": (
        "test_scores::test_every_score_is_final_whatever_happens"
    ),
    "a mark that is taken back here is not blanked there": (
        "test_outbox::test_a_mark_that_may_no_longer_be_sent_is_shown_and_never_blanked"
    ),
    "a mark outside the column's range is clamped": (
        "test_moodle_quirks::test_no_mark_can_be_outside_its_maximum_so_none_is_clamped"
    ),
    "a mark that was blanked there is noticed": (
        "test_moodle_quirks::test_a_mark_that_somebody_blanked_is_listed"
    ),
    "a time in the future blocks every honest one until then": (
        "test_moodle_quirks::test_no_time_in_the_future_is_sent_after_the_clock_was_put_back"
    ),
    "an override keeps the final mark and answers 200": (
        "test_reconcile::test_a_mark_that_was_overridden_is_listed_with_both_values_and_not_"
        "overwritten"
    ),
    "an override moves the stored time, so an older score is a 409": (
        "test_moodle_quirks::test_a_score_that_an_override_made_too_old_goes_with_a_later_time"
    ),
    "a locked mark is a 500": (
        "test_score_answers::test_a_vle_that_is_out_of_order_is_tried_once_and_one_locked_mark_"
        "stops_nobody"
    ),
    "a teacher is no student: 400": (
        "test_moodle_quirks::test_somebody_whom_moodle_does_not_mark_is_said_plainly"
    ),
    # columns
    "a deleted column takes its marks along": (
        "test_columns::test_a_deleted_column_is_made_again_only_when_somebody_says_so_and_then_"
        "all_marks_go"
    ),
    "a column that is put back can be untied; one that is deleted is gone": (
        "test_moodle_quirks::test_no_column_is_ever_changed_or_deleted"
    ),
    "two columns of an activity, and launches name none": (
        "test_moodle_quirks::test_a_launch_that_no_longer_names_the_column_forgets_nothing"
    ),
    "the Link header of columns is malformed": (
        "test_moodle_quirks::test_a_malformed_link_header_does_not_hide_a_column"
    ),
    "half a list of marks is none": (
        "test_moodle_quirks::test_a_list_of_marks_that_goes_on_unreadably_names_nobody_missing"
    ),
    "line items end in a query": "test_scores::test_a_released_mark_is_sent_as_moodle_wants_it",
    # tokens
    "a token's answer calls itself text/html": (
        "test_scores::test_the_token_is_asked_for_with_our_assertion_and_kept"
    ),
    "no clock leeway": "test_outbox::test_the_vles_own_clock_is_used_when_it_refuses_ours",
    # messages
    "unknown variables come as they stand": (
        "test_launch::test_a_launch_lands_where_the_activity_says"
    ),
    "unknown variables in a course's history": "test_course_copies::test_what_a_history_says",
    "deep linking sends no data and JSON null": "test_moodle::test_the_teachers_deep_linking_opens"
    "_the_picker",
    "a student may have a review of somebody else signed": (
        "test_moodle::test_a_review_of_another_student_that_moodle_signed_opens_nothing"
    ),
    "an altered login comes back as an error": (
        "test_bad_launches::test_an_error_of_the_vle_is_a_page_in_plain_words"
    ),
    "a post without the VLE's cookie comes once more, with repost": (
        "test_moodle_quirks::test_a_login_that_moodle_posts_once_more_is_a_login"
    ),
    # people
    "the list calls a teacher a learner": (
        "test_rosters::test_a_teacher_whom_the_list_calls_a_learner_stays_staff"
    ),
    "suspended people are left out": (
        "test_rosters::test_whoever_is_no_longer_listed_is_marked_so_and_comes_back"
    ),
}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_each_quirk_has_its_test(quirk: str) -> None:
    where, name = QUIRKS[quirk].split("::")
    assert f"def {name}" in (Path(__file__).parent / f"{where}.py").read_text()


def test_no_mark_can_be_outside_its_maximum_so_none_is_clamped(
    vle: Vle, release: Release, sweep: Sweep
) -> None:
    release(PRIYA, "100")
    release(TOMOS, "0")
    sweep()
    assert vle.grades["p-priya"]["score"] == 100
    assert vle.grades["p-tomos"]["score"] == 0
    from sqlalchemy.exc import IntegrityError

    for outside in ("100.5", "-1"):
        with pytest.raises(IntegrityError):
            release(PRIYA, outside)


def _reads(app: Flask, later: Later) -> list[tuple[str, str]]:
    """The night passes; what differs afterwards."""
    later(timedelta(days=1))
    with app.app_context():
        run_sweep("reconcile")
        found = db.session.scalars(select(MarkDifference).order_by(MarkDifference.id)).all()
        return [(one.kind, one.theirs) for one in found]


def test_a_mark_that_somebody_blanked_is_listed(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, later: Later
) -> None:
    """Another tool's Pending, or a teacher's hand: Moodle then holds a row without a score."""
    release(PRIYA)
    sweep()
    vle.answers["results"] = [Answered(body='[{"userId": "p-priya", "resultMaximum": 100}]')]
    assert _reads(app, later) == [(Difference.NO_MARK, "")]
    assert len(vle.asked("/scores")) == 1  # nothing is overwritten by itself


def test_no_time_in_the_future_is_sent_after_the_clock_was_put_back(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    """The next score waits until our own time has passed the last one: never ahead of now."""
    ahead = clock.now() + timedelta(minutes=3)
    with time_machine.travel(ahead, tick=False):
        release(PRIYA, "55")
        assert sweep() == 1
    with time_machine.travel(ahead - timedelta(minutes=2), tick=False):
        result = release(PRIYA, "62")
        sweep()
        assert row_of(app, result).status is Delivery.WAITING
    with time_machine.travel(ahead + timedelta(seconds=2), tick=False):
        sweep()
        assert row_of(app, result).status is Delivery.SENT
    assert vle.grades["p-priya"]["score"] == 62


def test_a_score_that_an_override_made_too_old_goes_with_a_later_time(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    result = release(PRIYA)
    overridden = clock.now().replace(microsecond=0) + timedelta(seconds=2)
    vle.grades["p-priya"] = {"at": overridden, "score": 70.0}
    sweep()
    row = row_of(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, rules.NEWER_THERE)
    later(timedelta(minutes=1))
    sweep()
    assert row_of(app, result).status is Delivery.SENT
    # Moodle took it (200), and shows the teacher's all the same: that is listed, not fought.
    vle.grades["p-priya"]["score"] = 70.0
    assert _reads(app, later) == [(Difference.MARK, "70 of 100")]


def test_somebody_whom_moodle_does_not_mark_is_said_plainly(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    """Its reason is the HTTP reason phrase, and repeats what was posted: it is read, never kept."""
    result = release(PRIYA)
    reason = 'User not found. Body: {"userId":"p-priya","scoreGiven":62,"comment":"secret"}'
    vle.answers["scores"] = [Answered(400, "[]", reason)]
    sweep()
    row = row_of(app, result)
    assert (row.status, row.last_error) == (Delivery.REFUSED, rules.NOT_IN_COURSE)


def test_no_column_is_ever_changed_or_deleted(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, later: Later, client: FlaskClient
) -> None:
    offered = {"scope": [*SCOPES, LINEITEM_SCOPE, RESULT_SCOPE], "lineitems": LINE_ITEMS}
    vle.launch(client, PRIYA, **PLAN, **{AGS_ENDPOINT: offered | {"lineitem": LINE_ITEM}})
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(404)]
    sweep()
    assert row_of(app, result).status is Delivery.REFUSED
    later(timedelta(minutes=5))
    sweep()
    _reads(app, later)
    assert {call.method for call in vle.calls} <= {"GET", "POST"}
    made = [call for call in vle.asked("/lineitems") if call.method == "POST"]
    assert made == []  # not even a new one, before somebody says so


def test_a_launch_that_no_longer_names_the_column_forgets_nothing(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, client: FlaskClient
) -> None:
    """A second column tied to the activity, and Moodle leaves `lineitem` out of every launch."""
    without = {"scope": SCOPES, "lineitems": LINE_ITEMS}
    vle.launch(client, PRIYA, **PLAN, **{AGS_ENDPOINT: without})
    with app.app_context():
        assert db.session.scalars(select(ResourceLink.lineitem_url)).one() == LINE_ITEM
    release(PRIYA)
    assert sweep() == 1
    assert vle.grades["p-priya"]["score"] == 62


MALFORMED = {"Link": f"<{LINE_ITEMS}&amp;limit=1&amp;from=1>; rel=”next”"}


def test_a_malformed_link_header_does_not_hide_a_column(
    vle: Vle, learners: People, release: Release, sweep: Sweep, app: Flask
) -> None:
    with app.app_context():
        link = db.session.scalars(select(ResourceLink)).one()
        link.lineitem_url, link.lineitems_url = None, LINE_ITEMS
        link.scopes = " ".join([*SCOPES, LINEITEM_SCOPE])
        db.session.commit()
    body = f'[{{"id": "{LINE_ITEM}", "resourceLinkId": "1"}}]'
    vle.answers["lineitems"] = [Answered(body=body, headers=MALFORMED)]
    release(PRIYA)
    assert sweep() == 1
    assert vle.grades["p-priya"]["score"] == 62
    assert all("limit" not in call.url for call in vle.asked("/lineitems"))


def test_a_list_of_marks_that_goes_on_unreadably_names_nobody_missing(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, later: Later
) -> None:
    release(PRIYA)
    sweep()
    vle.answers["results"] = [Answered(body="[]", headers=MALFORMED)]
    assert _reads(app, later) == []


def test_a_login_that_moodle_posts_once_more_is_a_login(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """Without its cookie Moodle's page posts its form once more with `repost=true`; whatever of
    that comes through to us is nothing to a login or a launch.
    """
    begun = vle.begin(client, repost="true")
    sent = {
        "id_token": vle.token(vle.claims(IMOGEN, begun.nonce)),
        "state": begun.state,
        "repost": "true",
    }
    answer = client.post("/lti/launch", data=sent, headers={"Origin": ISSUER})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
