"""What is asked about scores: which are due, and how far each has come.

"A result that may be sent and was not delivered" is the outbox (docs/decisions): it is found by a
query, so a crash loses nothing and a VLE that is down cannot stop a release.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, literal, select
from sqlalchemy.orm import aliased

from lms.assessments.queries import SendableResult, sendable
from lms.db import db
from lms.errors import NotFound
from lms.lti.models import (
    AccessToken,
    ColumnSearch,
    Context,
    CourseMember,
    Deployment,
    Platform,
    PlatformRest,
    ResourceLink,
    ScoreDelivery,
    VleIdentity,
)
from lms.lti.rules.claims import SCORE_SCOPE
from lms.lti.rules.scores import Delivery


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


def service_of(platform: Platform) -> Service:
    """A copy of what asking a platform needs."""
    return Service(
        platform_id=platform.id,
        issuer=platform.issuer,
        client_id=platform.client_id,
        auth_login_url=platform.auth_login_url,
        auth_token_url=platform.auth_token_url,
        key_set_url=platform.key_set_url,
        auth_audience=platform.auth_audience,
    )


def ways(results: Subquery, *more: Any) -> Select[Any]:
    """Each of these results with every activity that takes its marks, and the person there.

    The platform is active, and the person is of the activity's course: a cohort may have several
    courses, and a mark is nothing for a course that its person was never in. `more` is selected
    besides.
    """
    return (
        select(results, ResourceLink, VleIdentity, Platform, *more)
        .select_from(results)
        .join(Context, Context.cohort_id == results.c.cohort_id)
        .join(
            ResourceLink,
            (ResourceLink.context_id == Context.id)
            & (ResourceLink.target == literal("assessments/") + results.c.assessment),
        )
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .join(
            VleIdentity,
            (VleIdentity.platform_id == Platform.id) & (VleIdentity.user_id == results.c.user_id),
        )
        .join(
            CourseMember,
            (CourseMember.context_id == Context.id) & (CourseMember.identity_id == VleIdentity.id),
        )
        .where(Platform.active_at.is_not(None))
    )


def has_scope(scope: str) -> ColumnElement[bool]:
    """Whether an activity's launches allow this; scopes are kept with a space between them."""
    padded = literal(" ") + ResourceLink.scopes + literal(" ")
    return padded.contains(f" {scope} ", autoescape=True)


def not_resting(now: datetime) -> ColumnElement[bool]:
    """Whether a platform may be asked now."""
    return ~exists().where(PlatformRest.platform_id == Platform.id, PlatformRest.until > now)


def _not_settled(results: Subquery, now: datetime) -> ColumnElement[bool]:
    """Whether a score is still to go to the column, through whichever activity has that column.

    A mark that was sent goes again where another attempt's was sent after it, and it counts again.
    """
    same_column, later_link = aliased(ResourceLink), aliased(ResourceLink)
    later = aliased(ScoreDelivery)
    sent_over = exists().where(
        later.identity_id == ScoreDelivery.identity_id,
        later.status == Delivery.SENT,
        later.last_timestamp > ScoreDelivery.last_timestamp,
        later_link.id == later.resource_link_id,
        later_link.lineitem_url == same_column.lineitem_url,
    )
    return ~exists().where(
        ScoreDelivery.result_id == results.c.result_id,
        ScoreDelivery.sequence == results.c.sequence,
        same_column.id == ScoreDelivery.resource_link_id,
        same_column.lineitem_url == ResourceLink.lineitem_url,
        ((ScoreDelivery.status == Delivery.SENT) & ~sent_over)
        | ScoreDelivery.status.not_in((Delivery.SENT, Delivery.WAITING))
        | (ScoreDelivery.due_at > now)
        | (ScoreDelivery.leased_until > now),
    )


def _outbox(results: Subquery, now: datetime) -> Select[Any]:
    return (
        ways(results, Context.cohort_id.label("course_cohort"))
        .where(
            ResourceLink.lineitem_url.is_not(None),
            has_scope(SCORE_SCOPE),
            not_resting(now),
            _not_settled(results, now),
        )
        .order_by(ResourceLink.id, results.c.result_id, VleIdentity.id)
    )


def due_scores(now: datetime) -> list[Due]:
    """Every score to send now, activity by activity. This query is the outbox: what was delivered
    is left out by the database.
    """
    pairs: dict[tuple[int, str], Due] = {}
    for row in db.session.execute(_outbox(sendable(), now)):
        due = Due(result_in(row), route_of(row.ResourceLink, row.VleIdentity, row.Platform, row))
        pairs.setdefault((due.result.result_id, due.route.lineitem_url), due)
    return list(pairs.values())


def is_still_due(due: Due, now: datetime) -> bool:
    """Whether a score that was due when the sweep began is due now: not replaced by a newer result,
    not sent by somebody else, its column and its platform as they were.
    """
    results = sendable()
    found = _outbox(results, now).where(
        results.c.result_id == due.result.result_id,
        results.c.sequence == due.result.sequence,
        ResourceLink.id == due.route.link_id,
        ResourceLink.lineitem_url == due.route.lineitem_url,
        VleIdentity.id == due.route.identity_id,
    )
    return db.session.execute(found).first() is not None


def result_in(row: Any) -> SendableResult:
    """The result of a row of `ways`."""
    names = [one.name for one in fields(SendableResult)]
    return SendableResult(**{name: getattr(row, name) for name in names})


def route_of(link: ResourceLink, identity: VleIdentity, platform: Platform, row: Any) -> Route:
    """Where a person's marks go by this activity."""
    return Route(
        link_id=link.id,
        target=link.target,
        lineitem_url=link.lineitem_url or "",
        scopes=frozenset(link.scopes.split()),
        identity_id=identity.id,
        subject=identity.subject,
        user_id=identity.user_id,
        cohort_id=row.course_cohort,
        service=service_of(platform),
    )


def hold_assessment(target: str) -> None:
    """Let nobody else claim a score of this assessment until the transaction ends: every activity
    that opens it is locked, the oldest first (SQLite has one writer).
    """
    held = select(ResourceLink.id).where(ResourceLink.target == target).order_by(ResourceLink.id)
    db.session.scalars(held.with_for_update()).all()


def is_being_sent(target: str, now: datetime) -> bool:
    """Whether somebody is sending a mark of this assessment: one sender at a time, whatever the
    column.
    """
    leased = (
        select(func.count(ScoreDelivery.id))
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .where(ResourceLink.target == target, ScoreDelivery.leased_until > now)
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
    """When the next waiting score is due, or the next platform's rest ends. What was due before
    `after` and still waits had its turn: it was replaced by a newer result, or its platform is
    switched off.
    """
    waiting = select(func.min(ScoreDelivery.due_at)).where(
        ScoreDelivery.status == Delivery.WAITING, ScoreDelivery.due_at > after
    )
    searching = select(func.min(ColumnSearch.due_at)).where(
        ColumnSearch.status == Delivery.WAITING, ColumnSearch.due_at > after
    )
    resting = select(func.min(PlatformRest.until)).where(PlatformRest.until > after)
    row = db.session.execute(
        select(
            waiting.scalar_subquery().label("score"),
            searching.scalar_subquery().label("column"),
            resting.scalar_subquery().label("platform"),
        )
    ).one()
    return min((moment for moment in row if moment is not None), default=None)


def find_token(platform_id: int, scopes: str) -> AccessToken | None:
    """The token of a platform for these scopes."""
    return db.session.scalar(
        select(AccessToken).where(
            AccessToken.platform_id == platform_id, AccessToken.scopes == scopes
        )
    )


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


def platform_of(delivery: ScoreDelivery) -> int:
    """The platform a delivery goes to."""
    return db.session.scalars(
        select(Deployment.platform_id)
        .join(ResourceLink, ResourceLink.deployment_id == Deployment.id)
        .where(ResourceLink.id == delivery.resource_link_id)
    ).one()


def platforms_for(cohort_id: int, assessment: str) -> Sequence[int]:
    """The platforms that take a cohort's marks for an assessment."""
    return db.session.scalars(
        select(Deployment.platform_id)
        .join(ResourceLink, ResourceLink.deployment_id == Deployment.id)
        .join(Context, Context.id == ResourceLink.context_id)
        .where(Context.cohort_id == cohort_id, ResourceLink.target == f"assessments/{assessment}")
        .distinct()
        .order_by(Deployment.platform_id)
    ).all()


def refused_deliveries(cohort_id: int, assessment: str) -> Sequence[ScoreDelivery]:
    """The newest versions of a cohort's marks that the VLE refused."""
    results = sendable()
    return db.session.scalars(
        select(ScoreDelivery)
        .join(
            results,
            (results.c.result_id == ScoreDelivery.result_id)
            & (results.c.sequence == ScoreDelivery.sequence),
        )
        .where(
            results.c.cohort_id == cohort_id,
            results.c.assessment == assessment,
            ScoreDelivery.status == Delivery.REFUSED,
        )
        .order_by(ScoreDelivery.id)
    ).all()


def refused_searches(cohort_id: int, assessment: str) -> Sequence[ColumnSearch]:
    """The searches for a cohort's column that came to nothing."""
    return db.session.scalars(
        select(ColumnSearch)
        .join(Context, Context.id == ColumnSearch.context_id)
        .where(
            Context.cohort_id == cohort_id,
            ColumnSearch.target == f"assessments/{assessment}",
            ColumnSearch.status == Delivery.REFUSED,
        )
        .order_by(ColumnSearch.id)
    ).all()
