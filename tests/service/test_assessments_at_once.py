"""Two at the same moment, in two transactions: one wins, the other sees it done, all is kept."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms.assessments import queries
from lms.assessments.models import (
    EVEN,
    Draft,
    LedgerEntry,
    Mark,
    ResultRow,
    Submission,
    SubmissionFile,
)
from lms.assessments.service import release as releasing
from lms.assessments.service.drafts import save_draft
from lms.assessments.service.files import add_file
from lms.assessments.service.handing_in import fingerprint_of, hand_in
from lms.assessments.service.marks import finish_script, reopen_script, save_mark
from lms.assessments.service.replacing import replace_file
from lms.assessments.service.taking_back import make_final, take_back
from lms.audit.models import AuditEntry
from lms.audit.service import first_broken
from lms.db import db, db_writes
from lms.errors import LmsError
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from lms.people.queries import get_cohort
from tests.conftest import NOW, People
from tests.factories import PLAN, docx, full_cohort
from tests.service.test_assessments_handing_in import actor
from tests.service.test_assessments_marking import decided
from tests.together import at_once


def count(app: Flask, table: type[Any]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(table.id))) or 0


def test_two_first_saves_at_once_make_one_draft(app: Flask, people: People) -> None:
    plan = catalogue().assessment(PLAN)

    def save(text: str) -> Callable[[], Any]:
        return lambda: save_draft(plan, text=text, version=0, actor=actor(people.ada), now=NOW).text

    given = at_once(app, *[save(f"Window {n}.") for n in range(4)])
    kept = [text for text in given if isinstance(text, str)]
    assert len(kept) == 1
    assert sum(isinstance(each, LmsError) for each in given) == 3
    with app.app_context():
        assert db.session.scalars(sa.select(Draft.text)).all() == kept


def test_a_double_click_hands_in_once(app: Flask, people: People) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        save_draft(plan, text="My plan.", version=0, actor=actor(people.ada), now=NOW)
        draft = queries.find_draft(people.ada_place, PLAN, 1)
        assert draft
        shown = fingerprint_of(draft)
        db.session.commit()

    def click() -> str:
        who = actor(people.ada)
        return hand_in(plan, shown=shown, declared=1, actor=who, now=NOW, final=True).receipt

    given = at_once(app, *[click] * 4)
    assert len(set(given)) == 1
    assert (count(app, Submission), count(app, Message), count(app, AuditEntry)) == (1, 1, 1)


def test_two_people_releasing_at_once_release_once(app: Flask, people: People) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        full_cohort(people.cohort, people.max, 6)
        db.session.flush()
        scripts = queries.scripts_visible_to(actor(people.max), get_cohort(people.cohort), PLAN)
        agreed = releasing.list_hash(releasing.what_would_be_released(scripts))
        db.session.commit()

    def release(user_id: int) -> Callable[[], int]:
        return lambda: releasing.release_results(
            plan, get_cohort(people.cohort), agreed=agreed, actor=actor(user_id), now=NOW
        )

    given = at_once(app, release(people.max), release(people.lin), release(people.max))
    assert sorted(given) == [0, 0, 6]
    assert (count(app, ResultRow), count(app, Message)) == (6, 6)
    assert count(app, LedgerEntry) == 12
    with app.app_context():
        assert first_broken() is None


def test_two_markers_beginning_at_once_leave_one_mark(app: Flask, people: People) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        (script,) = full_cohort(people.cohort, people.max, 1)
        number = script.id
        reopen_script(number, actor=actor(people.max), now=NOW)
        db.session.commit()

    def save(points: int) -> Callable[[], int]:
        return lambda: (
            save_mark(
                number,
                decisions=decided(plan, points),
                comment="Typed.",
                version=1,
                actor=actor(people.max),
                now=NOW,
            ).version
        )

    given = at_once(app, save(61), save(62), save(63))
    assert given.count(2) == 1
    assert sum(isinstance(each, LmsError) for each in given) == 2
    assert count(app, Mark) == 1


def test_finishing_twice_at_once_writes_one_line(app: Flask, people: People) -> None:
    with app.app_context():
        (script,) = full_cohort(people.cohort, people.max, 1)
        number = script.id
        reopen_script(number, actor=actor(people.max), now=NOW)
        db.session.commit()

    def finish() -> int:
        return finish_script(number, actor=actor(people.max), now=NOW).id

    assert at_once(app, finish, finish, finish) == [number] * 3
    with app.app_context():
        kinds = db.session.scalars(sa.select(LedgerEntry.kind).order_by(LedgerEntry.sequence)).all()
    assert kinds == ["marked", "reopened", "marked"]


def test_taken_back_and_made_final_at_once_it_is_one_of_the_two(app: Flask, people: People) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context(), db_writes():
        ada = actor(people.ada)
        draft = save_draft(plan, text="Mine.", version=0, actor=ada, now=NOW)
        number = hand_in(plan, shown=fingerprint_of(draft), declared=1, actor=ada, now=NOW).receipt
        db.session.commit()
    at_once(
        app,
        lambda: make_final(number, actor=ada, now=NOW).final_at,
        lambda: take_back(number, actor=ada, now=NOW).taken_back_at,
        lambda: make_final(number, actor=ada, now=NOW).final_at,
    )
    with app.app_context():
        (kept,) = db.session.scalars(sa.select(Submission), execution_options=EVEN).all()
        acts = list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))
        open_again = queries.find_draft(people.ada_place, PLAN, 1)
        assert open_again is not None
        if kept.taken_back_at:
            assert (acts, open_again.text) == (["handed in", "took back"], "Mine.")
        else:
            assert (acts, kept.final_at) == (["handed in", "made it final"], NOW)
        assert first_broken() is None


def test_two_windows_replacing_a_file_at_once_leave_one_and_forget_the_rest(
    app: Flask, people: People
) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context(), db_writes():
        ada = actor(people.ada)
        file_id = add_file(plan, name="a.docx", data=docx("Old."), actor=ada, now=NOW).id
        draft = queries.find_draft(people.ada_place, PLAN, 1)
        assert draft is not None
        number = hand_in(
            plan, shown=fingerprint_of(draft), declared=1, actor=ada, now=NOW, final=True
        ).receipt
        db.session.commit()

    def replacing(words: str) -> Callable[[], tuple[str, ...]]:
        data = docx(words)
        return lambda: (
            replace_file(
                number, file_id=file_id, name="b.docx", data=data, alone=True, actor=ada, now=NOW
            ).keys
        )

    gone = at_once(app, replacing("One word."), replacing("Two."))
    with app.app_context():
        (file,) = db.session.scalars(sa.select(SubmissionFile)).all()
        (submission,) = db.session.scalars(sa.select(Submission)).all()
        forgotten = [key for keys in gone for key in keys]
        assert len(set(forgotten)) == 4
        assert not {file.storage_key, file.marker_key} & set(forgotten)
        assert submission.words == file.words
        assert first_broken() is None
