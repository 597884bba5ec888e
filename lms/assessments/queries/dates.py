"""What moves people's dates: for one learner or a whole cohort, in one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, Text, cast, literal, null, select, union_all
from sqlalchemy.orm import joinedload

from lms.actor import Action, Actor
from lms.assessments.models import (
    Adjustment,
    Draft,
    MoreTime,
    OpenedAttempt,
    ResultRow,
    Submission,
)
from lms.assessments.queries.allocation import kept_apart
from lms.assessments.queries.learners import NOT_HERE
from lms.assessments.rules.deadlines import (
    FIRST_ATTEMPT,
    Dated,
    Facts,
    Given,
    Paused,
    Rules,
    Try,
    dated,
)
from lms.assessments.rules.more_time import State, Wants
from lms.db import UtcDateTime, db
from lms.errors import NotFound
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Cohort, Enrolment, Pause
from lms.regulations import Attempt


@dataclass(frozen=True)
class AskedFor:
    """More time that was taken or asked for, and what came of it."""

    assessment: str
    attempt: int
    state: State
    asked_at: datetime


@dataclass(frozen=True)
class Moves:
    """Everything that moves one person's dates; tries and more time with their assessment."""

    tries: tuple[tuple[str, Try], ...] = ()
    given: tuple[tuple[str, Given], ...] = ()
    extra_days: int = 0
    formats: str = ""  # other ways to hand in, in words to the learner
    pauses: tuple[Paused, ...] = ()
    asked: tuple[AskedFor, ...] = ()

    def newest_request(self, assessment: str, attempt: int) -> AskedFor | None:
        """What was last taken or asked for."""
        found = [
            one for one in self.asked if (one.assessment, one.attempt) == (assessment, attempt)
        ]
        return found[-1] if found else None

    def of(self, assessment: str) -> dict[str, Any]:
        """What concerns one assessment, as `Facts` names it."""
        return {
            "tries": tuple(one for key, one in self.tries if key == assessment),
            "given": tuple(one for key, one in self.given if key == assessment),
            "extra_days": self.extra_days,
            "pauses": self.pauses,
        }

    @property
    def on_pause(self) -> bool:
        """Whether a pause has no end yet."""
        return any(pause.ended_at is None for pause in self.pauses)


TRY, MORE, ADJUSTED, PAUSED = "try", "more", "adjusted", "paused"


def moves_of(enrolment_ids: Collection[int]) -> dict[int, Moves]:
    """What moves the dates of these people; whoever has nothing of it is there too."""
    no_int, no_time = cast(null(), Integer), cast(null(), UtcDateTime)
    tries = select(
        OpenedAttempt.enrolment_id.label("place"),
        literal(TRY).label("what"),
        OpenedAttempt.assessment.label("assessment"),
        OpenedAttempt.number.label("number"),
        cast(OpenedAttempt.kind, Text).label("kind"),
        literal("").label("wants"),
        cast(OpenedAttempt.puts_off, Integer).label("days"),
        OpenedAttempt.due_at.label("start"),
        no_time.label("end"),
        OpenedAttempt.number.label("sorted"),
    ).where(OpenedAttempt.enrolment_id.in_(enrolment_ids))
    more = select(
        MoreTime.enrolment_id,
        literal(MORE),
        MoreTime.assessment,
        MoreTime.attempt,
        cast(MoreTime.state, Text),
        cast(MoreTime.wants, Text),
        MoreTime.days,
        MoreTime.until,
        MoreTime.asked_at,
        MoreTime.id,
    ).where(MoreTime.enrolment_id.in_(enrolment_ids))
    adjusted = select(
        Adjustment.enrolment_id,
        literal(ADJUSTED),
        literal(""),
        no_int,
        Adjustment.formats,
        literal(""),
        Adjustment.extra_days,
        no_time,
        no_time,
        Adjustment.id,
    ).where(Adjustment.enrolment_id.in_(enrolment_ids))
    paused = select(
        Pause.enrolment_id,
        literal(PAUSED),
        literal(""),
        no_int,
        literal(""),
        literal(""),
        no_int,
        Pause.began_at,
        Pause.ended_at,
        Pause.id,
    ).where(Pause.enrolment_id.in_(enrolment_ids))
    found = union_all(tries, more, adjusted, paused).subquery()
    rows = db.session.execute(select(found).order_by(found.c.place, found.c.what, found.c.sorted))
    by_place: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_place[row.place].append(row)
    return {place: _moves(by_place[place]) for place in enrolment_ids}


def _moves(rows: Sequence[Any]) -> Moves:
    return Moves(
        tries=tuple(
            (row.assessment, Try(row.number, Attempt(row.kind), row.start, bool(row.days)))
            for row in rows
            if row.what == TRY
        ),
        given=tuple(
            (row.assessment, Given(row.number, row.kind == State.GRANTED, row.days, row.start))
            for row in rows
            if row.what == MORE
            and row.wants == Wants.DAYS
            and row.kind in (State.TAKEN, State.GRANTED)
        ),
        asked=tuple(
            AskedFor(row.assessment, row.number, State(row.kind), row.end)
            for row in rows
            if row.what == MORE
        ),
        formats="".join(row.kind for row in rows if row.what == ADJUSTED),
        extra_days=sum(row.days for row in rows if row.what == ADJUSTED),
        pauses=tuple(Paused(row.start, row.end) for row in rows if row.what == PAUSED),
    )


def terms_of(regulations: str | None) -> Rules:
    """The rules of dates that a cohort's regulations state; none where it has no regulations."""
    if regulations is None:
        return Rules()
    found = catalogue().regulations(regulations)
    return Rules(found.terms, found.calendar)


def dated_by(moves: Moves, cohort: Cohort, assessment: Assessment, now: datetime) -> Dated:
    """One person's date, from what is loaded."""
    facts = Facts(cohort.starts_on, **moves.of(assessment.key))
    rules = terms_of(cohort.regulations)
    return dated(assessment.due, facts, rules, now=now, record=assessment.record)


def deadline_of(place: Enrolment, assessment: Assessment, now: datetime) -> Dated:
    """A learner's current attempt and its date; `place` with its cohort. One statement."""
    return dated_by(moves_of([place.id])[place.id], place.cohort, assessment, now)


def current_attempt(enrolment_id: int, assessment: str) -> tuple[int, Attempt]:
    """The number and kind of the attempt that is open or was last handed in."""
    row = db.session.execute(
        select(OpenedAttempt.number, OpenedAttempt.kind)
        .where(OpenedAttempt.enrolment_id == enrolment_id, OpenedAttempt.assessment == assessment)
        .order_by(OpenedAttempt.number.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else (FIRST_ATTEMPT, Attempt.FIRST)


@dataclass(frozen=True)
class HandedIn:
    """What came of an attempt that was handed in."""

    due_at: datetime
    handed_in_at: datetime
    receipt: str
    released_at: datetime | None
    points: Decimal | None


@dataclass(frozen=True)
class PastAttempt:
    """One attempt as it is told. `due_at` is None for the first: it is the cohort's."""

    number: int
    kind: Attempt
    due_at: datetime | None
    handed_in: HandedIn | None


def handed_in_by(enrolment_id: int) -> dict[tuple[str, int], HandedIn]:
    """Everything one person handed in, by assessment and attempt: one statement."""
    rows = db.session.execute(
        select(
            Submission.assessment,
            Submission.attempt,
            Submission.due_at,
            Submission.handed_in_at,
            Submission.receipt,
            ResultRow.released_at,
            ResultRow.points,
        )
        .outerjoin(ResultRow, ResultRow.submission_id == Submission.id)
        .where(Submission.enrolment_id == enrolment_id)
        .order_by(Submission.id, ResultRow.sequence)  # the newest result is the last
    )
    return {(row[0], row[1]): HandedIn(*row[2:]) for row in rows}


def history_of(
    moves: Moves, handed_in: Mapping[tuple[str, int], HandedIn], assessment: str
) -> list[PastAttempt]:
    """Every attempt of one person at one assessment, the first first."""
    first = PastAttempt(FIRST_ATTEMPT, Attempt.FIRST, None, handed_in.get((assessment, 1)))
    return [first] + [
        PastAttempt(one.number, one.kind, one.due_at, handed_in.get((assessment, one.number)))
        for key, one in moves.tries
        if key == assessment
    ]


def find_adjustment(enrolment_id: int) -> Adjustment | None:
    """What is adjusted for a person throughout."""
    return db.session.scalar(select(Adjustment).where(Adjustment.enrolment_id == enrolment_id))


def place_decided_by(actor: Actor, enrolment_id: int, action: Action) -> Enrolment:
    """A place, with person and cohort, whose dates the actor may decide: not their own, and not
    that of somebody they manage, supervise or work with.
    """
    place = db.session.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, ~kept_apart(actor))
        .options(joinedload(Enrolment.cohort), joinedload(Enrolment.user))
    )
    if place is None or not actor.may(action, cohort_id=place.cohort_id):
        raise NotFound(NOT_HERE)
    return place


def is_current(row: type[Draft] | type[Submission]) -> Any:
    """SQL: a draft or submission belongs to the current attempt."""
    newer = (
        select(OpenedAttempt.id)
        .where(
            OpenedAttempt.enrolment_id == row.enrolment_id,
            OpenedAttempt.assessment == row.assessment,
            OpenedAttempt.number > row.attempt,
        )
        .exists()
    )
    return ~newer
