"""Two markers and a lead at once on the same scripts: nothing is lost, each is told what happened.

Each thread stands for a worker of the server, as in test_assessments_at_once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.actor import Role
from lms.assessments import queries
from lms.assessments.models import (
    Allocation,
    BankComment,
    CohortFeedback,
    DeclaredInterest,
    LedgerEntry,
    Mark,
    NameShown,
    ResultRow,
    ScriptOpened,
    TopicNotTaken,
)
from lms.assessments.rules.allocating import Ending, Topic
from lms.assessments.service import allocation, bank
from lms.assessments.service import release as releasing
from lms.assessments.service.marks import (
    finish_script,
    reopen_script,
    save_mark,
    take_over_script,
)
from lms.audit.models import AuditEntry
from lms.audit.service import first_broken
from lms.db import db
from lms.errors import LmsError, RuleBroken
from lms.modules.catalogue import catalogue
from lms.people.queries import get_cohort
from lms.people.service import places
from tests.conftest import NOW, People
from tests.factories import PLAN, SubmissionFactory, finished_script, made
from tests.service.test_assessments_at_once import count
from tests.service.test_assessments_handing_in import actor
from tests.service.test_assessments_marking import decided
from tests.together import at_once

ROUNDS = range(4)  # which of two comes first is chance, so each is tried a few times


@dataclass(frozen=True)
class Desk:
    """Two scripts nobody began, two markers and a second lead."""

    ada: int
    ben: int
    max: int
    kit: int
    lin: int
    noor: int


@pytest.fixture
def desk(people: People, app: Flask) -> Desk:
    with app.app_context():
        kit = places.make_person(name="Kit Example", email="kit@example.test", now=NOW)
        noor = places.make_person(name="Noor Example", email="noor@example.test", now=NOW)
        places.appoint(user_id=kit.id, role=Role.TRAINER, cohort_id=people.cohort, now=NOW)
        places.appoint(user_id=noor.id, role=Role.MODULE_LEAD, now=NOW)
        found = Desk(
            made(SubmissionFactory, enrolment_id=people.ada_place, code="AAAA").id,
            made(SubmissionFactory, enrolment_id=people.ben_place, code="BBBB").id,
            people.max,
            kit.id,
            people.lin,
            noor.id,
        )
        db.session.commit()
    return found


def seen_by(app: Flask, people: People, lead: int) -> str:
    with app.app_context():
        cohort, plan = get_cohort(people.cohort), catalogue().assessment(PLAN)
        return allocation.sharing_of(plan, cohort, actor=actor(lead)).as_it_stands


def giving(
    people: People, lead: int, seen: str, chosen: dict[int, int | None]
) -> Callable[[], int]:
    return lambda: allocation.give_scripts(
        catalogue().assessment(PLAN),
        get_cohort(people.cohort),
        chosen=chosen,
        seen=seen,
        actor=actor(lead),
        now=NOW,
    )


def given(app: Flask, people: People, desk: Desk, chosen: dict[int, int | None]) -> None:
    """The lead gives scripts, and nobody else is about."""
    seen = seen_by(app, people, desk.lin)
    assert at_once(app, giving(people, desk.lin, seen, chosen)) == [len(chosen)]


def saving(script: int, who: int, words: str, version: int = 0) -> Callable[[], int]:
    return lambda: (
        save_mark(
            script,
            decisions=decided(catalogue().assessment(PLAN), 64),
            comment=words,
            version=version,
            actor=actor(who),
            now=NOW,
        ).version
    )


def live(app: Flask) -> dict[int, int]:
    """Script to whoever has it."""
    with app.app_context():
        rows = db.session.execute(
            sa.select(Allocation.submission_id, Allocation.marker_id).where(
                Allocation.ended_at.is_(None)
            )
        ).all()
        assert first_broken() is None
    assert max(Counter(row[0] for row in rows).values(), default=1) == 1
    return {row[0]: row[1] for row in rows}


def marker_of(app: Flask, script: int) -> int | None:
    with app.app_context():
        return db.session.scalar(sa.select(Mark.marker_id).where(Mark.submission_id == script))


def told(answer: Any) -> str:
    """The words of a refusal."""
    assert isinstance(answer, LmsError), answer
    words = " ".join(answer.reasons) if isinstance(answer, RuleBroken) else answer.message
    assert len(words) > 20
    return words


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_script_is_given_to_one_while_another_begins_it(
    app: Flask, people: People, desk: Desk, _round: int
) -> None:
    seen = seen_by(app, people, desk.lin)
    moved, saved = at_once(
        app,
        giving(people, desk.lin, seen, {desk.ada: desk.kit}),
        saving(desk.ada, desk.max, "Max began."),
    )
    if saved == 1:  # the marker was first: the lead is told, and nothing was given
        assert "nothing was saved" in told(moved)
        assert (live(app), marker_of(app, desk.ada)) == ({}, desk.max)
    else:  # the lead was first: the marker is told, and no mark is left behind
        assert moved == 1
        told(saved)
        assert (live(app), marker_of(app, desk.ada)) == ({desk.ada: desk.kit}, None)


def test_two_leads_give_at_once_and_one_is_told(app: Flask, people: People, desk: Desk) -> None:
    seen = seen_by(app, people, desk.lin)
    answers = at_once(
        app,
        giving(people, desk.lin, seen, {desk.ada: desk.max, desk.ben: desk.kit}),
        giving(people, desk.noor, seen, {desk.ada: desk.kit, desk.ben: desk.max}),
    )
    assert answers.count(2) == 1
    (refused,) = [one for one in answers if one != 2]
    assert "nothing was saved" in told(refused)
    chosen = live(app)
    first = answers[0] == 2
    assert chosen[desk.ada] == (desk.max if first else desk.kit)
    assert chosen[desk.ben] == (desk.kit if first else desk.max)
    assert count(app, Allocation) == 2


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_script_is_handed_back_while_the_lead_gives_it_elsewhere(
    app: Flask, people: People, desk: Desk, _round: int
) -> None:
    given(app, people, desk, {desk.ada: desk.max})
    seen = seen_by(app, people, desk.lin)
    moved, back = at_once(
        app,
        giving(people, desk.lin, seen, {desk.ada: desk.kit}),
        lambda: allocation.hand_back(desk.ada, actor=actor(desk.max), now=NOW).id,
    )
    if moved == 1:
        told(back)
        assert live(app) == {desk.ada: desk.kit}
    else:
        assert "nothing was saved" in told(moved)
        assert back == desk.ada
        assert live(app) == {}


def test_handing_back_twice_at_once_is_handing_back_once(
    app: Flask, people: People, desk: Desk
) -> None:
    for who in (desk.max, desk.lin):  # one who loses sight of it, and one who sees everything
        script = desk.ada if who == desk.max else desk.ben
        given(app, people, desk, {script: who})

        def back(script: int = script, who: int = who) -> int:
            return allocation.hand_back(script, actor=actor(who), now=NOW).id

        assert at_once(app, back, back, back) == [script] * 3
        assert at_once(app, back) == [script]  # and much later
    with app.app_context():
        endings = db.session.scalars(sa.select(Allocation.ended)).all()
        backs = db.session.scalars(
            sa.select(AuditEntry.subject).where(AuditEntry.act == "handed a script back")
        ).all()
    assert endings == [Ending.HANDED_BACK] * 2
    assert len(backs) == 2


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_script_is_taken_over_while_it_is_saved(
    app: Flask, people: People, desk: Desk, _round: int
) -> None:
    assert at_once(app, saving(desk.ada, desk.max, "First.")) == [1]
    taken, saved = at_once(
        app,
        lambda: take_over_script(desk.ada, actor=actor(desk.lin), now=NOW).id,
        saving(desk.ada, desk.max, "Second.", version=1),
    )
    assert taken == desk.ada
    with app.app_context():
        words = db.session.scalar(sa.select(Mark.comment))
    if saved == 2:
        assert words == "Second."
    else:
        assert "Lin Example is marking this script" in told(saved)
        assert words == "First."
    assert marker_of(app, desk.ada) == desk.lin
    # The window that the first marker left open is told too, whichever came first.
    (late,) = at_once(app, saving(desk.ada, desk.max, "Third.", version=1))
    assert "nothing was changed" in told(late)


def test_two_markers_take_over_at_once_and_one_has_it(
    app: Flask, people: People, desk: Desk
) -> None:
    assert at_once(app, saving(desk.ada, desk.max, "First.")) == [1]
    at_once(
        app,
        lambda: take_over_script(desk.ada, actor=actor(desk.lin), now=NOW).id,
        lambda: take_over_script(desk.ada, actor=actor(desk.noor), now=NOW).id,
    )
    with app.app_context():
        acts = db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.act == "took a script over")
            .order_by(AuditEntry.id)
        ).all()
        assert acts[0].detail["from"] == desk.max
        assert acts[1].detail["from"] == acts[0].actor_id  # the second saw the first
        assert acts[1].actor_id == marker_of(app, desk.ada)


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_script_is_reopened_and_finished_while_results_are_released(
    app: Flask, people: People, _round: int
) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        script = finished_script(people.ada_place, people.max).id
        db.session.flush()
        rows = queries.scripts_to_release(actor(people.lin), get_cohort(people.cohort), PLAN)
        agreed = releasing.list_hash(releasing.what_would_be_released(rows))
        db.session.commit()
    reopened, freed = at_once(
        app,
        lambda: reopen_script(script, actor=actor(people.max), now=NOW).id,
        lambda: releasing.release_results(
            plan, get_cohort(people.cohort), agreed=agreed, actor=actor(people.lin), now=NOW
        ),
    )
    if freed == 1:
        assert "released" in told(reopened)
        assert count(app, ResultRow) == 1
        return
    told(freed)
    assert reopened == script
    finished, again = at_once(
        app,
        lambda: finish_script(script, actor=actor(people.max), now=NOW).id,
        lambda: releasing.release_results(
            plan, get_cohort(people.cohort), agreed=agreed, actor=actor(people.lin), now=NOW
        ),
    )
    assert finished == script
    assert count(app, ResultRow) == (1 if again == 1 else 0)
    if again != 1:
        told(again)
    with app.app_context():
        order = db.session.scalars(sa.select(LedgerEntry.sequence).order_by(LedgerEntry.id)).all()
        assert order == list(range(1, len(order) + 1))
        assert first_broken() is None


def test_windows_that_open_a_script_at_once_leave_one_note(
    app: Flask, people: People, desk: Desk
) -> None:
    def open_it() -> None:
        allocation.note_opening(desk.ada, actor=actor(desk.max), now=NOW)

    assert at_once(app, *[open_it] * 4) == [None] * 4
    assert count(app, ScriptOpened) == 1


def test_a_name_asked_for_in_two_windows_is_shown_once(
    app: Flask, people: People, desk: Desk
) -> None:
    def ask(why: str) -> Callable[[], int]:
        return lambda: allocation.show_name(desk.ada, reason=why, actor=actor(desk.max), now=NOW).id

    answers = at_once(app, ask("They wrote to me about it."), ask("There is a safeguarding worry."))
    assert answers == [desk.ada] * 2
    assert count(app, NameShown) == 1
    with app.app_context():
        acts = db.session.scalars(
            sa.select(AuditEntry.id).where(AuditEntry.act == "was shown a name")
        ).all()
    assert len(acts) == 1


def test_whom_a_marker_knows_is_said_by_two_at_once(app: Flask, people: People, desk: Desk) -> None:
    def say(who: int, *known: int) -> Callable[[], None]:
        return lambda: allocation.declare_interests(
            get_cohort(people.cohort), known, marker_id=desk.max, actor=actor(who), now=NOW
        )

    answers = at_once(
        app,
        say(desk.max, people.ada_place, people.ben_place),
        say(desk.lin, people.ada_place, people.ben_place),
        say(desk.noor, people.ada_place),
    )
    assert answers == [None] * 3
    with app.app_context():
        kept = set(db.session.scalars(sa.select(DeclaredInterest.enrolment_id)))
    assert kept in ({people.ada_place, people.ben_place}, {people.ada_place})


def test_topics_chosen_in_two_windows_are_kept_once(app: Flask, people: People, desk: Desk) -> None:
    def choose(*topics: Topic) -> Callable[[], None]:
        return lambda: allocation.choose_topics(topics, actor=actor(desk.max))

    assert at_once(app, choose(Topic.DEATH)) == [None]
    both = (Topic.DEATH, Topic.VIOLENCE)
    assert at_once(app, choose(*both), choose(*both), choose(Topic.DEATH)) == [None] * 3
    with app.app_context():
        kept = db.session.scalars(sa.select(TopicNotTaken.topic)).all()
    assert len(kept) == len(set(kept)) in (1, 2)


def test_a_comment_kept_in_two_windows_is_kept_once(app: Flask, people: People, desk: Desk) -> None:
    def keep(criterion: str | None) -> Callable[[], int]:
        assessment = PLAN if criterion else None
        return lambda: (
            bank.keep_comment(
                "Say more about the wait.",
                assessment=assessment,
                criterion=criterion,
                actor=actor(desk.max),
                now=NOW,
            ).id
        )

    assert len(set(at_once(app, *[keep("plan")] * 3))) == 1
    assert len(set(at_once(app, *[keep(None)] * 3))) == 1  # NULLs differ in a UNIQUE constraint
    assert count(app, BankComment) == 2


def test_a_shared_comment_is_counted_for_each_use_and_may_go_meanwhile(
    app: Flask, people: People, desk: Desk
) -> None:
    with app.app_context():
        kept = bank.keep_comment(
            "Say more.", assessment=None, criterion=None, actor=actor(desk.max), now=NOW
        )
        kept.shared = True
        number = kept.id
        db.session.commit()

    def use(who: int) -> Callable[[], str]:
        return lambda: bank.use_comment(number, actor=actor(who))

    assert at_once(app, use(desk.max), use(desk.kit), use(desk.lin)) == ["Say more."] * 3
    with app.app_context():
        assert db.session.scalar(sa.select(BankComment.used)) == 3
    used, gone, again = at_once(
        app,
        use(desk.kit),
        lambda: bank.drop_comment(number, actor=actor(desk.max)),
        lambda: bank.drop_comment(number, actor=actor(desk.max)),
    )
    assert used == "Say more." or "taken away" in told(used)
    assert [gone, again].count(None) == 1
    assert "taken away" in told(gone or again)
    assert count(app, BankComment) == 0


def test_two_leads_write_to_the_cohort_at_once_and_one_is_told(
    app: Flask, people: People, desk: Desk
) -> None:
    def say(who: int, words: str, version: int) -> Callable[[], int]:
        return lambda: (
            bank.say_to_cohort(
                catalogue().assessment(PLAN),
                get_cohort(people.cohort),
                text=words,
                version=version,
                actor=actor(who),
                now=NOW,
            ).version
        )

    for version in (0, 1):
        answers = at_once(
            app,
            say(desk.lin, f"Lin {version}.", version),
            say(desk.noor, f"Noor {version}.", version),
        )
        assert answers.count(version + 1) == 1
        (refused,) = [one for one in answers if one != version + 1]
        assert "nothing here was saved over it" in told(refused)
        with app.app_context():
            words = db.session.scalar(sa.select(CohortFeedback.text))
        assert words == (f"Lin {version}." if answers[0] == version + 1 else f"Noor {version}.")
