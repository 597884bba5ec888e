"""What is asked about connecting a VLE: registrations under way, the list of platforms, and what
one of them has told us that a connection check can try.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lms.db import db
from lms.errors import NotFound
from lms.lti.models import (
    ConnectionCheck,
    Context,
    Deployment,
    Launch,
    Platform,
    RegistrationAttempt,
    ResourceLink,
    ScoreDelivery,
)
from lms.lti.rules.claims import LINEITEM_SCOPE, SCORE_SCOPE
from lms.lti.rules.scores import Delivery

UNNAMED = "a course"


@dataclass(frozen=True)
class Listed:
    """A platform as the administrator's list shows it."""

    platform: Platform
    last_launch_at: datetime | None
    trouble: ScoreDelivery | None
    checked: ConnectionCheck | None


@dataclass(frozen=True)
class Seen:
    """What launches from a platform have told us of its services."""

    lineitems_url: str | None = None
    scopes: frozenset[str] = frozenset()
    course: str = ""
    memberships_url: str | None = None
    members_of: str = ""

    @property
    def may_make_columns(self) -> bool:
        """Whether a column of our own could be made and written to."""
        return self.lineitems_url is not None and {LINEITEM_SCOPE, SCORE_SCOPE} <= self.scopes


def get_attempt(state_digest: str) -> RegistrationAttempt | None:
    """The registration that was shown with this state."""
    return db.session.scalar(
        select(RegistrationAttempt).where(RegistrationAttempt.state_digest == state_digest)
    )


def attempts_since(moment: datetime) -> Sequence[datetime]:
    """When registrations were begun, the oldest first."""
    return db.session.scalars(
        select(RegistrationAttempt.created_at)
        .where(RegistrationAttempt.created_at > moment)
        .order_by(RegistrationAttempt.created_at, RegistrationAttempt.id)
    ).all()


def number_waiting() -> int:
    """How many platforms registered themselves and were never switched on."""
    found = select(func.count()).select_from(Platform)
    waiting = found.where(Platform.active_at.is_(None), Platform.suspended_at.is_(None))
    return db.session.scalar(waiting) or 0


def newest_launches() -> dict[int, datetime]:
    """The newest remembered launch of each platform."""
    found = select(Launch.platform_id, func.max(Launch.created_at)).group_by(Launch.platform_id)
    return {row[0]: row[1] for row in db.session.execute(found).all()}


def _troubles() -> dict[int, ScoreDelivery]:
    """The latest score of each platform that did not arrive."""
    newest = (
        select(func.max(ScoreDelivery.id))
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(ScoreDelivery.status != Delivery.SENT, ScoreDelivery.last_error.is_not(None))
        .group_by(Deployment.platform_id)
    )
    found = (
        select(ScoreDelivery, Deployment.platform_id)
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(ScoreDelivery.id.in_(newest))
        .order_by(ScoreDelivery.id)
    )
    return {platform_id: delivery for delivery, platform_id in db.session.execute(found).all()}


def listed_platforms() -> list[Listed]:
    """Every platform with its state; the same few statements however many there are."""
    platforms = db.session.scalars(
        select(Platform)
        .options(selectinload(Platform.deployments))
        .order_by(Platform.name, Platform.id)
    ).all()
    launches, troubles = newest_launches(), _troubles()
    checks = {
        one.platform_id: one
        for one in db.session.scalars(
            select(ConnectionCheck).order_by(ConnectionCheck.platform_id)
        ).all()
    }
    return [
        Listed(
            platform=one,
            last_launch_at=max(
                filter(None, (one.last_launch_at, launches.get(one.id))), default=None
            ),
            trouble=troubles.get(one.id),
            checked=checks.get(one.id),
        )
        for one in platforms
    ]


def get_listed(platform_id: int) -> Listed:
    """One of them, or NotFound."""
    for one in listed_platforms():
        if one.platform.id == platform_id:
            return one
    raise NotFound("There is no such platform.")


def find_check(platform_id: int) -> ConnectionCheck | None:
    """The latest connection check of a platform."""
    return db.session.get(ConnectionCheck, platform_id)


def seen_services(platform_id: int) -> Seen:
    """The newest addresses of a course's columns and of its people, and what we may do there."""
    link = db.session.execute(
        select(ResourceLink, Context.title)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .outerjoin(Context, Context.id == ResourceLink.context_id)
        .where(Deployment.platform_id == platform_id, ResourceLink.lineitems_url.is_not(None))
        .order_by(ResourceLink.id.desc())
        .limit(1)
    ).first()
    course = db.session.scalar(
        select(Context)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(Deployment.platform_id == platform_id, Context.memberships_url.is_not(None))
        .order_by(Context.id.desc())
        .limit(1)
    )
    return Seen(
        lineitems_url=link[0].lineitems_url if link else None,
        scopes=frozenset(link[0].scopes.split()) if link else frozenset(),
        course=(link[1] if link else "") or UNNAMED,
        memberships_url=course.memberships_url if course else None,
        members_of=(course.title if course else "") or UNNAMED,
    )
