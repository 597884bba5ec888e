"""Comments on passages, comments kept to use again, and what a whole cohort is told."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import BankComment, Mark, PinnedComment
from lms.db import db
from lms.modules.catalogue import catalogue
from tests.conftest import NOW, People
from tests.factories import PLAN, SubmissionFactory, finished_script, full_cohort, made, released

Browse = Callable[[int], FlaskClient]
JSON = {"Accept": "application/json"}


@pytest.fixture
def script(people: People, app: Flask) -> int:
    """Ada's script of three passages."""
    with app.app_context():
        number: int = made(
            SubmissionFactory,
            enrolment_id=people.ada_place,
            code="4F2K",
            text="First <b>passage</b>.\n\nThe second says the law is clear.\n\nThird.",
        ).id
        db.session.commit()
    return number


def first_criterion(app: Flask) -> str:
    with app.app_context():
        return catalogue().assessment(PLAN).criteria[0].id


def save(browser: FlaskClient, script: int, *, json: bool = False, **fields: object) -> Any:
    data = {name.replace("_", "-"): str(value) for name, value in fields.items()}
    headers = JSON if json else {}
    return browser.post(f"/marking/scripts/{script}", data=data, headers=headers)


def pins(app: Flask) -> list[tuple[int, str, str]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(PinnedComment).order_by(PinnedComment.place))
        return [(row.place, row.quote, row.comment) for row in rows]


def test_a_comment_on_a_passage_is_saved_as_it_is_typed_and_shown_with_its_words(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_ = browse(people.max)
    answer = save(max_, script, json=True, version=0, pin_0_2="Whose law?", quote_0_2="the law")
    assert answer.json["version"] == 1
    assert pins(app) == [(2, "the law", "Whose law?")]
    page = max_.get(f"/marking/scripts/{script}").text
    assert "The second says <mark>the law</mark> is clear." in page
    assert "First &lt;b&gt;passage&lt;/b&gt;." in page
    save(max_, script, json=True, version=1, pin_0_2="Whose law, and when?", pin_0_3="Say more.")
    assert pins(app) == [(2, "", "Whose law, and when?"), (3, "", "Say more.")]
    save(max_, script, json=True, version=2, pin_0_2="  ", pin_0_3="Say more.")
    assert pins(app) == [(3, "", "Say more.")]


def test_a_window_that_is_out_of_date_saves_no_comment_and_loses_none(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    max_ = browse(people.max)
    save(max_, script, json=True, version=0, pin_0_1="One window.")
    answer = save(max_, script, version=0, pin_0_1="Another window.")
    assert answer.status_code == 409
    assert "Another window." in answer.text
    assert pins(app) == [(1, "", "One window.")]


def test_a_comment_on_a_file_of_another_script_is_not_kept(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    answer = save(browse(people.max), script, json=True, version=0, pin_99_1="Elsewhere.")
    assert answer.status_code == 200
    assert pins(app) == []


def test_its_writer_reads_comments_beside_the_passages_once_released(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        script = finished_script(people.ada_place, people.max)
        script.text = "First.\n\nThe second says the law is clear."
        mark = db.session.scalars(sa.select(Mark)).one()
        db.session.add(
            PinnedComment(mark_id=mark.id, place=2, quote="the law", comment="Whose <law>?")
        )
        released(script, people.lin)
        db.session.commit()
    lin = browse(people.lin)
    page = lin.get(f"/marking/{PLAN}/cohort-feedback?cohort=cohort-3").text
    version = re.search(r'name="version".*?value="(\d+)"', page)
    assert version
    lin.post(
        f"/marking/{PLAN}/cohort-feedback",
        data={"cohort": "cohort-3", "version": version[1], "text": "Most of you argued well."},
    )
    page = browse(people.ada).get(f"/assessments/{PLAN}/result").text
    assert "says <mark>the law</mark> is clear." in page
    assert "Whose &lt;law&gt;?" in page
    assert "Most of you argued well." in page


def test_cohort_feedback_is_for_whoever_releases_and_never_saved_over(
    browse: Browse, people: People
) -> None:
    address = f"/marking/{PLAN}/cohort-feedback"
    data = {"cohort": "cohort-3", "version": 0, "text": "First words."}
    for user_id in (people.ada, people.hub, people.admin):
        assert browse(user_id).post(address, data=data).status_code == 403
    assert browse(people.max).post(address, data=data).status_code == 303
    late = browse(people.lin).post(address, data=data | {"text": "Second words."})
    assert late.status_code == 409
    assert "First words." in late.text
    assert "Second words." in late.text


def test_a_comment_is_kept_while_marking_and_put_in_again(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    criterion = first_criterion(app)
    max_ = browse(people.max)
    field = f"{criterion}-why"
    answer = max_.post(
        f"/marking/scripts/{script}",
        data={"version": 0, field: "Say how you know.", "act": f"keep-{criterion}"},
    )
    assert answer.location.endswith(f"#criterion-{criterion}")
    with app.app_context():
        kept = db.session.scalars(sa.select(BankComment)).one()
        assert (kept.text, kept.criterion, kept.owner_id) == (
            "Say how you know.",
            criterion,
            people.max,
        )
        number = kept.id
    max_.post(
        f"/marking/scripts/{script}",
        data={"version": 1, field: "Clear.", "act": f"put-{number}-{criterion}"},
    )
    page = max_.get(f"/marking/scripts/{script}").text
    assert "Clear.\n\nSay how you know.</textarea>" in page
    with app.app_context():
        assert db.session.get_one(BankComment, number).used == 1


def test_a_colleagues_comment_is_used_only_where_it_is_shared(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    criterion = first_criterion(app)
    with app.app_context():
        comment = BankComment(
            owner_id=people.lin, text="Lin’s words.", shared=False, used=0, kept_at=NOW
        )
        db.session.add(comment)
        db.session.commit()
        number = comment.id
    max_ = browse(people.max)
    put = {"version": 0, "act": f"put-{number}-{criterion}"}
    assert "Lin’s words." not in max_.get(f"/marking/scripts/{script}").text
    assert max_.post(f"/marking/scripts/{script}", data=put).status_code in (404, 409)
    changed = {"comment": number, "text": "Taken."}
    assert max_.post("/marking/comments", data=changed).status_code == 404
    shared = {"comment": number, "text": "Lin’s words.", "shared": "y"}
    assert browse(people.lin).post("/marking/comments", data=shared).status_code == 303
    page = max_.get(f"/marking/scripts/{script}").text
    assert "Shared by Lin Example" in page
    assert max_.post(f"/marking/scripts/{script}", data=put).status_code == 303


def test_a_comment_is_changed_and_taken_away_and_empty_ones_are_refused(
    browse: Browse, people: People, app: Flask
) -> None:
    max_ = browse(people.max)
    refused = max_.post("/marking/comments", data={"text": "  "})
    assert refused.status_code == 409
    assert "There are no words to keep yet" in refused.text
    max_.post("/marking/comments", data={"text": "Good."})
    max_.post("/marking/comments", data={"text": "Good."})
    with app.app_context():
        number = db.session.scalars(sa.select(BankComment.id)).one()
    assert max_.post("/marking/comments", data={"comment": number, "text": ""}).status_code == 409
    max_.post("/marking/comments", data={"comment": number, "act": "drop", "text": "x"})
    with app.app_context():
        assert db.session.scalars(sa.select(BankComment.id)).all() == []


def test_words_to_a_cohort_are_kept_as_they_are_typed_and_read_when_they_are_given(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.lin)
        db.session.commit()
    address = f"/marking/{PLAN}/cohort-feedback"
    lin, data = browse(people.lin), {"cohort": "cohort-3"}
    assert 'data-autosave="' in lin.get(f"{address}?cohort=cohort-3").text
    kept = lin.post(address, data={**data, "version": 0, "text": "Half a sen"}, headers=JSON)
    assert json.loads(kept.text)["version"] == 1
    assert "Half a sen" in lin.get(f"{address}?cohort=cohort-3").text
    assert "Half a sen" not in browse(people.ada).get(f"/assessments/{PLAN}/result").text
    late = lin.post(address, data={**data, "version": 0, "text": "Another"}, headers=JSON)
    assert late.status_code == 409
    assert "another window" in late.text
    lin.post(address, data={**data, "version": 1, "text": "A whole sentence."})
    lin.post(address, data={**data, "version": 2, "text": "A whole sentence. And"}, headers=JSON)
    page = browse(people.ada).get(f"/assessments/{PLAN}/result").text
    assert "A whole sentence." in page
    assert "And" not in page.partition("A whole sentence.")[2].partition("</section>")[0]


def test_a_comment_that_stands_in_many_scripts_is_shown_calmly(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    max_ = browse(people.max)
    max_.post("/marking/comments", data={"text": "You show how you chose."})
    max_.post("/marking/comments", data={"text": "YOU SHOW HOW YOU CHOSE."})
    with app.app_context():
        full_cohort(people.cohort, people.max, 3)
        db.session.commit()
    statements()
    assert "Word for word" not in max_.get("/marking/comments").text
    before = statements()
    with app.app_context():
        full_cohort(people.cohort, people.max, 2)
        db.session.commit()
    statements()
    page = max_.get("/marking/comments").text
    assert statements() == before
    assert page.count("Word for word in five scripts of Assessment B.") == 1
    assert "Word for word" not in browse(people.lin).get("/marking/comments").text
