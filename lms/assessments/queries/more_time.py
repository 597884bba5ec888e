"""Requests for more time; and why, which only their writer and whoever decides may see."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from lms.actor import Action, Actor
from lms.assessments.models import Circumstances, Evidence, MoreTime
from lms.assessments.queries.allocation import kept_apart
from lms.assessments.queries.learners import NOT_HERE
from lms.assessments.rules.more_time import State
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Enrolment

A_YEAR = timedelta(days=365)


def decides_about(actor: Actor) -> ColumnElement[bool]:
    """SQL, over `Enrolment`: the actor decides about more time for this person.

    Nobody decides for themselves, nor for somebody they manage, supervise or work with.
    """
    cohorts = actor.cohorts_where(Action.DECIDE_MORE_TIME)
    if cohorts is None:
        where: ColumnElement[bool] = true()
    else:
        where = Enrolment.cohort_id.in_(cohorts) if cohorts else false()
    return and_(where, ~kept_apart(actor))


def circumstances_visible_to(actor: Actor) -> ColumnElement[bool]:
    """SQL, over `MoreTime` and `Enrolment`: the actor may read why more time was asked for.

    Its writer; while it is open, whoever may decide; afterwards, whoever decided.
    """
    decides = decides_about(actor)
    open_to_decide = MoreTime.state == State.OPEN
    return or_(
        Enrolment.user_id == actor.user_id,
        and_(decides, or_(open_to_decide, MoreTime.settled_by == actor.user_id)),
    )


def requests_to_decide(actor: Actor) -> Sequence[MoreTime]:
    """Every open request that the actor may decide, the oldest first, with its person."""
    return db.session.scalars(
        select(MoreTime)
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(MoreTime.state == State.OPEN, decides_about(actor))
        .options(
            joinedload(MoreTime.enrolment).joinedload(Enrolment.user),
            joinedload(MoreTime.enrolment).joinedload(Enrolment.cohort),
        )
        .order_by(MoreTime.asked_at, MoreTime.id)
    ).all()


def count_to_decide(actor: Actor) -> int:
    """How many requests wait for an answer that the actor may give."""
    counted = (
        select(func.count(MoreTime.id))
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(MoreTime.state == State.OPEN, decides_about(actor))
    )
    return db.session.scalar(counted) or 0


def lately_decided(actor: Actor, since: datetime) -> Sequence[MoreTime]:
    """What was decided since then where the actor decides: outcomes only."""
    return db.session.scalars(
        select(MoreTime)
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(
            MoreTime.state.in_((State.GRANTED, State.DECLINED)),
            MoreTime.settled_at >= since,
            decides_about(actor),
        )
        .options(
            joinedload(MoreTime.enrolment).joinedload(Enrolment.user),
            joinedload(MoreTime.enrolment).joinedload(Enrolment.cohort),
        )
        .order_by(MoreTime.settled_at.desc(), MoreTime.id.desc())
        .limit(50)
    ).all()


def request_to_decide(actor: Actor, request_id: int) -> MoreTime:
    """A request with its circumstances, for whoever may read and answer it, as it is now."""
    found = db.session.scalar(
        select(MoreTime)
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(MoreTime.id == request_id, decides_about(actor), circumstances_visible_to(actor))
        .options(
            joinedload(MoreTime.enrolment).joinedload(Enrolment.user),
            joinedload(MoreTime.enrolment).joinedload(Enrolment.cohort),
            joinedload(MoreTime.circumstances),
            selectinload(MoreTime.evidence),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def settled_or_not(actor: Actor, request_id: int) -> MoreTime:
    """A request as it is now, without why, for whoever decides about its person."""
    found = db.session.scalar(
        select(MoreTime)
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(MoreTime.id == request_id, decides_about(actor))
        .options(joinedload(MoreTime.enrolment).joinedload(Enrolment.cohort))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def own_requests(enrolment_id: int, assessment: str) -> Sequence[MoreTime]:
    """A learner's own requests for a piece of work with their circumstances, the newest first."""
    return db.session.scalars(
        select(MoreTime)
        .where(MoreTime.enrolment_id == enrolment_id, MoreTime.assessment == assessment)
        .options(joinedload(MoreTime.circumstances), selectinload(MoreTime.evidence))
        .order_by(MoreTime.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def given_so_far(enrolment_id: int) -> Sequence[MoreTime]:
    """Everything of one person that was taken, granted or is open, without why."""
    return db.session.scalars(
        select(MoreTime)
        .where(
            MoreTime.enrolment_id == enrolment_id,
            MoreTime.state.in_((State.OPEN, State.TAKEN, State.GRANTED)),
        )
        .order_by(MoreTime.id)
    ).all()


def evidence_visible_to(actor: Actor, evidence_id: int) -> Evidence:
    """A file of evidence, for its owner and for whoever decides."""
    found = db.session.scalar(
        select(Evidence)
        .join(MoreTime, MoreTime.id == Evidence.more_time_id)
        .join(Enrolment, Enrolment.id == MoreTime.enrolment_id)
        .where(Evidence.id == evidence_id, circumstances_visible_to(actor))
    )
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def to_be_erased(before: datetime) -> tuple[Sequence[Circumstances], Sequence[Evidence]]:
    """Circumstances and evidence of requests that were settled before then."""
    settled = select(MoreTime.id).where(MoreTime.settled_at < before).order_by(MoreTime.id)
    texts = db.session.scalars(
        select(Circumstances)
        .where(Circumstances.more_time_id.in_(settled))
        .order_by(Circumstances.id)
    ).all()
    files = db.session.scalars(
        select(Evidence).where(Evidence.more_time_id.in_(settled)).order_by(Evidence.id)
    ).all()
    return texts, files
