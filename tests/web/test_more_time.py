"""More time, further attempts, adjustments and pauses: what each role sees, does and cannot see."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.actor import Role
from lms.assessments.models import (
    Adjustment,
    Circumstances,
    ConfidentialityCheck,
    Draft,
    Evidence,
    MoreTime,
    OpenedAttempt,
    Submission,
)
from lms.assessments.rules.more_time import Category, State, Wants
from lms.assessments.views import erase_circumstances
from lms.db import db
from lms.messages.models import Message
from lms.people.models import Cohort, Pause
from lms.people.service import places
from lms.regulations import Attempt
from lms.storage import storage
from tests.conftest import NOW, People
from tests.factories import (
    PLAN,
    DraftFactory,
    EnrolmentFactory,
    Made,
    SubmissionFactory,
    finished_script,
    made,
    pdf,
    released,
)
from tests.web.test_release import hidden

Browse = Callable[[int], FlaskClient]
BRIEF = f"/assessments/{PLAN}"
MORE = f"{BRIEF}/more-time"
WHY = "My daughter has been in hospital since Thursday."


class MoreTimeFactory(Made):
    class Meta:
        model = MoreTime

    assessment = PLAN
    attempt = 1
    wants = Wants.DAYS
    category = Category.CARE
    days = 5
    state = State.OPEN
    asked_at = NOW
    words = ""


@pytest.fixture
def soon(people: People, app: Flask) -> datetime:
    """Cohort 3 under rules that say much, with the plan due next Monday at noon in London."""
    today = clock.today(clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    with app.app_context():
        cohort = db.session.get_one(Cohort, people.cohort)
        cohort.regulations = "pgcert-example-2"
        cohort.starts_on = monday - timedelta(weeks=32)
        db.session.commit()
    at_noon = datetime(monday.year, monday.month, monday.day, 12, tzinfo=clock.LONDON)
    return at_noon.astimezone(UTC)


def one(app: Flask, model: type[Any]) -> Any:
    with app.app_context():
        found = db.session.scalars(sa.select(model)).all()
        assert len(found) == 1, found
        return found[0]


def count(app: Flask, model: type[Any]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def mails(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        rows = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
        return [(row.to, row.subject, row.body) for row in rows]


def ask(browser: FlaskClient, **said: object) -> TestResponse:
    data = {"wants": "DAYS", "days": "8", "category": "CARE", "text": WHY} | said
    return browser.post(f"{MORE}/ask", data=data, content_type="multipart/form-data")


def asked(app: Flask, people: People, **values: object) -> int:
    """Ada's request, open, with circumstances and a file."""
    with app.app_context():
        row = made(MoreTimeFactory, enrolment_id=people.ada_place, **values)
        db.session.add(Circumstances(more_time_id=row.id, text=WHY))
        file = Evidence(
            more_time_id=row.id,
            name="letter.pdf",
            media_type="application/pdf",
            size=4,
            storage_key=storage().save(b"%PDF"),
            added_at=NOW,
        )
        db.session.add(file)
        db.session.commit()
        row_id: int = row.id
        return row_id


def answer(browser: FlaskClient, request_id: int, **said: str) -> TestResponse:
    return browser.post(f"/assessments/requests/{request_id}", data=said)


# What a learner takes and asks for.


def test_time_is_taken_at_once_and_only_the_kind_of_reason_is_kept(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    ada = browse(people.ada)
    page = ada.get(MORE).text
    assert "It is the date of your cohort." in page
    sent = {"seen": hidden(page, "seen"), "category": "HEALTH"}
    taken = ada.post(f"{MORE}/take", data=sent, follow_redirects=True)
    assert "You have more time" in taken.text
    assert "You took 5 working days more." in taken.text
    row = one(app, MoreTime)
    assert isinstance(row, MoreTime)
    assert (row.state, row.days, row.category) == (State.TAKEN, 5, Category.HEALTH)
    assert count(app, Circumstances) == 0
    [(to, subject, body)] = mails(app)
    assert (to, subject) == ("ada@example.test", "You have more time")
    assert "health" not in body
    again = ada.post(f"{MORE}/take", data=sent)
    assert again.status_code == 409
    assert "date changed after this page was opened" in again.text
    assert count(app, MoreTime) == 1


def test_the_new_date_is_on_every_page_that_shows_it(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    ada = browse(people.ada)
    ada.post(
        f"{MORE}/take", data={"seen": hidden(ada.get(MORE).text, "seen"), "category": "UNSAID"}
    )
    new = re.search(r"<dt>Hand in by</dt><dd>([^<]+)<", ada.get(BRIEF).text)
    assert new
    assert clock.on_page(soon) != new[1]
    ada.post(f"{BRIEF}/draft", data={"text": "A plan.", "version": "0"})
    page = ada.get(f"{BRIEF}/hand-in").text
    assert new[1] in page
    assert "You took 5 working days more." in page
    assert new[1] in ada.get("/home").text
    assert new[1] in browse(people.max).get("/cohorts/cohort-3").text
    sent = {"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"}
    receipt = ada.post(f"{BRIEF}/hand-in", data=sent, follow_redirects=True).text
    assert new[1] in receipt
    assert "You took 5 working days more." in receipt
    with app.app_context():
        script = db.session.scalars(sa.select(Submission)).one()
        assert clock.on_page(script.due_at) == new[1]
        assert script.attempt_kind is Attempt.FIRST


def test_a_request_is_sent_and_nothing_of_why_leaves_by_mail(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    ada = browse(people.ada)
    done = ask(ada, files=(io.BytesIO(pdf("A letter.")), "letter.pdf"))
    assert done.status_code == 303
    page = ada.get(MORE).text
    assert "Waits for an answer" in page
    assert WHY in page
    assert "letter.pdf" in page
    assert "More time asked for" in ada.get(BRIEF).text
    [(to, _, body)] = mails(app)
    assert to == "lin@example.test"
    assert "hospital" not in body
    assert "Ada" not in body
    assert ask(ada).status_code == 409  # one at a time
    assert count(app, MoreTime) == 1


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({"days": "30"}, 409, "the regulations allow 20"),
        ({"days": ""}, 409, "how many working days"),
        ({"days": "soon"}, 400, "Write a whole number"),
        ({"wants": "MORE"}, 400, "Not a valid choice"),
        ({"text": " "}, 409, "Write what has happened"),
        ({"files": (io.BytesIO(b"MZ"), "x.exe")}, 400, "choose the files once more"),
    ],
)
def test_a_refused_request_keeps_what_was_typed(
    browse: Browse,
    people: People,
    app: Flask,
    soon: datetime,
    said: dict[str, object],
    status: int,
    words: str,
) -> None:
    refused = ask(browse(people.ada), **({"text": WHY} | said))
    assert refused.status_code == status
    assert words in refused.text
    assert (WHY in refused.text) == ("text" not in said)
    assert count(app, MoreTime) == 0


def test_a_request_taken_back_erases_what_was_written(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    request_id = asked(app, people)
    key = one(app, Evidence).storage_key
    ada = browse(people.ada)
    for _ in range(2):  # twice is harmless
        done = ada.post(f"{MORE}/{request_id}/take-back", follow_redirects=True)
        assert "erased" in done.text
    assert (count(app, Circumstances), count(app, Evidence)) == (0, 0)
    with app.app_context():
        assert not storage()._path(key).exists()
    assert browse(people.ben).post(f"{MORE}/{request_id}/take-back").status_code == 404
    lin = browse(people.lin)
    assert lin.get(f"/assessments/requests/{request_id}").status_code == 404
    late = answer(lin, request_id, answer="DAYS", days="3")
    assert late.status_code == 409
    assert "took this request back" in late.text


# Who decides, and who may know why.


def test_a_lead_decides_and_the_learner_reads_the_answer(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    request_id = asked(app, people)
    lin = browse(people.lin)
    assert "1 to answer" in lin.get("/home").text
    listed = lin.get("/assessments/requests").text
    assert "Ada Example" in listed
    assert "hospital" not in listed
    page = lin.get(f"/assessments/requests/{request_id}").text
    assert WHY in page
    done = answer(lin, request_id, answer="DAYS", days="8", words="I hope she is home soon.")
    assert done.status_code == 303
    ada = browse(people.ada)
    read = ada.get(MORE).text
    assert "You were given 8 working days more." in read
    assert "I hope she is home soon." in read
    assert "You have more time" in ada.get(BRIEF).text
    [(to, _, body)] = mails(app)
    assert to == "ada@example.test"
    assert "was granted" in body
    assert "hospital" not in body


def test_a_date_and_a_refusal_are_answers_too(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    lin = browse(people.lin)
    request_id = asked(app, people)
    wordless = answer(lin, request_id, answer="DECLINE")
    assert wordless.status_code == 409
    assert "Write to the learner why" in wordless.text
    assert answer(lin, request_id, answer="").status_code == 400
    day = clock.today(soon) + timedelta(days=9)
    assert answer(lin, request_id, answer="DATE", until=day.isoformat()).status_code == 303
    assert clock.day(day) in browse(people.ada).get(BRIEF).text
    another = asked(app, people)
    done = answer(lin, another, answer="DECLINE", words="You have nine days already.")
    assert done.status_code == 303
    assert "Your request was answered" in browse(people.ada).get(BRIEF).text
    assert "was not given" in mails(app)[-1][2]


def test_of_two_who_decide_one_wins_and_the_other_is_told(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    request_id = asked(app, people)
    with app.app_context():
        kim = places.make_person(name="Kim Example", email="kim@example.test", now=NOW).id
        places.appoint(user_id=kim, role=Role.MODULE_LEAD, cohort_id=people.cohort, now=NOW)
        db.session.commit()
    assert answer(browse(people.lin), request_id, answer="DAYS", days="5").status_code == 303
    second = answer(browse(kim), request_id, answer="DECLINE", words="No.")
    assert second.status_code == 409
    assert "Lin Example answered this request already (granted)" in second.text
    row = one(app, MoreTime)
    assert isinstance(row, MoreTime)
    assert (row.state, row.words) == (State.GRANTED, "")
    # Afterwards only whoever decided may read why.
    assert WHY in browse(people.lin).get(f"/assessments/requests/{request_id}").text
    assert browse(kim).get(f"/assessments/requests/{request_id}").status_code == 404


def test_nobody_else_sees_why_or_that_there_is_a_request(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    request_id = asked(app, people)
    file_id = one(app, Evidence).id
    with app.app_context():
        eve = places.make_person(name="Eve Example", email="eve@example.test", now=NOW).id
        places.appoint(user_id=eve, role=Role.EXAMINER, now=NOW)
        other = places.make_person(name="Oli Example", email="oli@example.test", now=NOW).id
        places.appoint(user_id=other, role=Role.MODULE_LEAD, cohort_id=people.other_cohort, now=NOW)
        boss = places.make_person(name="Bo Example", email="bo@example.test", now=NOW).id
        places.appoint(user_id=boss, role=Role.MODULE_LEAD, cohort_id=people.cohort, now=NOW)
        harbour = places.find_or_make_organisation("Example Harbour").id
        places.employ(user_id=people.ada, organisation_id=harbour, manager_id=boss)
        db.session.commit()
    outsiders = (people.max, people.hub, people.admin, people.morgan, people.ben, eve, other, boss)
    for user_id in outsiders:
        browser = browse(user_id)
        for address in (f"requests/{request_id}", f"people/{people.ada_place}"):
            assert browser.get(f"/assessments/{address}").status_code == 404, (user_id, address)
        assert browser.get(f"/assessments/evidence/{file_id}").status_code == 404, user_id
        assert answer(browser, request_id, answer="DAYS", days="2").status_code == 404
        listed = browser.get("/assessments/requests")
        assert listed.status_code == 403 or "Ada" not in listed.text
    for user_id in (people.ada, people.lin):
        found = browse(user_id).get(f"/assessments/evidence/{file_id}")
        assert found.data == b"%PDF"
        assert found.headers["Content-Disposition"].startswith("attachment")
    assert one(app, MoreTime).state is State.OPEN


def test_what_markers_see_says_nothing_of_more_time(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=people.ada_place).id
        db.session.commit()
    asked(app, people, state=State.GRANTED, settled_at=NOW, settled_by=people.lin)
    max_ = browse(people.max)
    for address in (f"/marking/{PLAN}?cohort=cohort-3", f"/marking/scripts/{script}"):
        page = max_.get(address).text
        assert "more time" not in page.lower()
        assert clock.on_page(soon) not in page


def test_the_hub_sees_a_status_and_no_persons_date(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    browse(people.ada).post("/assessments/pause")
    page = browse(people.hub).get("/cohorts/cohort-3").text
    assert "Paused" in page
    assert clock.on_page(soon) not in page


# Further attempts.


def attempt(browser: FlaskClient, place: int, **said: str) -> TestResponse:
    return browser.post(f"/assessments/people/{place}/{PLAN}/attempt", data=said)


def test_a_resit_is_opened_written_handed_in_and_released(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    with app.app_context():
        script = finished_script(people.ada_place, people.max, points=40)
        row = released(script, people.lin)
        row.points = Decimal(40)
        db.session.commit()
    lin, ada = browse(people.lin), browse(people.ada)
    assert f"/assessments/people/{people.ada_place}" in lin.get("/cohorts/cohort-3").text
    shown = lin.get(f"/assessments/people/{people.ada_place}").text
    assert "40" in shown
    day = (clock.today(clock.now()) + timedelta(days=40)).isoformat()
    stale = attempt(lin, people.ada_place, seen="2", kind="RESIT", until=day)
    assert stale.status_code == 409
    opened = attempt(lin, people.ada_place, seen="1", kind="RESIT", until=day)
    assert opened.status_code == 303
    again = attempt(lin, people.ada_place, seen="1", kind="RESIT", until=day)
    assert again.status_code == 409
    assert "Somebody changed this" in again.text
    assert count(app, OpenedAttempt) == 1
    brief = ada.get(BRIEF).text
    assert "Attempt 2: a resit" in brief
    assert "First attempt: handed in on" in brief
    assert "Not begun" in ada.get("/home").text
    ada.post(f"{BRIEF}/draft", data={"text": "A better plan.", "version": "0"})
    page = ada.get(f"{BRIEF}/hand-in").text
    sent = {"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"}
    receipt = ada.post(f"{BRIEF}/hand-in", data=sent, follow_redirects=True).text
    assert "Attempt 2: a resit" in receipt
    with app.app_context():
        second = db.session.scalars(sa.select(Submission).where(Submission.attempt == 2)).one()
        assert second.attempt_kind is Attempt.RESIT
        assert clock.today(second.due_at).isoformat() == day


def test_deferral_puts_the_attempt_off_with_its_draft_and_is_no_resit(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    with app.app_context():
        made(DraftFactory, enrolment_id=people.ada_place, text="Half a plan.")
        check = {"found": 1, "fixed": 1, "explained": 0, "checked_at": NOW}
        at = {"enrolment_id": people.ada_place, "assessment": PLAN, "attempt": 1}
        db.session.add(ConfidentialityCheck(**at, **check))
        db.session.commit()
    request_id = asked(app, people, wants=Wants.DEFERRAL, days=None)
    day = (clock.today(soon) + timedelta(days=90)).isoformat()
    lin = browse(people.lin)
    assert answer(lin, request_id, answer="DEFERRAL", until=day).status_code == 303
    page = browse(people.ada).get(BRIEF).text
    assert "Half a plan." in page
    assert clock.day(date.fromisoformat(day)) in page
    opened = one(app, OpenedAttempt)
    assert isinstance(opened, OpenedAttempt)
    assert (opened.number, opened.kind) == (2, Attempt.DEFERRED)
    assert one(app, Draft).attempt == one(app, ConfidentialityCheck).attempt == 2


def test_attempts_that_may_not_be_opened_say_why_before_and_after(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    lin = browse(people.lin)
    page = lin.get(f"/assessments/people/{people.ada_place}/{PLAN}/attempt").text
    assert "The date of the current attempt lies ahead." in page
    day = (clock.today(clock.now()) + timedelta(days=40)).isoformat()
    refused = attempt(lin, people.ada_place, seen="1", kind="RESIT", until=day)
    assert refused.status_code == 409
    assert "lies ahead" in refused.text
    assert attempt(lin, people.ada_place, seen="1", until=day).status_code == 400
    assert "Choose the date" in attempt(lin, people.ada_place, seen="1", kind="DEFERRED").text
    assert count(app, OpenedAttempt) == 0
    for user_id in (people.max, people.ada, people.hub):
        browser = browse(user_id)
        assert attempt(browser, people.ada_place, seen="1").status_code == 403


# Standing adjustments.


def adjust(browser: FlaskClient, place: int, **said: str) -> TestResponse:
    data = {"version": "0", "extra_days": "5", "formats": "A recording is welcome."} | said
    return browser.post(f"/assessments/people/{place}/adjustment", data=data)


def test_an_adjustment_holds_everywhere_by_itself(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    lin = browse(people.lin)
    assert adjust(lin, people.ada_place).status_code == 303
    ada = browse(people.ada)
    assert "Your standing adjustment adds 5 working days." in ada.get(MORE).text
    for address in (BRIEF, f"{BRIEF}/hand-in"):
        page = ada.get(address).text
        assert "A recording is welcome." in page
        assert clock.on_page(soon) not in page
    assert "recording" not in browse(people.max).get("/cohorts/cohort-3").text
    stale = adjust(lin, people.ada_place, extra_days="9")
    assert stale.status_code == 409
    assert "Somebody changed this" in stale.text
    assert adjust(lin, people.ada_place, extra_days="99", version="1").status_code == 409
    assert adjust(lin, people.ada_place, extra_days="few", version="1").status_code == 400
    assert one(app, Adjustment).extra_days == 5
    for user_id in (people.max, people.ada, people.hub, people.admin):
        assert adjust(browse(user_id), people.ada_place).status_code in (403, 404)


# Pauses.


def test_a_pause_is_taken_and_ended_and_nobody_is_told(
    browse: Browse, people: People, app: Flask, soon: datetime
) -> None:
    ada = browse(people.ada)
    assert "up to 14 in all" in ada.get("/assessments/pause").text
    for _ in range(2):  # twice is one pause
        taken = ada.post("/assessments/pause", follow_redirects=True)
        assert "You are on a pause" in taken.text
    assert count(app, Pause) == 1
    assert mails(app) == []
    assert "You are on a pause" in ada.get("/home").text
    assert "Paused" in browse(people.max).get("/cohorts/cohort-3.csv").text
    back = ada.post("/assessments/pause/end", follow_redirects=True)
    assert "Only what comes next" in back.text
    assert clock.on_page(soon) in back.text
    assert ada.post("/assessments/pause/end").status_code == 303
    assert one(app, Pause).ended_at is not None


def test_somebody_is_told_of_a_pause_only_when_asked(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    assert "do not say that a pause moves dates" in ada.get("/assessments/pause").text
    ada.post("/assessments/pause", data={"tell": "y"})
    ada.post("/assessments/pause", data={"tell": "y"})
    [(to, _, body)] = mails(app)
    assert to == "lin@example.test"
    assert "Ada Example" in body
    for user_id in (people.max, people.lin, people.hub, people.admin, people.morgan):
        assert browse(user_id).post("/assessments/pause").status_code == 403


# Erasing, and how much is asked of the database.


def test_why_is_erased_some_months_after_the_answer(
    browse: Browse, people: People, app: Flask
) -> None:
    now = clock.now()
    asked(app, people, state=State.GRANTED, settled_at=now - timedelta(days=179), days=2)
    asked(app, people, state=State.DECLINED, settled_at=now - timedelta(days=181), days=3)
    asked(app, people, asked_at=now - timedelta(days=900))
    with app.app_context():
        assert erase_circumstances() == 2
        assert erase_circumstances() == 0
        left = db.session.scalars(
            sa.select(MoreTime.state).join(Evidence, Evidence.more_time_id == MoreTime.id)
        )
        assert set(left) == {State.GRANTED, State.OPEN}
    assert count(app, MoreTime) == 3
    assert count(app, Circumstances) == 2


def test_statements_do_not_grow_with_people_or_requests(
    browse: Browse,
    people: People,
    app: Flask,
    soon: datetime,
    statements: Callable[[], int],
) -> None:
    lin, ada = browse(people.lin), browse(people.ada)
    first = asked(app, people)
    pages = (
        (lin, "/assessments/requests"),
        (lin, f"/assessments/requests/{first}"),
        (lin, f"/assessments/people/{people.ada_place}"),
        (lin, "/cohorts/cohort-3"),
        (ada, MORE),
    )
    few = []
    for browser, address in pages:
        statements()
        assert browser.get(address).status_code == 200
        few.append(statements())
    with app.app_context():
        for _ in range(12):
            place = made(EnrolmentFactory, cohort_id=people.cohort).id
            made(MoreTimeFactory, enrolment_id=place)
            made(MoreTimeFactory, enrolment_id=place, state=State.GRANTED, settled_at=clock.now())
        db.session.commit()
    for (browser, address), most in zip(pages, few, strict=True):
        statements()
        browser.get(address)
        assert statements() == most <= 12, address
