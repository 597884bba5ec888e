"""Comments on passages of files and on pages of PDFs: beside the rubric, and for their writer."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import PinnedComment, SubmissionFile
from lms.assessments.rules.uploads import DOCX, PDF
from lms.db import db
from lms.storage import storage
from tests.conftest import People
from tests.factories import (
    PLAN,
    SubmissionFactory,
    SubmissionFileFactory,
    docx,
    finished_script,
    made,
    pdf,
    released,
)

Browse = Callable[[int], FlaskClient]
JSON = {"Accept": "application/json"}
SCAN = pdf("")


def add_file(script: int, data: bytes, media_type: str) -> int:
    number: int = made(
        SubmissionFileFactory,
        submission_id=script,
        media_type=media_type,
        storage_key=storage().save(data),
    ).id
    return number


@pytest.fixture
def script(people: People, app: Flask) -> dict[str, int]:
    """Ada's script: a Word file, a PDF, and a PDF without words."""
    with app.app_context():
        number = made(SubmissionFactory, enrolment_id=people.ada_place, code="4F2K", text="").id
        found = {
            "script": number,
            "word": add_file(number, docx("What &lt;b&gt;works&lt;/b&gt; here."), DOCX),
            "pdf": add_file(number, pdf("A page of the plan."), PDF),
            "scan": add_file(number, SCAN, PDF),
        }
        db.session.commit()
    return found


def pins(app: Flask) -> list[tuple[int | None, int, str, str]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(PinnedComment).order_by(PinnedComment.file_id))
        return [(row.file_id, row.place, row.quote, row.comment) for row in rows]


def test_words_of_files_stand_beside_the_rubric_and_take_comments(
    browse: Browse, people: People, script: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    address = f"/marking/scripts/{script['script']}"
    page = max_.get(address).text
    assert "What &lt;b&gt;works&lt;/b&gt; here." in page
    assert "A page of the plan." in page
    assert f'name="pin-{script["word"]}-1"' in page
    assert "Your comment on file 2, page 1, which the trainee will read" in page
    assert "Its words could not be read here." in page
    sent = {
        "version": 0,
        f"pin-{script['word']}-1": "How?",
        f"quote-{script['word']}-1": "here",
        f"pin-{script['pdf']}-1": "Whose?",
        f"newpin-{script['scan']}": "I like the drawing.",
        f"newpage-{script['scan']}": "3",
    }
    assert max_.post(address, data=sent, headers=JSON).status_code == 200
    assert pins(app) == [
        (script["word"], 1, "here", "How?"),
        (script["pdf"], 1, "", "Whose?"),
        (script["scan"], 3, "", "I like the drawing."),
    ]
    page = max_.get(address).text
    assert "<mark>here</mark>" in page
    assert f'name="pin-{script["scan"]}-3"' in page


def test_their_writer_reads_them_with_the_words_they_are_on(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        script = finished_script(people.ada_place, people.max)
        word = add_file(script.id, docx("What works here."), DOCX)
        scan = add_file(script.id, SCAN, PDF)
        mark = script.id and db.session.scalars(sa.text("SELECT id FROM marks")).one()
        for file, place, quote in ((word, 1, "works"), (scan, 2, "")):
            pin = PinnedComment(
                mark_id=mark, file_id=file, place=place, quote=quote, comment=f"On {place}."
            )
            db.session.add(pin)
        released(script, people.lin)
        db.session.commit()
    page = browse(people.ada).get(f"/assessments/{PLAN}/result").text
    assert "What <mark>works</mark> here." in page
    assert "Your marker, on file 1, passage 1" in page
    assert "Your marker, on file 2, page 2" in page


def test_a_comment_without_its_page_is_not_lost_and_not_said_to_be_saved(
    browse: Browse, people: People, script: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    address = f"/marking/scripts/{script['script']}"
    sent = {"version": 0, f"newpin-{script['scan']}": "On which page?", "comment": "Kept."}
    for page in ("", "0", "-1", "x", "99999"):
        answer = max_.post(address, data={**sent, f"newpage-{script['scan']}": page}, headers=JSON)
        assert answer.status_code == 400
        assert "number of the page" in answer.text
    shown = max_.post(address, data=sent)
    assert shown.status_code == 400
    assert "On which page?" in shown.text
    assert "Write the number of the page." in shown.text
    assert "Kept." in shown.text
    assert pins(app) == []


def test_a_file_that_is_gone_or_broken_stands_as_unread(
    browse: Browse, people: People, script: dict[str, int], app: Flask
) -> None:
    with app.app_context():
        for file in db.session.scalars(sa.select(SubmissionFile)):
            if file.id == script["word"]:
                file.storage_key = storage().save(b"PK\x03\x04 broken")
            else:
                storage().delete(file.storage_key)
        db.session.commit()
    page = browse(people.max).get(f"/marking/scripts/{script['script']}")
    assert page.status_code == 200
    assert page.text.count("Its words could not be read here.") == 3
