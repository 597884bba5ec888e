"""What is asked about scores: which are due, and how far each has come.

"A result that may be sent and was not delivered" is the outbox (docs/decisions): it is found by a
query, so a crash loses nothing and a VLE that is down cannot stop a release.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.assessments.queries import SendableResult, sendable_results
from lms.db import db
from lms.errors import NotFound
from lms.lti.models import (
    AccessToken,
    Context,
    Deployment,
    Platform,
    ResourceLink,
    ScoreDelivery,
    VleIdentity,
)
from lms.lti.rules.claims import SCORE_SCOPE
from lms.lti.rules.scores import SLOW_DOWN, Delivery
from lms.people.models import Enrolment, User


@dataclass(frozen=True)
class Service:
    """What asking a platform for a token needs; it outlives the transaction it was read in."""

    platform_id: int
    issuer: str
    client_id: str
    auth_login_url: str
    auth_token_url: str
    key_set_url: str
    auth_audience: str | None


@dataclass(frozen=True)
class Route:
    """Where one person's marks for one assessment go."""

    link_id: int
    target: str
    lineitem_url: str
    scopes: frozenset[str]
    identity_id: int
    subject: str
    user_id: int
    cohort_id: int
    service: Service


@dataclass(frozen=True)
class Due:
    """A score to send now."""

    result: SendableResult
    route: Route


@dataclass(frozen=True)
class Standing:
    """How far one person's score has come, for the page."""

    name: str
    released_at: datetime
    delivery: ScoreDelivery | None
    routed: bool
    known: bool


def _routes(cohort_ids: Collection[int]) -> list[Route]:
    """Every way from a person of these cohorts to a gradebook column of an active platform."""
    found = (
        select(ResourceLink, VleIdentity, Context.cohort_id, Platform)
        .join(Context, Context.id == ResourceLink.context_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .join(VleIdentity, VleIdentity.platform_id == Platform.id)
        .join(
            Enrolment,
            (Enrolment.user_id == VleIdentity.user_id) & (Enrolment.cohort_id == Context.cohort_id),
        )
        .where(
            Context.cohort_id.in_(cohort_ids),
            ResourceLink.lineitem_url.is_not(None),
            Platform.active_at.is_not(None),
        )
        .order_by(ResourceLink.id, VleIdentity.id)
    )
    return [
        Route(
            link_id=link.id,
            target=link.target,
            lineitem_url=link.lineitem_url,
            scopes=frozenset(link.scopes.split()),
            identity_id=identity.id,
            subject=identity.subject,
            user_id=identity.user_id,
            cohort_id=cohort_id,
            service=Service(
                platform_id=platform.id,
                issuer=platform.issuer,
                client_id=platform.client_id,
                auth_login_url=platform.auth_login_url,
                auth_token_url=platform.auth_token_url,
                key_set_url=platform.key_set_url,
                auth_audience=platform.auth_audience,
            ),
        )
        for link, identity, cohort_id, platform in db.session.execute(found)
    ]


def _pairs(results: Sequence[SendableResult]) -> list[Due]:
    """Each result with each column it goes to, once a column even when two activities share one."""
    routes: dict[tuple[int, int, str], list[Route]] = {}
    for route in _routes({one.cohort_id for one in results}):
        if SCORE_SCOPE in route.scopes:
            routes.setdefault((route.user_id, route.cohort_id, route.target), []).append(route)
    pairs: dict[tuple[int, str], Due] = {}
    for result in results:
        key = (result.user_id, result.cohort_id, f"assessments/{result.assessment}")
        for route in routes.get(key, ()):
            pairs.setdefault((result.result_id, route.lineitem_url), Due(result, route))
    return list(pairs.values())


def due_scores(now: datetime) -> list[Due]:
    """Every score to send now, activity by activity. This query is the outbox."""
    results = sendable_results()
    pairs = _pairs(results) if results else []
    if not pairs:
        return []
    not_now, resting = _not_now({due.route.link_id: due.route for due in pairs}, now)
    return [
        due
        for due in sorted(pairs, key=lambda due: (due.route.link_id, due.result.result_id))
        if (due.result.result_id, due.result.sequence, due.route.link_id) not in not_now
        and due.route.service.platform_id not in resting
    ]


def _not_now(routes: dict[int, Route], now: datetime) -> tuple[set[tuple[int, int, int]], set[int]]:
    """The scores that are settled, wait or are being sent, and platforms that asked for a rest."""
    found = db.session.execute(
        select(
            ScoreDelivery.result_id,
            ScoreDelivery.sequence,
            ScoreDelivery.resource_link_id,
            ScoreDelivery.status,
            ScoreDelivery.last_error,
        )
        .where(
            ScoreDelivery.resource_link_id.in_(routes),
            (ScoreDelivery.status != Delivery.WAITING)
            | (ScoreDelivery.due_at > now)
            | (ScoreDelivery.leased_until > now),
        )
        .order_by(ScoreDelivery.id)
    ).all()
    asked_to_rest = {
        routes[link_id].service.platform_id
        for _, _, link_id, status, words in found
        if status is Delivery.WAITING and words == SLOW_DOWN
    }
    return {(result, sequence, link) for result, sequence, link, _, _ in found}, asked_to_rest


def hold_link(link_id: int) -> None:
    """Let nobody else claim a score of this activity until the transaction ends (SQLite has one
    writer).
    """
    db.session.scalar(select(ResourceLink.id).where(ResourceLink.id == link_id).with_for_update())


def is_being_sent(link_id: int, now: datetime) -> bool:
    """Whether somebody is sending to this activity's column: one sender at a time."""
    leased = select(func.count(ScoreDelivery.id)).where(
        ScoreDelivery.resource_link_id == link_id, ScoreDelivery.leased_until > now
    )
    return bool(db.session.scalar(leased))


def find_delivery(result_id: int, sequence: int, link_id: int) -> ScoreDelivery | None:
    """The delivery of one version of a result to one activity."""
    return db.session.scalar(
        select(ScoreDelivery).where(
            ScoreDelivery.result_id == result_id,
            ScoreDelivery.sequence == sequence,
            ScoreDelivery.resource_link_id == link_id,
        )
    )


def get_delivery(delivery_id: int) -> ScoreDelivery:
    """The delivery, or NotFound."""
    delivery = db.session.get(ScoreDelivery, delivery_id)
    if delivery is None:
        raise NotFound("There is no such score.")
    return delivery


def last_timestamp(link_id: int, identity_id: int) -> datetime | None:
    """The latest time that was sent for a person to an activity's column."""
    return db.session.scalar(
        select(func.max(ScoreDelivery.last_timestamp)).where(
            ScoreDelivery.resource_link_id == link_id, ScoreDelivery.identity_id == identity_id
        )
    )


def next_due_at(after: datetime) -> datetime | None:
    """When the next waiting score is due. What was due before `after` and still waits had its turn:
    it was replaced by a newer result, or its platform is switched off.
    """
    return db.session.scalar(
        select(func.min(ScoreDelivery.due_at)).where(
            ScoreDelivery.status == Delivery.WAITING, ScoreDelivery.due_at > after
        )
    )


def find_token(platform_id: int, scopes: str) -> AccessToken | None:
    """The token of a platform for these scopes."""
    return db.session.scalar(
        select(AccessToken).where(
            AccessToken.platform_id == platform_id, AccessToken.scopes == scopes
        )
    )


def delivery_words(assessment: str, cohort_id: int) -> list[Standing]:
    """How far each released result of a cohort's assessment has come on its way to the VLE, by
    name.
    """
    results = [
        one
        for one in sendable_results()
        if one.assessment == assessment and one.cohort_id == cohort_id
    ]
    if not results:
        return []
    routed = {due.result.result_id for due in _pairs(results)}
    deliveries: dict[tuple[int, int], ScoreDelivery] = {
        (row.result_id, row.sequence): row
        for row in db.session.scalars(
            select(ScoreDelivery)
            .where(ScoreDelivery.result_id.in_({one.result_id for one in results}))
            # the last one is shown: of two columns, the one that needs somebody
            .order_by(ScoreDelivery.status == Delivery.REFUSED, ScoreDelivery.id)
        )
    }
    named = db.session.execute(
        select(User.id, User.name)
        .where(User.id.in_({one.user_id for one in results}))
        .order_by(User.id)
    )
    people = {user_id: name for user_id, name in named}  # noqa: C416 - a Result is no mapping
    known = set(
        db.session.scalars(
            select(VleIdentity.user_id)
            .where(VleIdentity.user_id.in_(people))
            .order_by(VleIdentity.id)
        )
    )
    rows = [
        Standing(
            name=people[one.user_id],
            released_at=one.released_at,
            delivery=deliveries.get((one.result_id, one.sequence)),
            routed=one.result_id in routed,
            known=one.user_id in known,
        )
        for one in results
    ]
    return sorted(rows, key=lambda row: row.name)


def cohort_of(delivery: ScoreDelivery) -> tuple[int | None, str]:
    """The cohort and the target of the activity a delivery goes to."""
    row = db.session.execute(
        select(Context.cohort_id, ResourceLink.target)
        .join(Context, Context.id == ResourceLink.context_id)
        .where(ResourceLink.id == delivery.resource_link_id)
    ).first()
    if row is None:
        raise NotFound("There is no such score.")
    return row[0], row[1]
