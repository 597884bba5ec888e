"""Acts that cross: one undoes or overtakes another at the same moment, in two transactions.

Whichever is first, what is on record is whole, and whoever came second is told.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.actor import Role
from lms.assessments import queries
from lms.assessments.models import (
    EVEN,
    Draft,
    LedgerEntry,
    MarkQuery,
    MoreTime,
    OpenedAttempt,
    ResultRow,
    Submission,
)
from lms.assessments.rules.more_time import Answer, Decided
from lms.assessments.service import more_time
from lms.assessments.service import release as releasing
from lms.assessments.service.corrections import begin_correction
from lms.assessments.service.drafts import save_draft
from lms.assessments.service.handing_in import fingerprint_of, hand_in
from lms.assessments.service.mark_queries import answer_query
from lms.assessments.service.marks import finish_script
from lms.assessments.service.taking_back import take_back
from lms.audit.models import AuditEntry
from lms.audit.service import first_broken
from lms.db import db
from lms.errors import LmsError, RuleBroken
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort
from lms.people.queries import get_cohort
from lms.people.service import places
from tests.conftest import NOW, People
from tests.factories import PLAN, finished_script
from tests.service.test_after_release import REASON, ask, kinds, ready, release
from tests.service.test_assessments_at_once import count
from tests.service.test_assessments_handing_in import actor
from tests.service.test_more_time_at_once import SOON, asked
from tests.together import at_once

ROUNDS = range(4)  # which of two comes first is chance, so each is tried a few times
DAY = timedelta(days=1)


def told(answer: Any) -> str:
    """The words of a refusal."""
    assert isinstance(answer, LmsError), answer
    return " ".join(answer.reasons) if isinstance(answer, RuleBroken) else answer.message


def second_lead(people: People) -> int:
    kim = places.make_person(name="Kim Example", email="kim@example.test", now=NOW).id
    places.appoint(user_id=kim, role=Role.MODULE_LEAD, cohort_id=people.cohort, now=NOW)
    return kim


def releasing_by(people: People, lead: int, agreed: str) -> Callable[[], int]:
    return lambda: releasing.release_results(
        catalogue().assessment(PLAN),
        get_cohort(people.cohort),
        agreed=agreed,
        actor=actor(lead),
        now=NOW + 9 * DAY,
    )


def correcting(script: int, lead: int) -> Callable[[], str]:
    return lambda: (
        begin_correction(script, reason=REASON, actor=actor(lead), now=NOW + 8 * DAY).code
    )


def agreed_now(people: People, lead: int) -> str:
    scripts = queries.scripts_to_release(actor(lead), get_cohort(people.cohort), PLAN)
    return releasing.list_hash(releasing.what_would_be_released(scripts))


def acts_on(app: Flask, script: int) -> list[str]:
    with app.app_context():
        assert first_broken() is None
        rows = db.session.scalars(
            sa.select(LedgerEntry.sequence)
            .where(LedgerEntry.submission_id == script)
            .order_by(LedgerEntry.id)
        ).all()
        assert rows == list(range(1, len(rows) + 1))
        return kinds(db.session.get_one(Submission, script))


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_result_is_corrected_while_another_is_released(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        kim, out = second_lead(people), ready(people).id
        release(people)
        waits = finished_script(people.ben_place, people.max).id
        db.session.flush()
        agreed = agreed_now(people, people.lin)
        db.session.commit()
    begun, freed = at_once(app, correcting(out, kim), releasing_by(people, people.lin, agreed))
    assert isinstance(begun, str)  # a correction is never lost by a release of other work
    assert acts_on(app, out)[-2:] == ["released", "correction"]
    if freed == 1:
        assert acts_on(app, waits)[-1] == "released"
    else:  # the list that was agreed to is no longer the list, and says so
        assert "is not finished" in told(freed)
        assert "released" not in acts_on(app, waits)
    assert count(app, ResultRow) == (2 if freed == 1 else 1)


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_corrected_result_is_released_while_another_correction_begins(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        kim, script = second_lead(people), ready(people).id
        release(people)
        begin_correction(script, reason=REASON, actor=actor(people.lin), now=NOW + 8 * DAY)
        finish_script(script, actor=actor(people.max), now=NOW + 8 * DAY)
        agreed = agreed_now(people, people.lin)
        db.session.commit()
    again, freed = at_once(app, correcting(script, kim), releasing_by(people, people.lin, agreed))
    assert freed == 1
    done = acts_on(app, script)
    if isinstance(again, str):  # the release was first, so this is a correction of its own
        assert done[-2:] == ["released", "correction"]
    else:
        assert "being corrected already" in told(again)
        assert done[-1] == "released"
        assert done.count("correction") == 1
    assert count(app, ResultRow) == 1  # the mark stayed, so no further score


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_a_date_and_a_refusal_the_learner_gets_one_answer(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        db.session.get_one(Cohort, people.cohort).regulations = "pgcert-example-2"
        kim = second_lead(people)
        db.session.commit()
    number = asked(app, people)

    def decide(lead: int, decided: Decided) -> Callable[[], str]:
        return lambda: (
            more_time.decide_more_time(number, decided=decided, actor=actor(lead), now=SOON).state
        )

    put_off = Decided(Answer.DEFERRAL, until=SOON + 60 * DAY)
    given = at_once(
        app,
        decide(people.lin, put_off),
        decide(kim, Decided(Answer.DECLINE, words="Not this time.")),
    )
    won = [one for one in given if isinstance(one, str)]
    [refused] = [told(one) for one in given if isinstance(one, LmsError)]
    assert "answered this request already" in refused
    with app.app_context():
        assert db.session.scalars(sa.select(MoreTime.state)).all() == won
        mails = db.session.scalars(sa.select(Message.subject)).all()
    assert mails.count("An answer about more time") == 1
    assert count(app, OpenedAttempt) == (1 if won == ["granted"] else 0)


def live(app: Flask) -> list[Submission]:
    with app.app_context():
        assert first_broken() is None
        return list(db.session.scalars(sa.select(Submission)))


def handing_in(people: People, shown: str) -> Callable[[], str]:
    return lambda: (
        hand_in(
            catalogue().assessment(PLAN),
            shown=shown,
            declared=1,
            actor=actor(people.ada),
            now=NOW,
        ).receipt
    )


def written(people: People, text: str, version: int) -> str:
    """Save the draft; what the hand-in page would show of it."""
    plan, ada = catalogue().assessment(PLAN), actor(people.ada)
    return fingerprint_of(save_draft(plan, text=text, version=version, actor=ada, now=NOW))


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_windows_with_other_words_hand_in_one_of_them(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        first = written(people, "The first words.", 0)
        db.session.commit()

    def changes_it() -> str:
        return handing_in(people, written(people, "Other words.", 1))()

    one, other = at_once(app, handing_in(people, first), changes_it)
    (script,) = live(app)
    if isinstance(other, str):  # the words were changed first
        assert script.text == "Other words."
        if isinstance(one, LmsError):
            assert "changed in another window" in told(one)
        else:  # the receipt is of other words than that window showed: its page says so
            assert one == other
            assert script.sha256 != first
    else:
        assert one == script.receipt
        assert script.text == "The first words."
        assert "handed this in" in told(other)
    assert count(app, Message) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_taking_back_while_handing_in_again_leaves_all_of_it_or_nothing(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        shown = written(people, "My plan.", 0)
        receipt = handing_in(people, shown)()
        db.session.commit()

    def back() -> str:
        return take_back(receipt, actor=actor(people.ada), now=NOW).receipt

    gone, again, twice = at_once(app, back, handing_in(people, shown), back)
    assert (gone, twice) == (receipt, receipt)
    scripts = live(app)
    if again == receipt:  # it was still handed in when the second window asked
        assert scripts == []
    else:
        assert [one.receipt for one in scripts] == [again]
        assert scripts[0].text == "My plan."
    with app.app_context():
        every = db.session.scalars(sa.select(Submission), execution_options=EVEN).all()
        old = next(one for one in every if one.receipt == receipt)
        assert (old.text, old.taken_back_at) == ("", NOW)
        assert db.session.scalars(sa.select(Draft.text)).all() == ["My plan."]
        acts = db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["handed in", "took back", "handed in"][: len(every) + 1]


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_question_about_a_mark_is_answered_by_two_and_one_holds(
    app: Flask, people: People, _round: int
) -> None:
    with app.app_context():
        kim, script = second_lead(people), ready(people).id
        release(people)
        number = ask(people).id
        db.session.commit()

    def answer(lead: int, outcome: str, words: str) -> Callable[[], int]:
        return lambda: (
            answer_query(
                number, outcome=outcome, answer=words, actor=actor(lead), now=NOW + 8 * DAY
            ).id
        )

    given = at_once(
        app,
        answer(people.lin, "no-change", "Lin looked: the sum is right."),
        answer(kim, "correction", "Kim looked: one line was left out."),
    )
    assert given.count(script) == 1
    [refused] = [told(one) for one in given if isinstance(one, LmsError)]
    assert "answered meanwhile" in refused
    lins = given[0] == script
    with app.app_context():
        row = db.session.get_one(MarkQuery, number)
        assert row.answered_by == (people.lin if lins else kim)
        assert (row.answer or "").startswith("Lin" if lins else "Kim")
        assert row.outcome == ("no-change" if lins else "correction")
        mails = db.session.scalars(sa.select(Message.subject)).all()
    assert acts_on(app, script).count("correction") == (0 if lins else 1)
    assert mails.count("Your question is answered") == 1
