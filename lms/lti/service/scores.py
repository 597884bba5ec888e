"""A score is claimed by one worker, and settled; a refused score is sent again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from lms.actor import Action, Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import NotFound, RuleBroken
from lms.lti.models import ScoreDelivery
from lms.lti.queries import scores as queries
from lms.lti.queries.columns import get_link
from lms.lti.queries.scores import Due
from lms.lti.rules.scores import (
    LEASE,
    NEW_COLUMN,
    NO_COLUMN,
    OF_THE_VLE,
    SECOND,
    Answer,
    Delivery,
    Verdict,
    next_timestamp,
    next_try,
)
from lms.lti.service import columns, rests


@dataclass(frozen=True)
class Claimed:
    """A score that is ours to send until the lease ends."""

    delivery_id: int
    leased_until: datetime
    timestamp: datetime


class Busy(Exception):
    """Somebody else sends marks of that assessment at this moment."""


def claim(due: Due, *, now: datetime) -> Claimed | None:
    """Take a score to send; None when it is no longer to be sent, or its second is not over. Raises
    Busy: an assessment has one sender at a time, whatever its columns.

    What a sweep read may be old: the score must still be the newest of its person, or an older
    mark would follow a newer one. The time that will be sent is stored first: after a crash the
    next one is later.
    """
    route, result = due.route, due.result
    queries.hold_assessment(route.target)
    if queries.is_being_sent(route.target, now):
        raise Busy
    if not queries.is_still_due(due, now):
        return None
    delivery = queries.find_delivery(result.result_id, result.sequence, route.link_id)
    if delivery is None:
        delivery = ScoreDelivery(
            result_id=result.result_id,
            sequence=result.sequence,
            resource_link_id=route.link_id,
            identity_id=route.identity_id,
            status=Delivery.WAITING,
            attempts=0,
            due_at=now,
            created_at=now,
        )
        db.session.add(delivery)
    if delivery.status is Delivery.SENT:  # another attempt's was sent since, and this one counts
        delivery.status, delivery.sent_at, delivery.attempts = Delivery.WAITING, None, 0
        delivery.due_at = now
    timestamp = next_timestamp(queries.last_timestamp(route.link_id, route.identity_id), now=now)
    if timestamp is None:
        delivery.due_at = now.replace(microsecond=0) + SECOND
        db.session.flush()
        return None
    delivery.leased_until = now + LEASE
    delivery.last_timestamp = timestamp
    delivery.attempts += 1
    db.session.flush()
    return Claimed(delivery.id, delivery.leased_until, timestamp)


def settle(claimed: Claimed, verdict: Verdict, *, now: datetime, jitter: float) -> ScoreDelivery:
    """Write down what came of sending. A lease that was lost meanwhile changes nothing."""
    delivery = queries.get_delivery(claimed.delivery_id)
    if delivery.leased_until != claimed.leased_until or delivery.status is not Delivery.WAITING:
        return delivery
    delivery.leased_until = None
    if verdict.answer is Answer.TAKEN:
        delivery.status, delivery.sent_at, delivery.last_error = Delivery.SENT, now, None
        _bring_forward(delivery, now)
    elif verdict.answer is Answer.FINAL:
        delivery.status, delivery.last_error = Delivery.REFUSED, _refused(delivery, verdict, now)
    else:
        delivery.last_error = verdict.words
        delivery.due_at = next_try(delivery.attempts, now=now, wait=verdict.wait, jitter=jitter)
    db.session.flush()
    return delivery


def _refused(delivery: ScoreDelivery, verdict: Verdict, now: datetime) -> str:
    """Why, in words. A column that is gone is noted, and never made again unasked."""
    if verdict.words != NO_COLUMN:
        return verdict.words
    link = get_link(delivery.resource_link_id)
    link.lineitem_gone_at = now
    return NEW_COLUMN if columns.can_renew(link) else NO_COLUMN


def _bring_forward(sent: ScoreDelivery, now: datetime) -> None:
    """The VLE is well again: what waited because it was not, need not wait longer."""
    waited = update(ScoreDelivery).where(
        ScoreDelivery.resource_link_id == sent.resource_link_id,
        ScoreDelivery.id != sent.id,
        ScoreDelivery.status == Delivery.WAITING,
        ScoreDelivery.last_error.in_(OF_THE_VLE),
        ScoreDelivery.leased_until.is_(None),
        ScoreDelivery.due_at > now,
    )
    db.session.execute(waited.values(due_at=now))


def send_again(delivery_id: int, *, actor: Actor, now: datetime) -> tuple[int, str]:
    """Put a refused score back among those that wait; returns its cohort and assessment."""
    delivery = queries.get_delivery(delivery_id)
    cohort_id, target = queries.cohort_of(delivery)
    if cohort_id is None or not actor.may(Action.RELEASE, cohort_id=cohort_id):
        raise NotFound("There is no such score, or it is not yours to see.")
    if delivery.status is not Delivery.REFUSED:
        raise RuleBroken("This mark was not refused, so there is nothing to send again.")
    _put_back(delivery, now)
    rests.end(queries.platform_of(delivery))
    record(actor=actor, act="sent a mark again", subject=f"score:{delivery.id}", now=now)
    db.session.flush()
    return cohort_id, target.removeprefix("assessments/")


def send_all_again(cohort_id: int, assessment: str, *, actor: Actor, now: datetime) -> int:
    """Put every refused score of a cohort's assessment back, and look again for a column that was
    not found; returns how many marks will go.
    """
    if not actor.may(Action.RELEASE, cohort_id=cohort_id):
        raise NotFound("There is no such score, or it is not yours to see.")
    refused = queries.refused_deliveries(cohort_id, assessment)
    searches = queries.refused_searches(cohort_id, assessment)
    if not refused and not searches:
        raise RuleBroken("No mark was refused, so there is nothing to send again.")
    for delivery in refused:
        _put_back(delivery, now)
    record(
        actor=actor,
        act="sent all refused marks again",
        subject=f"cohort:{cohort_id}",
        now=now,
        detail={"assessment": assessment, "marks": len(refused)},
    )
    for search in searches:
        columns.look_again(search.context_id, search.target)
    for platform_id in queries.platforms_for(cohort_id, assessment):
        rests.end(platform_id)
    db.session.flush()
    return len(refused)


def _put_back(delivery: ScoreDelivery, now: datetime) -> None:
    """A column that is gone is made again first, if it can be; then everything goes to it."""
    link = get_link(delivery.resource_link_id)
    if columns.can_renew(link):
        columns.renew(link, now=now)
    delivery.status, delivery.due_at, delivery.attempts = Delivery.WAITING, now, 0
    delivery.sent_at = None
