"""Files of a draft: taken, or refused with what was typed still there; given back as downloads."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms.assessments.models import SubmissionFile
from lms.db import db
from lms.storage import storage
from tests.conftest import People
from tests.factories import docx, odt, pdf
from tests.web.test_assessment_pages import BRIEF, DRAFT, keep
from tests.web.test_hand_in import sent

Browse = Callable[[int], FlaskClient]
TYPED = "Typed in the same form."


def add(
    browser: FlaskClient, data: bytes, name: str = "plan.docx", version: int = 0, **more: str
) -> Any:
    form = {"text": TYPED, "version": str(version), "act": "add", **more}
    # Encoded here: the test client would keep a large body in a temporary file and never close it.
    boundary, body = encode_multipart({**form, "file": FileStorage(io.BytesIO(data), name)})
    return browser.post(DRAFT, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def files(app: Flask) -> list[SubmissionFile]:
    with app.app_context():
        return list(db.session.scalars(sa.select(SubmissionFile).order_by(SubmissionFile.id)))


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (docx("Four words in it."), "plan.docx", "wordprocessingml.document"),
        (odt("Four words in it."), "plan.odt", "opendocument.text"),
        (pdf("Four words in it."), "plan.pdf", "application/pdf"),
    ],
)
def test_a_file_is_added_counted_and_given_back_as_it_came(
    browse: Browse, people: People, app: Flask, data: bytes, name: str, media_type: str
) -> None:
    ada = browse(people.ada)
    assert add(ada, data, name).status_code == 303
    page = ada.get(BRIEF).text
    assert name in page
    assert "4 words, 1 kB" in page
    assert TYPED in page
    (file,) = files(app)
    given = ada.get(f"/assessments/files/{file.id}")
    assert given.data == data
    assert media_type in given.headers["Content-Type"]
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert name in given.headers["Content-Disposition"]
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given.headers["Content-Security-Policy"]


def test_a_file_chosen_but_not_added_by_its_button_is_kept_too(
    browse: Browse, people: People, app: Flask
) -> None:
    for act in ("save", "hand-in"):
        add(browse(people.ada), docx("One."), f"{act}.docx", act=act)
    assert [file.name for file in files(app)] == ["save.docx", "hand-in.docx"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<script>alert(1)</script>", "is not a Word"),
        (b"", "is empty"),
        (docx("One.")[:80], "could not open"),
        (docx("One.", **{"word/vbaProject.bin": b"m"}), "contains macros"),
        (b"%PDF-" + b"0" * (11 * 1024 * 1024), "larger than 10 MB"),
        (b"%PDF-" + b"0" * (24 * 1024 * 1024), "larger than 10 MB"),  # more than the app reads
    ],
    ids=["not a document", "empty", "cut short", "macros", "large", "larger than we read"],
)
def test_a_refused_file_leaves_what_was_typed(
    browse: Browse, people: People, app: Flask, data: bytes, says: str
) -> None:
    ada = browse(people.ada)
    page = add(ada, data)
    assert page.status_code == 400
    assert says in page.text
    assert f"{TYPED}</textarea>" in page.text
    assert 'href="#file"' in page.text
    assert TYPED in ada.get(BRIEF).text
    assert files(app) == []


def test_the_button_without_a_file_says_so(browse: Browse, people: People) -> None:
    page = keep(browse(people.ada), TYPED, act="add")
    assert page.status_code == 400
    assert "Choose a file first" in page.text


def test_there_are_three_files_at_most(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    for version in range(3):
        add(ada, docx("One."), f"{version}.docx", 1 if version else 0)
    assert "Add this file" not in ada.get(BRIEF).text
    assert add(ada, docx("One."), "4.docx", 1).status_code == 400
    assert len(files(app)) == 3


def test_a_file_is_taken_out_and_its_content_forgotten(
    browse: Browse, people: People, app: Flask
) -> None:
    ada, ben = browse(people.ada), browse(people.ben)
    add(ada, docx("One."))
    (file,) = files(app)
    keep(ben, "Ben’s.")
    assert keep(ben, "Ben’s.", 1, act=f"remove-{file.id}").status_code == 404
    assert len(files(app)) == 1
    assert keep(ada, TYPED, 1, act=f"remove-{file.id}").status_code == 303
    assert files(app) == []
    with app.app_context():
        assert not (storage().folder / file.storage_key[:2] / file.storage_key).exists()
    assert keep(ada, TYPED, 1, act="remove-x").status_code == 303


def test_a_file_is_its_owners_and_after_handing_in_its_markers(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    add(ada, docx("One."), "Ada Example plan.docx")
    (file,) = files(app)
    address = f"/assessments/files/{file.id}"
    assert browse(people.max).get(address).status_code == 404  # a draft is nobody else's
    sent(ada, final="y")
    given = browse(people.max).get(address)
    assert given.status_code == 200
    assert "Ada" not in given.headers["Content-Disposition"]
    assert re.search(r"UTF-8''[A-Z2-9]{4}-1\.docx", given.headers["Content-Disposition"])
    assert "Ada%20Example" in ada.get(address).headers["Content-Disposition"]
    for user_id in (people.ben, people.zoe, people.hub, people.admin, people.morgan):
        assert browse(user_id).get(address).status_code == 404
    assert ada.get("/assessments/files/99999").status_code == 404


def test_a_file_of_another_cohort_is_not_there(browse: Browse, people: People, app: Flask) -> None:
    zoe = browse(people.zoe)
    add(zoe, docx("One."))
    sent(zoe, final="y")
    (file,) = files(app)
    assert browse(people.max).get(f"/assessments/files/{file.id}").status_code == 404
    assert browse(people.lin).get(f"/assessments/files/{file.id}").status_code == 200


def test_an_odd_name_cannot_add_a_header(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    add(ada, docx("One."), 'é"; x=<script>.docx')
    (file,) = files(app)
    given = ada.get(f"/assessments/files/{file.id}").headers["Content-Disposition"]
    assert given.startswith("attachment; filename=\"file.docx\"; filename*=UTF-8''%C3%A9")
    assert "<" not in given
    assert "<script>." not in ada.get(BRIEF).text


def test_a_script_saving_the_draft_sends_no_files(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    answer = ada.post(
        DRAFT,
        data={"text": TYPED, "version": "0", "file": (io.BytesIO(docx("One.")), "plan.docx")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    assert files(app) == []
