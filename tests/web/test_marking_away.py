"""Scripts taken away to be marked, and the sheet that comes back."""

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms.assessments.models import (
    CriterionMark,
    Mark,
    MarkingSheet,
    PinnedComment,
    ScriptOpened,
)
from lms.audit.models import AuditEntry
from lms.db import db
from lms.storage import storage
from tests.conftest import People
from tests.factories import (
    PLAN,
    EnrolmentFactory,
    MarkFactory,
    SubmissionFactory,
    SubmissionFileFactory,
    finished_script,
    full_cohort,
    made,
    pdf,
    released,
)

Browse = Callable[[int], FlaskClient]
QUEUE = f"/marking/{PLAN}?cohort=cohort-3"
AWAY = f"/marking/{PLAN}/away?cohort=cohort-3"
SHEET = f"/marking/{PLAN}/sheet?cohort=cohort-3"


@pytest.fixture
def scripts(people: People, app: Flask) -> dict[str, int]:
    """Ada's script, of text and a file, and Ben's, both not begun."""
    with app.app_context():
        ada = made(SubmissionFactory, enrolment_id=people.ada_place, code="AAAA", text="=My plan.")
        made(
            SubmissionFileFactory,
            submission_id=ada.id,
            name="Ada Example plan.pdf",
            storage_key=storage().save(pdf("A page.")),
        )
        ben = made(SubmissionFactory, enrolment_id=people.ben_place, code="BBBB", text="Ben’s.")
        db.session.commit()
        return {"ada": ada.id, "ben": ben.id}


def take(browser: FlaskClient) -> dict[str, bytes]:
    answer = browser.post(f"/marking/{PLAN}/away/scripts", data={"cohort": "cohort-3"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    data = answer.data
    answer.close()  # and with it the file behind it
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def edit(data: bytes, **cells: Any) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for at, value in cells.items():
        book["Marks"][at] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(browser: FlaskClient, data: bytes) -> Any:
    # Encoded here: the test client would keep a large body in a temporary file and never close it.
    boundary, body = encode_multipart({"sheet": FileStorage(io.BytesIO(data), "marks.xlsx")})
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.post(AWAY, data=body, content_type=kind, follow_redirects=True)


def apply(browser: FlaskClient, page: str, act: str = "apply") -> Any:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return browser.post(SHEET, data={"seen": found[1], "act": act}, follow_redirects=True)


def marks(app: Flask) -> dict[int, tuple[int, str]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(Mark).order_by(Mark.id))
        return {row.submission_id: (row.version, row.comment) for row in rows}


def test_scripts_are_taken_away_by_code_with_one_sheet_and_count_as_opened(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    assert "Mark away from the network" in max_.get(QUEUE).text
    assert "Two of two scripts" in max_.get(AWAY).text
    pack = take(max_)
    assert sorted(pack) == [
        "marks.xlsx",
        "scripts/AAAA-1.pdf",
        "scripts/AAAA.txt",
        "scripts/BBBB.txt",
    ]
    assert pack["scripts/AAAA.txt"] == b"=My plan."
    assert b"Example" not in b"".join(pack[name] for name in pack if name != "marks.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(pack["marks.xlsx"]))["Marks"].values)
    assert [row[:2] for row in rows[1:]] == [("AAAA", "0"), ("BBBB", "0")]
    take(max_)
    with app.app_context():
        opened = db.session.scalars(sa.select(ScriptOpened.submission_id)).all()
        assert sorted(opened) == sorted(scripts.values())
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("took scripts away to mark") == 2


def test_a_sheet_changes_nothing_until_what_was_shown_is_saved(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    sheet = edit(
        take(max_)["marks.xlsx"], C2="Merit", D2=64, E2="<b>Clear</b>", R2="All in all, good."
    )
    page = send(max_, sheet).text
    assert "One script changes" in page
    assert '<td data-label="In your sheet"><div class="as-typed">64</div></td>' in page
    assert "&lt;b&gt;Clear&lt;/b&gt;" in page
    assert "As they are: BBBB." in page
    assert marks(app) == {}
    assert "A sheet of yours is here" in max_.get(AWAY).text
    after = apply(max_, page)
    assert "One script is saved." in after.text
    assert after.request.path == f"/marking/{PLAN}"
    assert marks(app) == {scripts["ada"]: (1, "All in all, good.")}
    with app.app_context():
        row = db.session.scalars(sa.select(CriterionMark).order_by(CriterionMark.id)).first()
        assert row is not None
        assert (row.band, row.points, row.comment) == ("merit", Decimal(64), "<b>Clear</b>")
        assert db.session.scalar(sa.select(sa.func.count(MarkingSheet.id))) == 0


def test_a_row_whose_script_was_saved_meanwhile_is_left_and_its_words_are_shown(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    sheet = edit(take(max_)["marks.xlsx"], R2="From the train.", R3="Also from the train.")
    max_.post(f"/marking/scripts/{scripts['ada']}", data={"version": 0, "comment": "At home."})
    page = send(max_, sheet).text
    assert "saved here after the sheet was taken" in page
    assert "From the train." in page
    after = apply(max_, page)
    assert "One script is saved." in after.text
    assert "From the train." in after.text  # the sheet stays until it is put away
    assert marks(app) == {
        scripts["ada"]: (1, "At home."),
        scripts["ben"]: (1, "Also from the train."),
    }
    assert "put away" in apply(max_, after.text, "drop").text
    assert max_.get(SHEET).status_code == 404


def test_what_changed_after_the_look_is_not_saved_unseen(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    page = send(max_, edit(take(max_)["marks.xlsx"], R2="Before.")).text
    max_.post(f"/marking/scripts/{scripts['ada']}", data={"version": 0, "comment": "Meanwhile."})
    after = apply(max_, page)
    assert after.status_code == 409
    assert "Something changed since this was shown" in after.text
    assert marks(app) == {scripts["ada"]: (1, "Meanwhile.")}


def test_comments_on_passages_stay_when_a_sheet_is_saved(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    max_.post(f"/marking/scripts/{scripts['ada']}", data={"version": 0, "pin-0-1": "Whose?"})
    apply(max_, send(max_, edit(take(max_)["marks.xlsx"], R2="Good.")).text)
    assert marks(app)[scripts["ada"]] == (2, "Good.")
    with app.app_context():
        assert db.session.scalars(sa.select(PinnedComment.comment)).all() == ["Whose?"]


def test_what_cannot_be_marked_now_is_neither_taken_nor_saved(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask
) -> None:
    max_ = browse(people.max)
    whole = take(max_)["marks.xlsx"]
    with app.app_context():
        made(MarkFactory, submission_id=scripts["ben"], marker_id=people.lin, comment="Lin’s.")
        done = made(EnrolmentFactory, cohort_id=people.cohort)
        released(finished_script(done.id, people.max, code="CCCC"), people.lin)
        db.session.commit()
    assert [name for name in take(max_) if "BBBB" in name or "CCCC" in name] == []
    sheet = edit(whole, R3="Not mine.", A4="CCCC", B4="1", R4="Too late.", A5="ZZZZ", R5="Who?")
    page = send(max_, sheet).text
    assert "Lin Example is marking this script" in page
    assert "This result has been released" in page
    assert "A5: script ZZZZ is not in this queue for you to mark." in page
    apply(max_, page)
    assert marks(app)[scripts["ben"]] == (1, "Lin’s.")


def test_nobody_else_takes_scripts_away_or_sends_a_sheet(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    sheet = take(browse(people.max))["marks.xlsx"]
    for person in (people.ada, people.hub):
        browser = browse(person)
        for page in (AWAY, SHEET):
            assert browser.get(page).status_code in (403, 404)
        assert browser.post(f"/marking/{PLAN}/away/scripts").status_code in (403, 404)
        assert send(browser, sheet).status_code in (403, 404)
    elsewhere = AWAY.replace("cohort-3", "cohort-2")
    assert browse(people.max).get(elsewhere).status_code == 404


def test_a_sheet_is_its_senders_alone(
    browse: Browse, people: People, scripts: dict[str, int]
) -> None:
    max_, lin = browse(people.max), browse(people.lin)
    send(max_, edit(take(max_)["marks.xlsx"], R2="Mine."))
    assert max_.get(SHEET).status_code == 200
    assert lin.get(SHEET).status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "Choose the sheet"), (b"code,mark", "not an .xlsx sheet"), (b"PK\x03\x04x", "not open")],
)
def test_a_sheet_that_is_not_read_says_why(
    browse: Browse, people: People, scripts: dict[str, int], app: Flask, data: bytes, said: str
) -> None:
    answer = send(browse(people.max), data)
    assert answer.status_code == 409
    assert said in answer.text
    assert 'href="#sheet"' in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(MarkingSheet.id))) == 0


def test_an_empty_queue_has_nothing_to_take(browse: Browse, people: People) -> None:
    max_ = browse(people.max)
    assert "no script here that you can mark" in max_.get(AWAY).text
    answer = max_.post(f"/marking/{PLAN}/away/scripts", data={"cohort": "cohort-3"})
    assert answer.status_code == 409
    assert "no script here that you can mark" in answer.text


def test_statements_do_not_grow_with_people(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    max_ = browse(people.max)

    def counted(size: int) -> tuple[int, int, int]:
        with app.app_context():
            full_cohort(people.cohort, people.max, size)
            db.session.execute(sa.update(Mark).values(finished_at=None))
            db.session.commit()
        statements()
        pack = take(max_)
        taking = statements()
        send(max_, pack["marks.xlsx"])
        sending = statements()
        max_.get(AWAY)
        return taking, sending, statements()

    counted(1)  # whatever is made once
    assert counted(2) == counted(12)
