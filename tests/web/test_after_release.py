"""The pages after marking: why a mark is that mark, deciding, correcting, asking, module marks."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms.actor import Role
from lms.assessments.models import MarkQuery, OpenedAttempt, Submission
from lms.db import db
from lms.people.service import places
from lms.regulations import Attempt
from tests.conftest import NOW, People
from tests.factories import (
    PLAN,
    EnrolmentFactory,
    finished_script,
    full_cohort,
    made,
    released,
)
from tests.service.test_after_release import LONG, ask, ready
from tests.service.test_after_release import release as release_now
from tests.web.test_release import CONFIRM, QUEUE, RESULT, hidden, release

Browse = Callable[[int], FlaskClient]
LATER = NOW + timedelta(days=7)
REASON = "The reason is written here."
MARKS, RESULTS = "/assessments/marks", "/marking/results?cohort=cohort-3"


@pytest.fixture(autouse=True)
def at_a_known_time() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def script_of(app: Flask, people: People, *, released: bool = False, **about: Any) -> str:
    """Ada's script under the second regulations; the address of its page."""
    with app.app_context():
        number = ready(people, **about).id
        if released:
            release_now(people)
        db.session.commit()
    return f"/marking/scripts/{number}"


def test_learner_and_lead_read_the_same_steps(browse: Browse, people: People, app: Flask) -> None:
    late = {"handed_in_at": NOW, "due_at": NOW - timedelta(hours=2)}
    page = script_of(app, people, released=True, **late)
    says = (
        "It came up to 1 working day after the date. 5 marks were taken off.",
        "64 becomes 59.",
        "Clause “late”:",
        "What is left is rounded once.",
    )
    ada, lin = browse(people.ada).get(RESULT).text, browse(people.lin).get(f"{page}/result").text
    for words in says:
        assert words in ada
        assert words in lin
    assert "Ada Example" not in lin


def test_an_examiner_reads_the_steps_and_changes_nothing(
    browse: Browse, people: People, app: Flask
) -> None:
    page = script_of(app, people, released=True)
    with app.app_context():
        places.appoint(user_id=people.ben, role=Role.EXAMINER, cohort_id=people.cohort, now=NOW)
        db.session.commit()
    examiner = browse(people.ben)
    shown = examiner.get(f"{page}/result")
    assert "Each criterion counts by its weight." in shown.text
    assert "<button" not in shown.text.split("<main")[1].split("</main>")[0]
    for what in ("penalty", "settle", "correct"):
        assert examiner.post(f"{page}/{what}", data={"reason": REASON}).status_code == 403
    table = examiner.get(RESULTS).text
    assert "Ada Example" in table
    record = re.search(rf'href="(/marking/{PLAN}/record[^"]*)"', table)
    assert record
    assert f'href="{page}/result"' in examiner.get(record[1]).text


@pytest.mark.parametrize("who", ["ada", "zoe", "hub", "admin", "morgan"])
def test_who_may_not_see_how_a_mark_is_made(
    browse: Browse, people: People, app: Flask, who: str
) -> None:
    page = script_of(app, people, released=True)
    browser = browse(getattr(people, who))
    assert browser.get(f"{page}/result").status_code in (403, 404)
    for address in (f"{page}/correct", f"{page}/penalty", f"{page}/settle", "/marking/questions/1"):
        assert browser.post(address, data={"reason": REASON}).status_code == 403
    assert browser.get(RESULTS).status_code == 403
    assert browser.get("/marking/questions").status_code == 403


def test_a_trainer_sees_no_table_of_results(browse: Browse, people: People) -> None:
    assert browse(people.max).get(RESULTS).status_code == 403
    assert browse(people.lin).get("/marking/results").status_code == 200


def test_a_length_is_confirmed_on_the_page_and_then_released(
    browse: Browse, people: People, app: Flask
) -> None:
    page = script_of(app, people, words=LONG["words"])
    max_ = browse(people.max)
    assert "somebody must confirm that" in max_.get(QUEUE).text
    shown = max_.get(f"{page}/result").text
    assert "Its length is to be decided" in shown
    data = {"step": "words", "seen": hidden(shown, "seen"), "reason": ""}
    refused = max_.post(f"{page}/penalty", data={**data, "act": "excuse", "reason": "Short"})
    assert refused.status_code == 409
    assert "Give the reason" in refused.text
    assert ">Short</textarea>" in refused.text
    stale = max_.post(f"{page}/penalty", data={**data, "act": "confirm", "seen": "1 of 2"})
    assert stale.status_code == 409
    assert max_.post(f"{page}/penalty", data={**data, "step": "luck"}).status_code == 409
    assert max_.post(f"{page}/penalty", data={**data, "act": "confirm"}).status_code == 303
    assert ">5</td>" in max_.get(CONFIRM).text
    assert release(max_).status_code == 303


def test_a_mark_that_is_settled_is_a_whole_number(
    browse: Browse, people: People, app: Flask
) -> None:
    page = script_of(app, people)
    for points in ("", "many", "55.5", "NaN", "Infinity"):
        data = {"points": points, "reason": REASON}
        refused = browse(people.lin).post(f"{page}/settle", data=data)
        assert refused.status_code == 409
        assert "whole number" in refused.text
    data = {"points": "55", "reason": REASON}
    assert "all that is needed" in browse(people.lin).post(f"{page}/settle", data=data).text


def test_a_correction_from_reason_to_learner(browse: Browse, people: People, app: Flask) -> None:
    page = script_of(app, people, released=True)
    lin, ada = browse(people.lin), browse(people.ada)
    refused = lin.post(f"{page}/correct", data={"reason": "So"})
    assert refused.status_code == 409
    assert lin.post(f"{page}/correct", data={"reason": REASON}).status_code == 303
    assert lin.post(f"{page}/correct", data={"reason": REASON}).status_code == 409
    shown = ada.get(RESULT).text
    assert "It is being looked at again" in shown
    assert REASON in shown
    desk = browse(people.max).get(page).text
    assert "A correction" in desk
    assert "mark-form" in desk
    form = dict(re.findall(r'name="(version)" [^>]*value="(\d+)"', desk))
    form |= {"version": hidden(desk, "version"), "act": "finish", "comment": "Again."}
    for key in re.findall(r'name="([\w-]+)-band"', desk):
        form |= {f"{key}-band": "merit", f"{key}-points": "68", f"{key}-why": "Right now."}
    assert browse(people.max).post(page, data=form).status_code == 303
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        assert release(browse(people.lin)).status_code == 303
        shown = browse(people.ada).get(RESULT).text
    assert "It was 64 and is 68" in shown
    assert "It is being looked at again" not in shown


def test_a_question_from_the_result_page_to_its_answer(
    browse: Browse, people: People, app: Flask
) -> None:
    script_of(app, people, released=True)
    ada, lin = browse(people.ada), browse(people.lin)
    assert "Ask about this mark" in ada.get(RESULT).text
    refused = ada.post(f"{RESULT}/ask", data={"text": " "})
    assert refused.status_code == 409
    assert ada.post(f"{RESULT}/ask", data={"text": "Was it <b>counted</b>?"}).status_code == 303
    assert "Was it &lt;b&gt;counted&lt;/b&gt;?" in ada.get(RESULT).text
    again = ada.post(f"{RESULT}/ask", data={"text": "And another thing?"})
    assert again.status_code == 409
    assert "Your turn" in lin.get("/marking/questions").text
    assert "one waiting" in lin.get("/marking/").text
    with app.app_context():
        number = db.session.scalars(sa.select(MarkQuery.id)).one()
    question = f"/marking/questions/{number}"
    assert "Ada Example" not in lin.get(question).text
    refused = lin.post(question, data={"outcome": "", "answer": "It was."})
    assert refused.status_code == 409
    assert ">It was.</textarea>" in refused.text
    data = {"outcome": "no-change", "answer": "It was counted."}
    assert lin.post(question, data=data).status_code == 303
    assert lin.post(question, data=data).status_code == 409
    shown = ada.get(RESULT).text
    assert "It was counted." in shown
    assert "The mark stays as it is" in shown
    assert "No question is waiting." in lin.get("/marking/questions").text


def test_a_next_step_comes_back_on_the_next_brief_to_its_writer_only(
    browse: Browse, people: People, app: Flask
) -> None:
    script_of(app, people, released=True)
    ada = browse(people.ada)
    data = {"text": "Begin <i>sooner</i>."}
    assert ada.post(f"{RESULT}/next-step", data=data).status_code == 303
    assert "Begin &lt;i&gt;sooner" in ada.get(RESULT).text
    brief = ada.get("/assessments/m2-case").text
    assert "What you wanted to do next time" in brief
    assert "Begin &lt;i&gt;sooner" in brief
    for user_id in (people.ben, people.max, people.lin):
        assert "sooner" not in browse(user_id).get("/assessments/m2-case").text
    assert ada.post(f"{RESULT}/next-step", data={"text": "a" * 5000}).status_code == 409


def test_dates_for_marks_are_said_to_learner_and_team(
    browse: Browse, people: People, app: Flask
) -> None:
    script_of(app, people)  # due on 21 December 2026
    with app.app_context():
        receipt = db.session.scalars(sa.select(Submission.receipt)).one()
    by = "by Tuesday 26 January 2027"
    ada = browse(people.ada)
    for address in (f"/assessments/{PLAN}", f"/assessments/receipts/{receipt}"):
        assert f"Marks and comments {by}" in ada.get(address).text
    assert f"{by}" in browse(people.max).get(QUEUE).text
    assert "working days left" in browse(people.max).get(QUEUE).text
    with time_machine.travel(NOW + timedelta(days=90), tick=False):
        assert "are not here yet" in browse(people.ada).get(f"/assessments/{PLAN}").text
        assert "Tell the cohort" in browse(people.max).get(QUEUE).text


def test_own_marks_name_what_is_missing(browse: Browse, people: People, app: Flask) -> None:
    script_of(app, people, released=True)
    page = browse(people.ada).get(MARKS).text
    assert ">64</td>" in page
    assert "It is not handed in yet." in page
    assert "not here" in page
    for user_id in (people.max, people.hub, people.admin):
        assert browse(user_id).get(MARKS).status_code == 403
    assert browse(people.morgan).get(MARKS).status_code == 404
    assert ">64</td>" not in browse(people.ben).get(MARKS).text


def test_the_tables_ask_the_same_few_things_for_many(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    lin = browse(people.lin)
    with app.app_context():
        ready(people)
        release_now(people)
        ask(people)
        db.session.commit()

    def asked() -> list[int]:
        numbers = []
        for address in (RESULTS, QUEUE, "/marking/questions", "/marking/"):
            statements()
            assert lin.get(address).status_code == 200
            numbers.append(statements())
        return numbers

    few = asked()
    with app.app_context():
        full_cohort(people.cohort, people.max, 30)
        for _ in range(20):
            made(EnrolmentFactory, cohort_id=people.cohort)
        db.session.commit()
    assert asked() == few
    assert max(few) <= 12


def test_what_waits_comes_first_and_what_is_released_is_folded_away(
    browse: Browse, people: People, app: Flask
) -> None:
    lin = browse(people.lin)
    page = lin.get("/marking/").text
    assert "Nothing waits for you or a colleague." in page
    assert "Released (" not in page
    script_of(app, people, released=True)
    page = lin.get("/marking/").text
    assert page.index("Still to come") < page.index("Released (1)") < page.index("All one released")
    with app.app_context():
        finished_script(people.zoe_place, people.lin)
        db.session.commit()
    page = lin.get("/marking/").text
    assert page.index("To mark or release") < page.index("to be released") < page.index("Still to")


def test_a_script_that_is_corrected_is_not_among_the_released(
    browse: Browse, people: People, app: Flask
) -> None:
    page = script_of(app, people, released=True)
    lin = browse(people.lin)
    assert "All one released" in lin.get("/marking/").text
    lin.post(f"{page}/correct", data={"reason": REASON})
    assert "One to finish" in lin.get("/marking/").text
    assert "Being corrected" in lin.get(QUEUE).text


def test_each_attempt_keeps_its_own_feedback(browse: Browse, people: People, app: Flask) -> None:
    with app.app_context():
        for number, points in ((1, 40), (2, 55)):
            kind = Attempt.RESIT if number == 2 else Attempt.FIRST
            script = finished_script(
                people.ada_place, people.max, points=points, attempt=number, attempt_kind=kind
            )
            row = released(script, people.lin, sequence=number)
            row.points = Decimal(points)
        db.session.add(
            OpenedAttempt(
                enrolment_id=people.ada_place,
                assessment=PLAN,
                number=2,
                kind=Attempt.RESIT,
                puts_off=False,
                due_at=LATER,
                opened_by=people.lin,
                opened_at=NOW,
            )
        )
        db.session.commit()
    ada = browse(people.ada)
    link = f"{RESULT}?attempt=1"
    assert link in ada.get(f"/assessments/{PLAN}").text
    newest, first = ada.get(RESULT).text, ada.get(link).text
    assert "Attempt 2: a resit" in newest
    assert "What I want to do next time" in newest
    assert "There is a newer result" in first
    assert "= 40." in first
    assert "= 55." in newest
    assert "= 55." not in first
    assert "What I want to do next time" not in first
    assert "You can ask about the newest result, on its page." in first
    assert ada.get(f"{RESULT}?attempt=2").text.count("There is a newer result") == 0
    for nowhere in ("3", "x", "-1", "99999"):
        assert ada.get(f"{RESULT}?attempt={nowhere}").status_code == 404
    assert browse(people.ben).get(link).status_code == 404


def test_a_lead_reaches_what_is_to_be_decided_from_the_queue(
    browse: Browse, people: People, app: Flask
) -> None:
    page = script_of(app, people, words=LONG["words"])
    lin = browse(people.lin)
    assert "What each would get so far" in lin.get(QUEUE).text
    assert f"{page}/result" in lin.get(CONFIRM).text
