"""What could tell who somebody is: shown before handing in, replaced after, kept nowhere."""

import io
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms import clock
from lms.assessments.models import ConfidentialityCheck, Draft, Submission, SubmissionFile
from lms.audit.models import AuditEntry
from lms.db import Base, db
from lms.people.service import places
from lms.storage import storage
from tests.conftest import People
from tests.factories import docx, pdf
from tests.web.test_assessment_pages import BRIEF, keep
from tests.web.test_hand_in import HAND_IN, StoppedClock, rows, sent
from tests.web.test_release import hidden
from tests.web.test_uploads import add

Browse = Callable[[int], FlaskClient]
PHONE = "07700 900 123"
REASON = "It is my own office number"
TOLD = f"She rang {PHONE} twice. She lives in LS6 4QX now."


def answered(page: str, reason: str) -> dict[str, str]:
    """A reason in each field of the check."""
    return dict.fromkeys(re.findall(r'name="(why-[^"]+)"', page), reason)


def everything_stored(app: Flask) -> dict[str, str]:
    """All rows of each table, as text."""
    with app.app_context():
        return {
            table.name: repr(db.session.execute(sa.select(table)).all())
            for table in Base.metadata.sorted_tables
        }


def test_finds_are_shown_in_their_place_and_stand_in_the_way(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, TOLD)
    page = ada.get(HAND_IN).text
    assert f'She rang <mark class="find">{PHONE}</mark> twice.' in page
    assert "This looks like a telephone number" in page
    assert "Your text, paragraph 1" in page
    assert "Take it out, or write" in page
    refused = sent(ada)
    assert refused.status_code == 409
    assert "2 places could tell who somebody is" in refused.text
    assert rows(app, Submission) == []


def test_a_reason_beside_each_is_enough_and_stays_when_another_is_missing(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, TOLD)
    answers = answered(ada.get(HAND_IN).text, REASON)
    first = dict(list(answers.items())[:1])
    refused = sent(ada, **first)
    assert refused.status_code == 409
    assert f'value="{REASON}"' in refused.text
    assert sent(ada, **answers).status_code == 303
    (check,) = rows(app, ConfidentialityCheck)
    assert (check.found, check.fixed, check.explained) == (2, 0, 2)
    (submission,) = rows(app, Submission)
    assert "0 fixed, 2 explained" in ada.get(f"/assessments/receipts/{submission.receipt}").text


def test_one_reason_does_for_all_of_a_kind(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, f"Ring {PHONE}, or 07700 900 456.")
    assert 'name="kind-phone"' in ada.get(HAND_IN).text
    assert sent(ada, **{"kind-phone": REASON}).status_code == 303


def test_what_is_fixed_is_counted(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    keep(ada, TOLD, act="hand-in")
    keep(ada, "She rang twice. She lives in LS6 4QX now.", 1, act="hand-in")
    assert sent(ada, **answered(ada.get(HAND_IN).text, REASON)).status_code == 303
    (check,) = rows(app, ConfidentialityCheck)
    assert (check.found, check.fixed, check.explained) == (1, 1, 1)


def test_neither_matches_nor_reasons_are_stored_or_logged(
    browse: Browse, people: People, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ada = browse(people.ada)
    keep(ada, TOLD, act="hand-in")
    answers = answered(ada.get(HAND_IN).text, REASON)
    sent(ada, **dict(list(answers.items())[:1]))
    assert sent(ada, **answers).status_code == 303
    for table, stored in everything_stored(app).items():
        assert REASON not in stored, table
        if table not in ("drafts", "submissions"):  # what was written stands there, whole
            assert PHONE not in stored, table
            assert "LS6" not in stored, table
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert REASON not in logged
    assert PHONE not in logged


def test_files_are_searched_with_their_paragraph_or_page(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    add(ada, docx(f"Ring {PHONE}."), "plan.docx")
    add(ada, pdf("She lives in LS6 4QX now."), "notes.pdf", version=1)
    page = ada.get(HAND_IN).text
    assert "plan.docx, paragraph 1" in page
    assert "notes.pdf, page 1" in page
    assert sent(ada).status_code == 409


def test_a_file_that_cannot_be_read_asks_for_a_look(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    add(ada, pdf(""), "scan.pdf")
    page = ada.get(HAND_IN).text
    assert "We could not read “scan.pdf”" in page
    refused = sent(ada)
    assert refused.status_code == 409
    assert "tick that you have" in refused.text
    looked = re.findall(r'name="(looked-\d+)"', page)
    assert sent(ada, **dict.fromkeys(looked, "y")).status_code == 303


def test_nothing_found_says_so_and_asks_for_a_last_look(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first. Section 45 of the Modern Slavery Act 2015 helps. Amara waits.")
    page = ada.get(HAND_IN).text
    assert "Nothing to look at. Please still read it once with this in mind." in page
    assert sent(ada).status_code == 303


def test_the_writers_employer_and_colleagues_are_known(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        organisation = places.find_or_make_organisation("Example Quay Project")
        db.session.flush()
        for user_id in (people.ada, people.ben):
            places.employ(user_id=user_id, organisation_id=organisation.id, manager_id=None)
        db.session.commit()
    ada = browse(people.ada)
    keep(ada, "At Example Quay Project we keep a rota.")
    assert "the organisation you work for" in ada.get(HAND_IN).text


def handed_in(browser: FlaskClient, text: str) -> str:
    keep(browser, text)
    answers = answered(browser.get(HAND_IN).text, REASON)
    location: str = sent(browser, **answers, final="y").location
    return location.rsplit("/", 1)[-1]


def replace(browser: FlaskClient, number: str, **data: Any) -> Any:
    boundary, body = encode_multipart(data)
    return browser.post(
        f"/assessments/receipts/{number}/replace",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def test_the_text_is_replaced_everywhere_and_the_date_stays(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    number = handed_in(ada, TOLD)
    (before,) = rows(app, Submission)
    assert (
        "Replace it so that nobody can be identified"
        in ada.get(f"/assessments/receipts/{number}").text
    )
    page = ada.get(f"/assessments/receipts/{number}/replace").text
    assert f'<mark class="find">{PHONE}</mark>' in page
    unticked = replace(ada, number, what="text", text="She rang twice.")
    assert unticked.status_code == 409
    assert "for this reason alone" in unticked.text
    assert "She rang twice.</textarea>" in unticked.text
    done = replace(ada, number, what="text", text="She rang twice.", alone="y")
    assert done.status_code == 303
    for table, stored in everything_stored(app).items():
        assert PHONE not in stored, table
    (after,) = rows(app, Submission)
    assert (after.text, after.words) == ("She rang twice.", 3)
    assert after.handed_in_at == before.handed_in_at
    assert after.sha256 != before.sha256
    (check,) = rows(app, ConfidentialityCheck)
    assert (check.found, check.fixed, check.explained) == (0, 2, 0)
    (noted,) = [one for one in rows(app, AuditEntry) if one.act == "replaced for confidentiality"]
    assert "rang" not in repr(noted.detail)
    assert "Replaced for confidentiality" in ada.get(f"/assessments/receipts/{number}").text
    script = browse(people.lin).get(f"/marking/scripts/{after.id}").text
    assert "She rang twice." in script
    assert "replaced something in it" in script


def test_a_file_is_replaced_and_the_old_one_deleted(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    add(ada, docx(f"Ring {PHONE}."), "plan.docx")
    number = handed_in(ada, "Words.")
    (old,) = rows(app, SubmissionFile)
    unreadable = replace(
        ada, number, what=str(old.id), alone="y", file=FileStorage(io.BytesIO(b"no"), "a.docx")
    )
    assert unreadable.status_code == 409
    assert "is not a Word" in unreadable.text
    new = docx("Ring me.")
    data = FileStorage(io.BytesIO(new), "safe.docx")
    assert replace(ada, number, what=str(old.id), alone="y", file=data).status_code == 303
    (now,) = rows(app, SubmissionFile)
    assert (now.id, now.name, now.words) == (old.id, "safe.docx", 2)
    with app.app_context():
        for key in (old.storage_key, old.marker_key):
            assert not (storage().folder / key[:2] / key).exists()
    assert ada.get(f"/assessments/files/{now.id}").data == new
    given = browse(people.lin).get(f"/assessments/files/{now.id}")
    assert "safe" not in given.headers["Content-Disposition"]
    same = FileStorage(io.BytesIO(new), "safe.docx")
    again = replace(ada, number, what=str(old.id), alone="y", file=same)
    assert again.status_code == 409
    assert "handed in already" in again.text


def test_after_48_hours_it_says_whom_to_turn_to(
    browse: Browse, people: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = browse(people.ada)
    number = handed_in(ada, TOLD)
    late = StoppedClock(clock.now() + timedelta(hours=49))
    monkeypatch.setattr("lms.assessments.views.replacing.clock", late)
    monkeypatch.setattr("lms.assessments.views.handing_in.clock", late)
    assert "Write to your module lead, today" in ada.get(f"/assessments/receipts/{number}").text
    page = ada.get(f"/assessments/receipts/{number}/replace").text
    assert "The 48 hours" in page
    assert "<textarea" not in page
    assert replace(ada, number, what="text", text="Other.", alone="y").status_code == 409
    assert rows(app, Draft)[0].text == TOLD


def test_only_its_owner_replaces_it_and_only_with_something(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    number = handed_in(ada, TOLD)
    address = f"/assessments/receipts/{number}/replace"
    for user_id, status in ((people.ben, 404), (people.zoe, 404), (people.max, 403)):
        assert browse(user_id).get(address).status_code == status
        assert (
            replace(browse(user_id), number, what="text", text="x", alone="y").status_code == status
        )
    for data in (
        {"what": "text", "text": " "},
        {"what": "text", "text": TOLD},
        {"what": "1"},
        {"what": "no number"},
        {},
    ):
        assert replace(ada, number, alone="y", **data).status_code in (404, 409)
    assert rows(app, Submission)[0].text == TOLD


def test_the_markers_copy_is_not_the_owners_file(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    data = docx("Words.", **{"docProps/core.xml": "<a>Ada Example</a>"})
    add(ada, data, "Ada Example.docx")
    sent(ada, final="y")
    (file,) = rows(app, SubmissionFile)
    address = f"/assessments/files/{file.id}"
    assert ada.get(address).data == data
    given = browse(people.lin).get(address)
    assert b"docProps" not in given.data
    with app.app_context():
        db.session.execute(sa.update(SubmissionFile).values(marker_key=None))  # an older row
        db.session.commit()
    assert browse(people.lin).get(address).data == given.data


def test_the_page_needs_no_more_statements_for_more_finds(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    ada = browse(people.ada)
    counts = []
    for version, text in enumerate(("One 07700 900 123.", "Ring 07700 900 123. " * 40)):
        keep(ada, text, version)
        statements()
        ada.get(HAND_IN)
        counts.append(statements())
    assert counts[0] == counts[1]


def test_the_address_of_the_brief_still_shows_what_was_handed_in(
    browse: Browse, people: People
) -> None:
    ada = browse(people.ada)
    number = handed_in(ada, TOLD)
    replace(ada, number, what="text", text="She rang twice.", alone="y")
    page = ada.get(BRIEF).text
    assert "She rang twice." in page
    assert PHONE not in page
    assert hidden(ada.get(f"/assessments/receipts/{number}/replace").text, "what") == "text"
