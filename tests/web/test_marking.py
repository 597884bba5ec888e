"""The marker's desk: queues; one script beside its rubric, saved as it is typed, and finished."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import CriterionMark, LedgerEntry, Mark
from lms.db import db
from lms.modules.catalogue import catalogue
from tests.conftest import People
from tests.factories import (
    PLAN,
    EnrolmentFactory,
    SubmissionFactory,
    SubmissionFileFactory,
    finished_script,
    full_cohort,
    made,
)
from tests.web.test_release import rubric

Browse = Callable[[int], FlaskClient]
QUEUE = f"/marking/{PLAN}?cohort=cohort-3"
JSON = {"Accept": "application/json"}
NASTY = "</textarea><script>alert(1)</script>"


@pytest.fixture
def script(people: People, app: Flask) -> int:
    """Ada's script, not begun."""
    with app.app_context():
        submission = made(
            SubmissionFactory,
            enrolment_id=people.ada_place,
            code="4F2K",
            text=f"My plan.\n\nSecond part. {NASTY}",
        )
        made(SubmissionFileFactory, submission_id=submission.id, name="Ada Example.pdf")
        number: int = submission.id
        db.session.commit()
    return number


def desk(script: int) -> str:
    return f"/marking/scripts/{script}"


def autosave(browser: FlaskClient, script: int, data: dict[str, Any]) -> Any:
    return browser.post(desk(script), data=data, headers=JSON)


def kept(app: Flask) -> dict[str, tuple[Any, ...]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(CriterionMark).order_by(CriterionMark.id))
        return {row.criterion: (row.band, row.points, row.comment) for row in rows}


def test_the_queues_say_in_words_what_there_is(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    page = browse(people.max).get("/marking/").text
    assert "One handed in, none finished, none released." in page
    assert "Improvement proposal, Cohort 3" in page
    assert "Comparative policy paper" not in page  # the VLE takes it, so it is not marked here
    assert "Cohort 2" not in page
    assert "Cohort 2" in browse(people.lin).get("/marking/").text
    with app.app_context():
        finished_script(people.zoe_place, people.lin)
        db.session.commit()
    assert "All finished, to be released" in browse(people.lin).get("/marking/").text


def test_a_queue_shows_codes_and_no_names(browse: Browse, people: People, script: int) -> None:
    page = browse(people.max).get(QUEUE).text
    for words in ("Script 4F2K", "Not started yet", "0 of 5", "Any marker"):
        assert words in page
    for hidden in ("Ada Example", "24 November"):
        assert hidden not in page


def test_without_a_cohort_a_marker_of_one_is_led_to_it(
    browse: Browse, people: People, script: int
) -> None:
    assert browse(people.max).get(f"/marking/{PLAN}").location.endswith(QUEUE)
    assert browse(people.lin).get(f"/marking/{PLAN}").location.endswith("/marking/")


def test_an_empty_queue_says_so(browse: Browse, people: People) -> None:
    page = browse(people.max).get(QUEUE).text
    assert "Nobody has handed in yet" in page


def test_only_markers_of_the_cohort_come_in(browse: Browse, people: People, script: int) -> None:
    for user_id in (people.ada, people.hub, people.admin, people.morgan):
        browser = browse(user_id)
        for address in ("/marking/", QUEUE, desk(script)):
            assert browser.get(address).status_code == 403
        assert browser.post(desk(script), data=rubric()).status_code == 403
    max_ = browse(people.max)
    assert max_.get(f"/marking/{PLAN}?cohort=cohort-2").status_code == 404
    assert max_.get(f"/marking/{PLAN}?cohort=no-such").status_code == 404
    assert max_.get("/marking/no-such?cohort=cohort-3").status_code == 404
    assert max_.get(desk(99999)).status_code == 404


def test_a_script_of_another_cohort_is_not_there(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        other = made(SubmissionFactory, enrolment_id=people.zoe_place).id
        db.session.commit()
    max_ = browse(people.max)
    assert max_.get(desk(other)).status_code == 404
    assert max_.post(desk(other), data=rubric()).status_code == 404
    for act in ("reopen", "take-over"):
        assert max_.post(f"{desk(other)}/{act}").status_code == 404
    assert browse(people.lin).get(desk(other)).status_code == 200


def test_a_script_stands_beside_its_rubric_without_a_name(
    browse: Browse, people: People, script: int
) -> None:
    page = browse(people.max).get(desk(script)).text
    assert page.count("<h1") == 1
    for words in ("Script 4F2K", "1 of 1 in your queue", ">My plan.</p>", "File 1", "60–69"):
        assert words in page
    for criterion in catalogue().assessment(PLAN).criteria:
        assert criterion.title in page
    assert "Ada Example" not in page
    assert "<script>alert" not in page


def test_marks_save_themselves(browse: Browse, people: People, script: int, app: Flask) -> None:
    max_ = browse(people.max)
    answer = autosave(
        max_,
        script,
        {"version": "0", "plan-band": "merit", "plan-points": "6", "plan-why": "So f"},
    )
    assert answer.json["version"] == 1
    assert answer.json["live"]["criterion-plan"] == "6 is outside merit"
    assert answer.json["live"]["icon-plan"] == "open"
    assert kept(app)["plan"] == (
        "merit",
        6,
        "So f",
    )  # half typed, outside the band: kept all the same
    page = max_.get(desk(script)).text
    assert 'value="6"' in page
    assert "So f</textarea>" in page
    assert 'data-autosave-version="1"' in page
    answer = autosave(max_, script, {"version": "1", "plan-points": "64"})
    assert answer.json["live"]["decided"] == "1 of 5 decided"
    assert answer.json["live"]["criterion-plan"] == "Merit, 64 of 100"
    assert answer.json["live"]["icon-plan"] == "check"


def test_marks_are_saved_by_a_button_too(browse: Browse, people: People, script: int) -> None:
    max_ = browse(people.max)
    response = max_.post(desk(script), data=rubric(act="save"))
    assert response.status_code == 303
    page = max_.get(desk(script)).text
    assert "5 of 5 decided" in page
    assert "Being marked" in max_.get(QUEUE).text


def test_a_second_window_is_told(browse: Browse, people: People, script: int, app: Flask) -> None:
    first, second = browse(people.max), browse(people.max)
    autosave(first, script, rubric(64))
    answer = autosave(second, script, rubric(61))
    assert answer.status_code == 409
    assert "another window" in answer.json["message"]
    page = second.post(desk(script), data=rubric(61, comment="Typed in the second."))
    assert page.status_code == 409
    assert "Typed in the second.</textarea>" in page.text
    assert "Merit, 64 of 100" in page.text
    assert "Clear and kind." in page.text
    assert kept(app)["plan"][1] == 64
    chosen = second.post(desk(script), data=rubric(61, version="1"))
    assert chosen.status_code == 303
    assert kept(app)["plan"][1] == 61


@pytest.mark.parametrize("points", ["abc", "64.5", "-1", "101", "NaN", "Infinity", "1e9"])
def test_what_is_no_whole_mark_is_said_and_nothing_typed_is_lost(
    browse: Browse, people: People, script: int, app: Flask, points: str
) -> None:
    max_ = browse(people.max)
    form = {**rubric(comment="All of this was typed."), "plan-points": points}
    page = max_.post(desk(script), data=form)
    assert page.status_code == 400
    assert "Write " in page.text
    assert "All of this was typed.</textarea>" in page.text
    assert f'value="{points}"' in page.text
    answer = autosave(max_, script, form)
    assert answer.status_code == 400
    assert "mark" in answer.json["message"]
    assert kept(app) == {}


def test_a_band_that_does_not_exist_is_refused(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    page = browse(people.max).post(desk(script), data={**rubric(), "plan-band": "brilliant"})
    assert page.status_code == 400
    assert kept(app) == {}


def test_finishing_says_what_is_missing_and_keeps_what_there_is(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_ = browse(people.max)
    form = {**rubric(act="finish"), "theory-why": "", "plan-points": "70", "comment": ""}
    page = max_.post(desk(script), data=form)
    assert page.status_code == 409
    assert "70 is outside merit, which is 60 to 69." in page.text
    assert "Write why for" in page.text
    assert "Write the overall comment." in page.text
    assert kept(app)["plan"][1] == 70
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(LedgerEntry.id))) == 0


def test_a_script_is_finished_and_reopened(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_ = browse(people.max)
    response = max_.post(desk(script), data=rubric(act="finish"))
    assert response.location.endswith(QUEUE)
    assert "Script 4F2K is finished." in max_.get(QUEUE).text
    page = max_.get(desk(script)).text
    assert "mark-form" not in page
    assert "Reopen this script" in page
    typed = max_.post(desk(script), data=rubric(66, version="1", comment="Typed in an old window."))
    assert typed.status_code == 409
    assert "Typed in an old window." in typed.text
    answer = autosave(max_, script, rubric(66, version="1"))
    assert "Reopen it" in answer.json["message"]
    assert max_.post(f"{desk(script)}/reopen").status_code == 303
    assert "mark-form" in max_.get(desk(script)).text
    assert max_.post(desk(script), data=rubric(66, version="1", act="finish")).status_code == 303
    with app.app_context():
        kinds = db.session.scalars(sa.select(LedgerEntry.kind).order_by(LedgerEntry.sequence))
        assert list(kinds) == ["marked", "reopened", "marked"]


def test_a_colleague_sees_who_is_marking_and_may_take_over(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_, lin = browse(people.max), browse(people.lin)
    max_.post(desk(script), data=rubric())
    page = lin.get(desk(script)).text
    assert "Max Example is marking this script." in page
    assert "mark-form" not in page
    refused = lin.post(desk(script), data=rubric(61, version="1", comment="Lin typed this."))
    assert refused.status_code == 409
    assert "Lin typed this." in refused.text
    assert lin.post(f"{desk(script)}/reopen").status_code == 409
    assert lin.post(f"{desk(script)}/take-over").status_code == 303
    assert "mark-form" in lin.get(desk(script)).text
    told = autosave(max_, script, rubric(66, version="1"))
    assert "Lin Example is marking" in told.json["message"]
    with app.app_context():
        assert db.session.scalars(sa.select(Mark.marker_id)).all() == [people.lin]


def test_typed_markup_in_comments_is_words(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_ = browse(people.max)
    form = {**rubric(comment=NASTY), "plan-why": NASTY}
    pages = [max_.post(desk(script), data={**rubric(comment=NASTY), "plan-points": "x"})]
    max_.post(desk(script), data=form)
    pages.append(max_.get(desk(script)))
    max_.post(desk(script), data={**form, "version": "1", "act": "finish"})
    pages.append(max_.get(desk(script)))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


def test_previous_and_next_follow_the_queue(browse: Browse, people: People, app: Flask) -> None:
    with app.app_context():
        ids = [
            made(
                SubmissionFactory,
                enrolment_id=made(EnrolmentFactory, cohort_id=people.cohort).id,
                code=code,
            ).id
            for code in ("BBBB", "AAAA", "CCCC")
        ]
        db.session.commit()
    page = browse(people.max).get(desk(ids[0])).text
    assert "2 of 3 in your queue" in page
    assert re.search(rf'href="{desk(ids[1])}">.*?Previous', page)
    assert re.search(rf'href="{desk(ids[2])}">Next', page)


@pytest.mark.parametrize("size", [20, 200])
def test_the_desk_asks_the_database_as_little_for_many_as_for_few(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int], size: int
) -> None:
    with app.app_context():
        scripts = full_cohort(people.cohort, people.max, size)
        address = desk(scripts[0].id)
        db.session.commit()
    max_ = browse(people.max)
    for page, most in (("/marking/", 8), (QUEUE, 12), (address, 12)):
        statements()
        assert max_.get(page).status_code == 200
        assert statements() <= most, page
    statements()
    assert max_.get(f"/marking/{PLAN}/release?cohort=cohort-3").status_code == 200
    assert statements() <= 12
