"""Two at the same moment about a person's dates: one wins, the other is told, nothing doubles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.actor import Role
from lms.assessments import queries
from lms.assessments.models import Adjustment, Circumstances, MoreTime, OpenedAttempt
from lms.assessments.rules.more_time import Answer, Category, Decided, State, Wants
from lms.assessments.service import attempts, more_time
from lms.assessments.service.drafts import save_draft
from lms.db import db
from lms.errors import Conflict, LmsError, RuleBroken
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort, Pause
from lms.people.queries import get_user
from lms.people.service import pauses, places
from lms.regulations import Attempt
from tests.conftest import NOW, People
from tests.factories import PLAN
from tests.service.test_assessments_at_once import count
from tests.service.test_assessments_handing_in import actor
from tests.together import at_once

SOON = datetime(2026, 12, 15, 10, tzinfo=UTC)  # a week before the plan is due


@pytest.fixture
def leads(people: People, app: Flask) -> tuple[int, int]:
    """Two who lead; cohort 3 under rules that say much."""
    with app.app_context():
        db.session.get_one(Cohort, people.cohort).regulations = "pgcert-example-2"
        kim = places.make_person(name="Kim Example", email="kim@example.test", now=NOW).id
        places.appoint(user_id=kim, role=Role.MODULE_LEAD, cohort_id=people.cohort, now=NOW)
        db.session.commit()
    return people.lin, kim


def asked(app: Flask, people: People) -> int:
    with app.app_context():
        row = more_time.ask_for_more_time(
            catalogue().assessment(PLAN),
            wants=Wants.DAYS,
            days=5,
            category=Category.CARE,
            text="My daughter is in hospital.",
            files=(),
            actor=actor(people.ada),
            now=SOON,
        )
        db.session.commit()
        return row.id


def told(given: list[Any]) -> list[str]:
    return [one.message for one in given if isinstance(one, LmsError)]


def test_of_two_who_decide_one_wins_and_the_other_is_told_who(
    app: Flask, people: People, leads: tuple[int, int]
) -> None:
    request_id = asked(app, people)

    def decide(lead: int, days: int) -> Any:
        def act() -> int:
            decided = Decided(Answer.DAYS, days=days)
            more_time.decide_more_time(request_id, decided=decided, actor=actor(lead), now=SOON)
            return days

        return act

    given = at_once(app, decide(leads[0], 3), decide(leads[1], 7))
    [won] = [one for one in given if isinstance(one, int)]
    [words] = told(given)
    assert "answered this request already (granted)" in words
    with app.app_context():
        row = db.session.scalars(sa.select(MoreTime)).one()
        assert (row.state, row.days) == (State.GRANTED, won)
        winner = get_user(row.settled_by or 0).name
        assert winner in words
    assert count(app, Message) == 3  # two leads were asked, the learner was answered once


def test_a_double_click_takes_time_once(app: Flask, people: People, leads: tuple[int, int]) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        place = queries.place_visible_to(actor(people.ada), plan)
        seen = queries.deadline_of(place, plan, SOON).due

    def take() -> int:
        who = actor(people.ada)
        return more_time.take_more_time(
            plan, category=Category.UNSAID, seen=seen, actor=who, now=SOON
        ).id

    given = at_once(app, *[take] * 3)
    assert len(told(given)) == 2
    assert count(app, MoreTime) == 1
    with app.app_context():
        place = queries.place_visible_to(actor(people.ada), plan)
        moved = queries.deadline_of(place, plan, SOON)
        assert moved.due > seen
        assert moved.base_due == seen


def test_a_request_and_its_taking_back_do_not_leave_half_of_either(
    app: Flask, people: People, leads: tuple[int, int]
) -> None:
    request_id = asked(app, people)
    plan = catalogue().assessment(PLAN)

    def back() -> str:
        more_time.take_back(plan, request_id=request_id, actor=actor(people.ada), now=SOON)
        return "back"

    def decide() -> str:
        decided = Decided(Answer.DECLINE, words="Not this time.")
        more_time.decide_more_time(request_id, decided=decided, actor=actor(leads[0]), now=SOON)
        return "decided"

    given = at_once(app, back, decide)
    assert len(told(given)) == 1
    with app.app_context():
        state = db.session.scalars(sa.select(MoreTime.state)).one()
    assert (state is State.WITHDRAWN) == ("back" in given)
    assert count(app, Circumstances) == ("decided" in given)


def test_two_leads_open_one_attempt(app: Flask, people: People, leads: tuple[int, int]) -> None:
    plan = catalogue().assessment(PLAN)

    def open_for(lead: int) -> Any:
        def act() -> int:
            return attempts.open_attempt(
                people.ada_place,
                plan,
                kind=Attempt.DEFERRED,
                due=SOON + timedelta(days=90),
                looked_up=False,
                seen=1,
                actor=actor(lead),
                now=SOON,
            ).number

        return act

    given = at_once(app, *map(open_for, leads))
    assert [one for one in given if isinstance(one, int)] == [2]
    assert told(given) == [attempts.CHANGED]
    assert count(app, OpenedAttempt) == 1


def test_a_save_while_the_attempt_is_put_off_is_not_lost(
    app: Flask, people: People, leads: tuple[int, int]
) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        save_draft(plan, text="Begun.", version=0, actor=actor(people.ada), now=SOON)
        db.session.commit()

    def put_off() -> str:
        attempts.open_attempt(
            people.ada_place,
            plan,
            kind=Attempt.DEFERRED,
            due=SOON + timedelta(days=90),
            looked_up=False,
            seen=1,
            actor=actor(leads[0]),
            now=SOON,
        )
        return "put off"

    def save() -> str:
        save_draft(plan, text="Begun, and more.", version=1, actor=actor(people.ada), now=SOON)
        return "saved"

    assert set(at_once(app, put_off, save)) == {"put off", "saved"}
    with app.app_context():
        draft = queries.find_draft(people.ada_place, PLAN, 2)
        assert draft is not None
        assert draft.text == "Begun, and more."


def test_two_who_adjust_at_once(app: Flask, people: People, leads: tuple[int, int]) -> None:
    def adjust(lead: int, days: int) -> Any:
        def act() -> int:
            return attempts.adjust(
                people.ada_place,
                extra_days=days,
                formats="",
                version=0,
                actor=actor(lead),
                now=SOON,
            ).extra_days

        return act

    given = at_once(app, adjust(leads[0], 3), adjust(leads[1], 5))
    assert len(told(given)) == 1
    assert count(app, Adjustment) == 1


def test_a_double_click_is_one_pause(app: Flask, people: People) -> None:
    def pause() -> int:
        return pauses.take_pause(tell=False, actor=actor(people.ada), now=SOON).id

    assert len(set(at_once(app, *[pause] * 3))) == 1
    assert count(app, Pause) == 1


def test_nobody_decides_for_themselves(app: Flask, people: People, leads: tuple[int, int]) -> None:
    request_id = asked(app, people)
    with app.app_context():
        places.appoint(user_id=people.ada, role=Role.MODULE_LEAD, now=NOW)
        db.session.commit()
        decided = Decided(Answer.DAYS, days=20)
        with pytest.raises(LmsError, match="not yours to see"):
            more_time.decide_more_time(
                request_id, decided=decided, actor=actor(people.ada), now=SOON
            )
        with pytest.raises(LmsError, match="not yours to see"):
            attempts.adjust(
                people.ada_place,
                extra_days=9,
                formats="",
                version=0,
                actor=actor(people.ada),
                now=SOON,
            )


def test_a_third_time_in_twelve_months_is_not_taken(
    app: Flask, people: People, leads: tuple[int, int]
) -> None:
    plan = catalogue().assessment(PLAN)
    with app.app_context():
        for before in (40, 80, 400):
            db.session.add(
                MoreTime(
                    enrolment_id=people.ada_place,
                    assessment="m1-meeting",
                    attempt=1,
                    wants=Wants.DAYS,
                    category=Category.UNSAID,
                    days=5,
                    state=State.TAKEN,
                    asked_at=SOON - timedelta(days=before),
                    settled_at=SOON - timedelta(days=before),
                    words="",
                )
            )
        db.session.commit()
        place = queries.place_visible_to(actor(people.ada), plan)
        seen = queries.deadline_of(place, plan, SOON).due
        with pytest.raises(RuleBroken, match="twice this year"):
            more_time.take_more_time(
                plan, category=Category.UNSAID, seen=seen, actor=actor(people.ada), now=SOON
            )


def test_a_stale_page_takes_nothing(app: Flask, people: People, leads: tuple[int, int]) -> None:
    with app.app_context(), pytest.raises(Conflict):
        more_time.take_more_time(
            catalogue().assessment(PLAN),
            category=Category.UNSAID,
            seen=SOON,
            actor=actor(people.ada),
            now=SOON,
        )
