"""Line items, scores and results: the behaviour that was seen in a Moodle."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from practice_vle.app import create_vle
from practice_vle.platform import Platform
from practice_vle.services import LINE_ITEM, LINE_ITEMS, RESULTS
from practice_vle.state import Grade
from tests.practice_vle.fake_tool import AGS, BASE, ITEM, TOOL, Tool

Ask = Callable[..., TestResponse]
ITEM_URL = f"{BASE}{ITEM}?type_id=1"


def priyas_grade(vle: Flask) -> Grade:
    """What the gradebook holds for her."""
    platform: Platform = vle.extensions["practice_vle"]
    return platform.state.grades(31)["p-priya"]


def read(vle: Flask, token: str, path: str, media: str) -> Any:
    """The JSON at a service address."""
    answer = vle.test_client().get(
        path, headers={"Authorization": f"Bearer {token}", "Accept": media}, base_url=BASE
    )
    assert answer.status_code == 200, answer.status
    assert answer.mimetype == media
    return json.loads(answer.text)


def test_a_course_has_one_line_item_for_each_assessment(vle: Flask, token: str) -> None:
    rows = read(vle, token, "/services/cohort-3/lineitems?type_id=1", LINE_ITEMS)
    assert rows == [
        {
            "id": ITEM_URL,
            "label": "Advocacy plan and critical rationale",
            "scoreMaximum": 100,
            "resourceId": "",
            "tag": "",
            "resourceLinkId": "cohort-3:rl-m1-plan",
        }
    ]
    assert read(vle, token, f"{ITEM}?type_id=1", LINE_ITEM) == rows[0]
    other = "/services/cohort-3/lineitems?type_id=1&resource_link_id=cohort-3:rl-m1"
    assert read(vle, token, other, LINE_ITEMS) == []


def test_a_score_is_taken_with_an_empty_answer_and_can_be_read_back(
    vle: Flask, token: str, send: Ask
) -> None:
    answer = send(scoreGiven=6.2, scoreMaximum=10, comment="Released.")
    assert (answer.status_code, answer.data) == (200, b"")
    assert priyas_grade(vle).points == 62.0
    assert read(vle, token, f"{ITEM}/results?type_id=1&user_id=p-priya", RESULTS) == [
        {
            "id": f"{BASE}{ITEM}/results?type_id=1&user_id=p-priya",
            "userId": "p-priya",
            "resultScore": 62,
            "resultMaximum": 100,
            "scoreOf": ITEM_URL,
            "timestamp": "2026-11-24T10:00:00+00:00",
            "comment": "Released.",
        }
    ]
    assert read(vle, token, f"{ITEM}/results?type_id=1&user_id=p-tomos", RESULTS) == []


def test_a_later_score_without_a_comment_clears_it(vle: Flask, send: Ask) -> None:
    send(comment="Released.")
    send(timestamp="2026-11-24T10:00:01Z")
    assert priyas_grade(vle).comment == ""


@pytest.mark.parametrize("progress", ["Pending", "PendingManual", "NotReady", "Failed", "Made-up"])
def test_a_score_that_is_not_fully_graded_blanks_the_grade(
    vle: Flask, token: str, send: Ask, progress: str
) -> None:
    send(comment="Released.")
    answer = send(gradingProgress=progress, timestamp="2026-11-24T10:01:00Z")
    assert answer.status_code == 200
    grade = priyas_grade(vle)
    assert (grade.points, grade.comment, grade.scored_at) == (None, "", None)
    assert read(vle, token, f"{ITEM}/results?type_id=1", RESULTS) == []
    assert (
        send(timestamp="2020-01-01T00:00:00Z").status_code == 200
    )  # no time is kept, so any will do


def test_fully_graded_without_a_score_blanks_too(vle: Flask, send: Ask) -> None:
    send()
    assert (
        send(scoreGiven=None, scoreMaximum=None, timestamp="2026-11-24T10:01:00Z").status_code
        == 200
    )
    assert priyas_grade(vle).points is None


def test_a_time_that_is_not_later_by_a_second_is_refused(vle: Flask, send: Ask) -> None:
    send(timestamp="2026-11-24T10:00:00.100000Z")
    for late in (
        "2026-11-24T10:00:00.900000Z",
        "2026-11-24T10:00:00+00:00",
        "2026-11-24T09:59:59Z",
    ):
        answer = send(timestamp=late, scoreGiven=70)
        assert answer.status == "409 Refusing score with an earlier timestamp for user p-priya"
        assert answer.data == b"[]"
    assert priyas_grade(vle).points == 62.0
    assert send(timestamp="2026-11-24T10:00:01Z", scoreGiven=70).status_code == 200
    assert priyas_grade(vle).points == 70.0


def test_a_future_time_blocks_what_comes_after(send: Ask) -> None:
    assert send(timestamp="2030-01-01T00:00:00Z").status_code == 200
    assert send(timestamp="2026-11-24T11:00:00Z").status_code == 409


@pytest.mark.parametrize("person", ["t-imogen", "p-marta", "nobody"])
def test_only_a_learner_of_the_course_can_be_graded(send: Ask, person: str) -> None:
    answer = send(userId=person)
    assert answer.status == f"400 Incorrect score received, user {person} cannot be graded"


def test_a_user_id_cannot_break_the_answers_first_line(send: Ask) -> None:
    assert "\n" not in send(userId="a\r\nSet-Cookie: x").status


FAULTY: dict[str, dict[str, Any]] = {
    "no person": {"userId": None},
    "no time": {"timestamp": None},
    "no zone is fine but a word is not": {"timestamp": "yesterday"},
    "a day that is not": {"timestamp": "2026-02-31T10:00:00Z"},
    "a number for a time": {"timestamp": 1764000000},
    "no activity progress": {"activityProgress": None},
    "no grading progress": {"gradingProgress": None},
    "no maximum": {"scoreMaximum": None},
    "maximum of nothing": {"scoreMaximum": 0},
    "score in words": {"scoreGiven": "62"},
}


@pytest.mark.parametrize("changes", FAULTY.values(), ids=FAULTY)
def test_a_faulty_score_is_refused_and_nothing_is_kept(
    vle: Flask, send: Ask, changes: dict[str, Any]
) -> None:
    assert send(**changes).status_code == 400
    assert vle.extensions["practice_vle"].state.grades(31) == {}


def test_scores_beyond_the_limits_show_as_the_limits(vle: Flask, token: str, send: Ask) -> None:
    for second, given, shown in ((0, 150, 100), (1, -5, 0)):
        send(scoreGiven=given, timestamp=f"2026-11-24T10:00:0{second}Z")
        assert priyas_grade(vle).points == given
        assert read(vle, token, f"{ITEM}/results?type_id=1", RESULTS)[0]["resultScore"] == shown


def test_the_media_type_must_be_the_score_one(send: Ask) -> None:
    assert send(media="application/json").status == "400 No handler found"
    assert send(media="application/vnd.ims.lis.v1.score+json; charset=utf-8").status_code == 200


def test_a_lost_query_and_an_unknown_line_item_are_refused(send: Ask) -> None:
    assert send(path=f"{ITEM}/scores").status_code == 400
    assert send(path="/services/cohort-3/lineitems/99/lineitem/scores?type_id=1").status_code == 404
    assert send(path="/services/cohort-9/lineitems/31/lineitem/scores?type_id=1").status_code == 404


def test_a_token_of_too_small_scope_unknown_or_ended_is_refused(vle: Flask, ask_token: Ask) -> None:
    def call(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Accept": LINE_ITEMS}
        answer = vle.test_client().get("/services/cohort-3/lineitems?type_id=1", headers=headers)
        return answer.status_code

    good = json.loads(ask_token().text)["access_token"]
    small = json.loads(ask_token(scope=f"{AGS}score").text)["access_token"]
    assert [call(good), call(small), call("made-up"), call("")] == [200, 401, 401, 401]
    vle.extensions["practice_vle"].state.forget_tokens()
    assert call(good) == 401


def test_a_token_ends_after_an_hour(state_dir: Path, tool: Tool) -> None:
    vle = create_vle(state_dir, TOOL, BASE, tool_keys=tool.key_set)
    platform: Platform = vle.extensions["practice_vle"]
    platform.state.add_token("t", f"{AGS}score", 1000.0)
    assert platform.state.scope_of("t", 999.9) == f"{AGS}score"
    assert platform.state.scope_of("t", 1000.0) is None


def test_every_score_call_is_logged_with_its_answer(vle: Flask, send: Ask) -> None:
    send()
    send(scoreGiven=70)
    send(userId="nobody", timestamp="2026-11-24T11:00:00Z")
    calls = vle.extensions["practice_vle"].state.calls("cohort-3")
    assert [(call.person, call.status) for call in calls] == [
        ("nobody", 400),
        ("p-priya", 409),
        ("p-priya", 200),
    ]
    assert '"scoreGiven": 70' in calls[1].body


def test_a_restart_keeps_the_grades_the_key_and_the_switches(
    state_dir: Path, vle: Flask, send: Ask
) -> None:
    send(comment="Kept.")
    vle.test_client().post("/switches", data={"mode": "down"})
    again = create_vle(state_dir, TOOL, BASE)
    assert priyas_grade(again).comment == "Kept."
    assert again.test_client().get("/jwks.json").json == vle.test_client().get("/jwks.json").json
    assert "switched off" in again.test_client().get("/").text
