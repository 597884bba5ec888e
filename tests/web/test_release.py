"""From draft to result: the whole line, and everything about releasing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import CriterionMark, ResultRow
from lms.db import db
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from tests.conftest import People
from tests.factories import PLAN, SubmissionFactory, finished_script, full_cohort, made, released

Browse = Callable[[int], FlaskClient]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag, name
    value = re.search(r'value="([^"]*)"', tag[0])
    assert value, name
    return value[1]


def rubric(points: int = 64, band: str = "merit", **more: str) -> dict[str, Any]:
    """A filled rubric, as the marking page would send it."""
    form: dict[str, Any] = {"version": "0", "comment": "Clear and kind."}
    for criterion in catalogue().assessment(PLAN).criteria:
        form[f"{criterion.id}-band"] = band
        form[f"{criterion.id}-points"] = str(points)
        form[f"{criterion.id}-why"] = "You show how you chose."
    return {**form, **more}


def hand_in(browser: FlaskClient, text: str = "My plan begins with her aims.") -> str:
    """Write a draft and hand it in; returns the receipt's address."""
    browser.post(f"/assessments/{PLAN}/draft", data={"text": text, "version": "0"})
    page = browser.get(f"/assessments/{PLAN}/hand-in").text
    data = {
        "shown": hidden(page, "shown"),
        "wording": hidden(page, "wording"),
        "agreed": "y",
        "final": "y",
    }
    return browser.post(f"/assessments/{PLAN}/hand-in", data=data).location or ""


def release(browser: FlaskClient, cohort: str = "cohort-3") -> Any:
    """Look at the list, then release it."""
    page = browser.get(f"/marking/{PLAN}/release?cohort={cohort}").text
    data = {"cohort": cohort, "agreed": hidden(page, "agreed")}
    return browser.post(f"/marking/{PLAN}/release", data=data)


def test_a_draft_is_handed_in_marked_released_and_read(browse: Browse, people: People) -> None:
    ada, max_ = browse(people.ada), browse(people.max)
    receipt = ada.get(hand_in(ada))
    assert "Your receipt" in receipt.text
    queue = max_.get(f"/marking/{PLAN}?cohort=cohort-3")
    script = re.search(r'href="(/marking/scripts/\d+)"', queue.text)
    assert script
    assert "Ada Example" not in queue.text
    desk = max_.get(script[1])
    assert "My plan begins with her aims." in desk.text
    assert "Ada Example" not in desk.text
    assert max_.post(script[1], data=rubric(act="finish")).status_code == 303
    assert release(max_).status_code == 303
    result = ada.get(f"/assessments/{PLAN}/result")
    assert "You show how you chose." in result.text
    assert "Clear and kind." in result.text
    assert '<span class="verdict-mark">64</span>' in result.text


RESULT = f"/assessments/{PLAN}/result"
CONFIRM = f"/marking/{PLAN}/release?cohort=cohort-3"
QUEUE = f"/marking/{PLAN}?cohort=cohort-3"
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def finished(people: People, app: Flask) -> None:
    """Ada's script, finished and not released."""
    with app.app_context():
        finished_script(people.ada_place, people.max, code="4F2K")
        db.session.commit()


def count(app: Flask, table: type[Any]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(table.id))) or 0


def test_who_gets_what_is_shown_by_code_before_the_release(
    browse: Browse, people: People, finished: None, app: Flask
) -> None:
    page = browse(people.max).get(CONFIRM).text
    for words in ("Script 4F2K", ">64</td>", "Merit", "Release these results"):
        assert words in page
    assert "One in this cohort has not handed in, or can still change it." in page  # Ben
    assert "also sent to the university’s learning site" in page
    assert "Ada Example" not in page
    assert count(app, ResultRow) == 0


def test_nothing_is_seen_before_the_release(browse: Browse, people: People, finished: None) -> None:
    ada = browse(people.ada)
    page = ada.get(RESULT)
    assert page.status_code == 404
    assert "no result to see yet" in page.text
    assert "You show how you chose." not in ada.get(f"/assessments/{PLAN}").text


def test_a_release_wakes_the_worker_after_the_commit(
    browse: Browse, people: People, finished: None, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "lms.assessments.views.releasing.poke",
        lambda name: woken.append((name, count(app, ResultRow))),
    )
    assert release(browse(people.max)).status_code == 303
    assert woken == [("scores", 1), ("messages", 1)]


def test_two_people_release_at_once_and_it_happens_once(
    browse: Browse, people: People, finished: None, app: Flask
) -> None:
    max_, lin = browse(people.max), browse(people.lin)
    agreed = hidden(lin.get(CONFIRM).text, "agreed")
    assert release(max_).status_code == 303
    second = lin.post(f"/marking/{PLAN}/release", data={"cohort": "cohort-3", "agreed": agreed})
    assert second.status_code == 303
    assert "Nothing was done twice" in lin.get(second.location).text
    assert count(app, ResultRow) == 1
    assert count(app, Message) == 1


def test_reasons_are_shown_before_and_enforced_after(
    browse: Browse, people: People, finished: None, app: Flask
) -> None:
    with app.app_context():
        made(SubmissionFactory, enrolment_id=people.ben_place, code="9ZZ9")
        db.session.commit()
    max_ = browse(people.max)
    says = "Script 9ZZ9 is not finished: 6 things are missing."
    assert says in max_.get(QUEUE).text
    page = max_.get(CONFIRM).text
    assert says in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]
    refused = max_.post(f"/marking/{PLAN}/release", data={"cohort": "cohort-3"})
    assert refused.status_code == 409
    assert says in refused.text
    assert count(app, ResultRow) == 0


def test_a_list_that_changed_is_looked_at_again(
    browse: Browse, people: People, finished: None, app: Flask
) -> None:
    max_ = browse(people.max)
    agreed = hidden(max_.get(CONFIRM).text, "agreed")
    with app.app_context():
        finished_script(people.ben_place, people.max)
        db.session.commit()
    refused = max_.post(f"/marking/{PLAN}/release", data={"cohort": "cohort-3", "agreed": agreed})
    assert refused.status_code == 409
    assert "Something changed" in refused.text
    assert count(app, ResultRow) == 0
    assert release(max_).status_code == 303
    assert count(app, ResultRow) == 2


def test_only_whoever_may_releases(
    browse: Browse, people: People, finished: None, app: Flask
) -> None:
    for user_id in (people.ada, people.hub, people.admin, people.morgan):
        browser = browse(user_id)
        assert browser.get(CONFIRM).status_code == 403
        data = {"cohort": "cohort-3"}
        assert browser.post(f"/marking/{PLAN}/release", data=data).status_code == 403
    max_ = browse(people.max)
    assert max_.get(CONFIRM.replace("cohort-3", "cohort-2")).status_code == 404
    data = {"cohort": "cohort-2"}
    assert max_.post(f"/marking/{PLAN}/release", data=data).status_code == 404
    assert max_.post(f"/marking/{PLAN}/release", data={}).status_code == 404
    assert count(app, ResultRow) == 0


def test_feedback_comes_first_and_the_mark_when_it_is_asked_for(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.max)
        db.session.commit()
    ada = browse(people.ada)
    page = ada.get(RESULT).text
    before, after = page.split('<details class="fold section" id="mark">')
    assert "You show how you chose." in before
    assert "Take one sentence of your feedback to supervision" in before
    for mark in ("64", "Merit"):
        assert mark not in re.sub(r"<[^>]+>", "", before.split("<main")[1])
        assert mark in after
    for words in ("Why is this my mark?", "provisional", "Clause “rounding”", "example rules"):
        assert words in after
    assert 'id="mark" open' in ada.get(f"{RESULT}?mark").text
    assert "Max Example" not in page


def test_a_result_is_ones_own(browse: Browse, people: People, app: Flask) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.max)
        db.session.commit()
    for user_id in (people.ben, people.zoe):
        assert browse(user_id).get(RESULT).status_code == 404
    for user_id in (people.max, people.hub, people.admin):
        assert browse(user_id).get(RESULT).status_code == 403
    assert browse(people.morgan).get(RESULT).status_code == 404  # a line manager: never


def test_a_mark_below_the_pass_is_said_without_blame(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        db.session.commit()
    ada, max_ = browse(people.ada), browse(people.max)
    hand_in(ada)
    script = re.search(r'href="(/marking/scripts/\d+)"', max_.get(QUEUE).text)
    assert script
    max_.post(script[1], data=rubric(42, "not-yet", act="finish"))
    release(max_)
    page = ada.get(RESULT).text
    assert "Not yet, for" in page
    assert "does not meet the standard yet" in page
    assert "fail" not in page.lower()


def test_markup_in_comments_is_words_on_the_result(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        script = finished_script(people.ada_place, people.max)
        db.session.execute(sa.update(CriterionMark).values(comment=NASTY))
        released(script, people.max)
        db.session.commit()
    page = browse(people.ada).get(RESULT).text
    assert NASTY not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_released_script_is_closed_at_the_desk(
    browse: Browse, people: People, finished: None
) -> None:
    max_ = browse(people.max)
    release(max_)
    queue = max_.get(QUEUE).text
    assert "Everything handed in so far has been released." in queue
    script = re.search(r'href="(/marking/scripts/\d+)"', queue)
    assert script
    page = max_.get(script[1]).text
    assert "mark-form" not in page
    assert "Reopen" not in page
    assert max_.post(f"{script[1]}/reopen").status_code == 409


def test_a_whole_cohort_is_released_together(browse: Browse, people: People, app: Flask) -> None:
    with app.app_context():
        full_cohort(people.cohort, people.max, 24)
        db.session.commit()
    assert release(browse(people.max)).status_code == 303
    assert (count(app, ResultRow), count(app, Message)) == (24, 24)


@pytest.mark.parametrize(("moved", "most"), [(False, 10), (True, 11)])  # why it was due then
def test_the_result_asks_the_database_a_few_things(
    browse: Browse,
    people: People,
    app: Flask,
    statements: Callable[[], int],
    *,
    moved: bool,
    most: int,
) -> None:
    due = datetime(2026, 12, 22 if moved else 21, 12, tzinfo=UTC)
    with app.app_context():
        released(finished_script(people.ada_place, people.max, due_at=due), people.max)
        db.session.commit()
    ada = browse(people.ada)
    statements()
    assert ada.get(RESULT).status_code == 200
    assert statements() <= most
