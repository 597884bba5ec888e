"""What is asked about who marks what: who must not, who has a script, who opened it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    and_,
    exists,
    false,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lms import clock
from lms.actor import Action, Actor, Role
from lms.assessments.models import (
    Allocation,
    DeclaredInterest,
    Mark,
    NameShown,
    ScriptOpened,
    ScriptTopic,
    Submission,
    TopicNotTaken,
)
from lms.assessments.rules.allocating import Ending, Interest, Topic
from lms.db import db
from lms.people.models import Cohort, Employment, Enrolment, User
from lms.people.queries import holders_of

BACK = Ending.HANDED_BACK
MARKING_ROLES = (Role.TRAINER, Role.MODULE_LEAD)


@dataclass(frozen=True)
class Barred:
    """A marker and a place whose work they may not mark."""

    marker_id: int
    enrolment_id: int
    why: Interest


@dataclass(frozen=True)
class Opening:
    """Who opened a script on a day, or was shown whose it is."""

    name: str
    at: datetime
    shown_name: bool


@dataclass(frozen=True)
class SeenBefore:
    """What somebody saw of a script earlier: the script today; the name of its writer, if ever."""

    today: bool = False
    name: str | None = None


def _interests() -> Select[tuple[int, int, str]]:
    """(marker, place, why) of everybody who is tied to a learner by work, or was said to be."""
    theirs, mine = aliased(Employment), aliased(Employment)
    place = Enrolment.id.label("enrolment_id")

    def tied(marker: InstrumentedAttribute[Any], why: Interest) -> Select[tuple[int, int, str]]:
        return select(marker.label("marker_id"), place, literal(why.value).label("why"))

    of_learner = theirs.user_id == Enrolment.user_id
    parts = (
        tied(theirs.manager_id, Interest.MANAGES).join(theirs, of_learner),
        tied(theirs.supervisor_id, Interest.SUPERVISES).join(theirs, of_learner),
        tied(mine.user_id, Interest.REPORTS_TO).join(
            mine, or_(mine.manager_id == Enrolment.user_id, mine.supervisor_id == Enrolment.user_id)
        ),
        tied(mine.user_id, Interest.COLLEAGUE)
        .join(theirs, of_learner)
        .join(mine, mine.organisation_id == theirs.organisation_id),
        tied(DeclaredInterest.marker_id, Interest.DECLARED).join(
            DeclaredInterest, DeclaredInterest.enrolment_id == Enrolment.id
        ),
    )
    found = union_all(*parts).subquery()
    return select(found.c.marker_id, found.c.enrolment_id, found.c.why)


def barred(marker_ids: Collection[int], cohort_id: int) -> list[Barred]:
    """Which of these markers may not mark which places of a cohort: one statement."""
    found = _interests().subquery()
    rows = db.session.execute(
        select(found.c.marker_id, found.c.enrolment_id, found.c.why)
        .join(Enrolment, Enrolment.id == found.c.enrolment_id)
        .where(
            found.c.marker_id.in_(marker_ids),
            Enrolment.cohort_id == cohort_id,
            found.c.marker_id != Enrolment.user_id,
        )
        .order_by(found.c.enrolment_id, found.c.marker_id, found.c.why)
    )
    return [Barred(row[0], row[1], Interest(row[2])) for row in rows]


def kept_apart(actor: Actor) -> ColumnElement[bool]:
    """SQL, over `Enrolment`: it is the actor's own place, or one whose work they may not mark."""
    found = _interests().subquery()
    return or_(
        Enrolment.user_id == actor.user_id,
        Enrolment.id.in_(select(found.c.enrolment_id).where(found.c.marker_id == actor.user_id)),
    )


def is_final() -> ColumnElement[bool]:
    """SQL, over `Submission`: its writer can no longer take it back."""
    return Submission.final_at <= clock.now()


def may_open(actor: Actor) -> ColumnElement[bool]:
    """SQL, over `Submission` and `Enrolment`: a script that the actor may open to mark it."""
    return and_(is_final(), is_theirs_to_mark(actor))


def is_theirs_to_mark(actor: Actor) -> ColumnElement[bool]:
    """SQL, over `Submission` and `Enrolment`: a script that is or will be the actor's to open.

    Not one's own, nor that of somebody one is tied to. What is with a colleague is seen only by
    whoever decides who marks what; what nobody was given is open to every marker of the cohort,
    except to one who handed it back.
    """
    of_it = Allocation.submission_id == Submission.id
    live = and_(of_it, Allocation.ended_at.is_(None))
    back = and_(of_it, Allocation.marker_id == actor.user_id, Allocation.ended == BACK)
    mine = exists().where(live, Allocation.marker_id == actor.user_id)
    free = and_(~exists().where(live), ~exists().where(back))
    decides = _in_cohorts(actor.cohorts_where(Action.ALLOCATE))
    return and_(
        _in_cohorts(actor.cohorts_where(Action.MARK)),
        ~kept_apart(actor),
        or_(decides, mine, free),
    )


def _in_cohorts(cohort_ids: frozenset[int] | None) -> ColumnElement[bool]:
    return true() if cohort_ids is None else Enrolment.cohort_id.in_(cohort_ids)


def decides(actor: Actor, cohort_id: int) -> bool:
    """Whether the actor decides who marks what in a cohort, and so sees all its scripts."""
    return actor.may(Action.ALLOCATE, cohort_id=cohort_id)


def may_mark(actor: Actor, submission_id: int) -> bool:
    """Whether the actor may open a script to mark it."""
    found = (
        select(Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.id == submission_id, may_open(actor))
    )
    return db.session.scalar(found) is not None


def may_mark_place(actor: Actor, place: Enrolment) -> bool:
    """Whether the actor marks in somebody's cohort, and is not kept apart from their work."""
    if not actor.may(Action.MARK, cohort_id=place.cohort_id):
        return False
    found = select(Enrolment.id).where(Enrolment.id == place.id, ~kept_apart(actor))
    return db.session.scalar(found) is not None


def hidden_scripts(actor: Actor, cohort: Cohort, assessment: str) -> int:
    """How many scripts of a cohort the actor may not open because a colleague has them."""
    found = (
        select(Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Submission.assessment == assessment,
            Enrolment.cohort_id == cohort.id,
            ~is_theirs_to_mark(actor),
            Enrolment.user_id != actor.user_id,
        )
        .order_by(Submission.id)
    )
    return len(db.session.scalars(found).all())


def markers_of(cohort_id: int) -> Sequence[User]:
    """Who may mark in a cohort, by name."""
    return holders_of(MARKING_ROLES, cohort_id)


def allocations(submission_ids: Collection[int]) -> list[Allocation]:
    """Who has, and who had, these scripts, oldest first."""
    return list(
        db.session.scalars(
            select(Allocation)
            .where(Allocation.submission_id.in_(submission_ids))
            .order_by(Allocation.id)
        )
    )


def holders(submission_ids: Collection[int]) -> dict[int, str]:
    """Who has these scripts, by name: whom they were given to, else whoever began to mark them."""
    given = select(Allocation.submission_id, Allocation.marker_id, literal(1).label("rank")).where(
        Allocation.submission_id.in_(submission_ids), Allocation.ended_at.is_(None)
    )
    begun = select(Mark.submission_id, Mark.marker_id, literal(0)).where(
        Mark.submission_id.in_(submission_ids)
    )
    both = union_all(given, begun).subquery()
    rows = db.session.execute(
        select(both.c.submission_id, User.name)
        .join(User, User.id == both.c.marker_id)
        .order_by(both.c.submission_id, both.c.rank)
    )
    return {row[0]: row[1] for row in rows}


def topics_of(submission_ids: Collection[int]) -> dict[int, frozenset[Topic]]:
    """What the writers of these scripts said they speak of at length."""
    found: dict[int, set[Topic]] = {}
    for row in db.session.scalars(
        select(ScriptTopic)
        .where(ScriptTopic.submission_id.in_(submission_ids))
        .order_by(ScriptTopic.id)
    ):
        found.setdefault(row.submission_id, set()).add(row.topic)
    return {key: frozenset(topics) for key, topics in found.items()}


def topics_not_taken(marker_ids: Collection[int]) -> dict[int, frozenset[Topic]]:
    """What these markers would rather not read about. For sharing out, and for themselves."""
    found: dict[int, set[Topic]] = {}
    for row in db.session.scalars(
        select(TopicNotTaken)
        .where(TopicNotTaken.marker_id.in_(marker_ids))
        .order_by(TopicNotTaken.id)
    ):
        found.setdefault(row.marker_id, set()).add(row.topic)
    return {key: frozenset(topics) for key, topics in found.items()}


def find_topics_not_taken(marker_id: int) -> Sequence[TopicNotTaken]:
    """The rows of one marker, to be changed."""
    return db.session.scalars(
        select(TopicNotTaken).where(TopicNotTaken.marker_id == marker_id).order_by(TopicNotTaken.id)
    ).all()


def declared_interests(cohort_id: int) -> Sequence[DeclaredInterest]:
    """Who was said to know whom in a cohort."""
    return db.session.scalars(
        select(DeclaredInterest)
        .join(Enrolment, Enrolment.id == DeclaredInterest.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(DeclaredInterest.id)
    ).all()


def _opened(actor: Actor, day: date) -> Exists:
    return exists().where(
        ScriptOpened.submission_id == Submission.id,
        ScriptOpened.opened_by == actor.user_id,
        ScriptOpened.day == day,
    )


def opens_first(actor: Actor, submission_id: int, day: date) -> bool:
    """Whether the actor may open a script, and has not yet done so that day."""
    found = (
        select(Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.id == submission_id, may_open(actor), ~_opened(actor, day))
    )
    return db.session.scalar(found) is not None


def seen_before(actor: Actor, submission_id: int, day: date) -> SeenBefore:
    """Whether the actor opened a script that day, and whether they were shown whose it is."""
    name = (
        select(User.name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(NameShown, NameShown.submission_id == Submission.id)
        .where(Enrolment.id == Submission.enrolment_id, NameShown.shown_to == actor.user_id)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(_opened(actor, day), name).where(Submission.id == submission_id)
    ).first()
    return SeenBefore(today=row[0], name=row[1]) if row else SeenBefore()


def openings(submission_id: int) -> list[Opening]:
    """Who opened a script on which day, and who was shown its name, oldest first. For its owner."""
    opened = select(ScriptOpened.opened_by.label("who"), ScriptOpened.first_at.label("at")).where(
        ScriptOpened.submission_id == submission_id
    )
    shown = select(NameShown.shown_to, NameShown.shown_at).where(
        NameShown.submission_id == submission_id
    )
    both = union_all(
        opened.add_columns(false().label("shown")), shown.add_columns(true())
    ).subquery()
    rows = db.session.execute(
        select(User.name, both.c.at, both.c.shown)
        .join(User, User.id == both.c.who)
        .order_by(both.c.at, both.c.shown, User.name)
    )
    return [Opening(row[0], row[1], row[2]) for row in rows]
