"""A score is claimed by one worker, and settled; tokens are kept; a refused score is sent again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from lms.actor import Action, Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import NotFound, RuleBroken
from lms.lti.models import AccessToken, ScoreDelivery
from lms.lti.platform.scores import Token
from lms.lti.platform.sealing import seal, unseal
from lms.lti.queries import scores as queries
from lms.lti.queries.scores import Due
from lms.lti.rules.scores import (
    LEASE,
    OF_THE_VLE,
    SECOND,
    Answer,
    Delivery,
    Verdict,
    next_timestamp,
    next_try,
)

MARGIN = timedelta(seconds=60)  # a token that ends within the minute is not used any more


@dataclass(frozen=True)
class Claimed:
    """A score that is ours to send until the lease ends."""

    delivery_id: int
    leased_until: datetime
    timestamp: datetime


def claim(due: Due, *, now: datetime) -> Claimed | None:
    """Take a score to send; None when somebody else sends to that column, or its second is not
    over.

    The time that will be sent is stored first: after a crash the next one is later.
    """
    route, result = due.route, due.result
    queries.hold_link(route.link_id)
    if queries.is_being_sent(route.link_id, now):
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
    if delivery.status is not Delivery.WAITING or delivery.due_at > now:
        return None
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
        delivery.status, delivery.last_error = Delivery.REFUSED, verdict.words
    else:
        delivery.last_error = verdict.words
        delivery.due_at = next_try(delivery.attempts, now=now, wait=verdict.wait, jitter=jitter)
    db.session.flush()
    return delivery


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


def kept_token(platform_id: int, scopes: str, *, secret_key: str, now: datetime) -> Token | None:
    """The platform's token for these scopes, while it is good for a minute more."""
    kept = queries.find_token(platform_id, scopes)
    if kept is None or kept.expires_at - MARGIN <= now:
        return None
    value = unseal(kept.sealed_token, secret_key)
    return Token(value, kept.expires_at) if value else None


def keep_token(platform_id: int, scopes: str, token: Token, *, secret_key: str) -> None:
    """Keep a token, sealed, instead of the one before."""
    kept = queries.find_token(platform_id, scopes)
    if kept is None:
        kept = AccessToken(platform_id=platform_id, scopes=scopes)
        db.session.add(kept)
    kept.sealed_token, kept.expires_at = seal(token.value, secret_key), token.expires_at
    db.session.flush()


def drop_token(platform_id: int, scopes: str) -> None:
    """Forget a token that the platform takes no more."""
    db.session.execute(
        delete(AccessToken).where(
            AccessToken.platform_id == platform_id, AccessToken.scopes == scopes
        )
    )


def send_again(delivery_id: int, *, actor: Actor, now: datetime) -> tuple[int, str]:
    """Put a refused score back among those that wait; returns its cohort and assessment."""
    delivery = queries.get_delivery(delivery_id)
    cohort_id, target = queries.cohort_of(delivery)
    if cohort_id is None or not actor.may(Action.RELEASE, cohort_id=cohort_id):
        raise NotFound("There is no such score, or it is not yours to see.")
    if delivery.status is not Delivery.REFUSED:
        raise RuleBroken("This mark was not refused, so there is nothing to send again.")
    delivery.status, delivery.due_at, delivery.attempts = Delivery.WAITING, now, 0
    record(actor=actor, act="sent a mark again", subject=f"score:{delivery.id}", now=now)
    return cohort_id, target.removeprefix("assessments/")
