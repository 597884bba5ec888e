"""What is asked about logins, launches, and the courses and people behind them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from lms.actor import Role
from lms.db import db
from lms.errors import NotFound
from lms.lti.models import (
    Context,
    Deployment,
    Launch,
    LoginAttempt,
    Platform,
    ResourceLink,
    VleIdentity,
)
from lms.people.models import Cohort, RoleHeld, User


def find_login(state_digest: str) -> tuple[LoginAttempt, Platform] | None:
    """The login of a state and its platform, with all that verifying a launch needs."""
    found = db.session.execute(
        select(LoginAttempt, Platform)
        .join(Platform, Platform.id == LoginAttempt.platform_id)
        .where(LoginAttempt.state_digest == state_digest)
        .options(joinedload(Platform.key_set), joinedload(Platform.deployments))
    )
    row = found.unique().first()  # a row for each deployment, of which a platform has a few
    return (row[0], row[1]) if row else None


def find_launch(public_id: str) -> tuple[Launch, User, Platform] | None:
    """A launch with its person and platform; whether this browser may use it is the caller's
    question.
    """
    row = db.session.execute(
        select(Launch, User, Platform)
        .join(User, User.id == Launch.user_id)
        .join(Platform, Platform.id == Launch.platform_id)
        .where(Launch.public_id == public_id)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def find_opened(state_digest: str, browser_digest: str) -> Launch | None:
    """The launch that a used login opened in this browser: both were written in one moment."""
    return db.session.scalar(
        select(Launch)
        .join(
            LoginAttempt,
            (LoginAttempt.used_at == Launch.created_at)
            & (LoginAttempt.platform_id == Launch.platform_id)
            & (LoginAttempt.browser_digest == Launch.browser_digest),
        )
        .where(LoginAttempt.state_digest == state_digest, Launch.browser_digest == browser_digest)
        .order_by(Launch.id)
        .limit(1)
    )


def find_ticketed(ticket_digest: str) -> tuple[Launch, User, Platform] | None:
    """The launch that waits for the browser with this ticket."""
    row = db.session.execute(
        select(Launch, User, Platform)
        .join(User, User.id == Launch.user_id)
        .join(Platform, Platform.id == Launch.platform_id)
        .where(Launch.ticket_digest == ticket_digest)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def find_identity(platform_id: int, subject: str) -> VleIdentity | None:
    """Who a platform's subject is here, with the person."""
    return db.session.scalar(
        select(VleIdentity)
        .join(VleIdentity.user)
        .where(VleIdentity.platform_id == platform_id, VleIdentity.subject == subject)
        .options(contains_eager(VleIdentity.user))
    )


def find_context(deployment_id: int, vle_id: str) -> Context | None:
    """A course of a VLE, with its cohort."""
    return db.session.scalar(
        select(Context)
        .where(Context.deployment_id == deployment_id, Context.vle_id == vle_id)
        .options(joinedload(Context.cohort))
    )


def find_link(deployment_id: int, vle_id: str, context_id: int | None) -> ResourceLink | None:
    """An activity of a course; one whose course was never told is any course's."""
    found = select(ResourceLink).where(
        ResourceLink.deployment_id == deployment_id, ResourceLink.vle_id == vle_id
    )
    if context_id is not None:
        found = found.where(
            (ResourceLink.context_id == context_id) | ResourceLink.context_id.is_(None)
        )
    return db.session.scalar(
        found.order_by(ResourceLink.context_id.is_(None), ResourceLink.id).limit(1)
    )


def find_original_course(deployment_id: int, vle_ids: Sequence[str]) -> int | None:
    """The first of these courses that is known."""
    found = db.session.execute(
        select(Context.vle_id, Context.id)
        .where(Context.deployment_id == deployment_id, Context.vle_id.in_(vle_ids))
        .order_by(Context.id)
    )
    known = {vle_id: context_id for vle_id, context_id in found}  # noqa: C416 - a Result is no mapping
    return next((known[one] for one in vle_ids if one in known), None)


def find_original_target(deployment_id: int, vle_ids: Sequence[str]) -> str:
    """What the first of these activities opens that is known to open something."""
    found = db.session.execute(
        select(ResourceLink.vle_id, ResourceLink.target)
        .where(
            ResourceLink.deployment_id == deployment_id,
            ResourceLink.vle_id.in_(vle_ids),
            ResourceLink.target != "",
        )
        .order_by(ResourceLink.id)
    )
    known = {vle_id: target for vle_id, target in found}  # noqa: C416 - a Result is no mapping
    return next((known[one] for one in vle_ids if one in known), "")


def find_link_of_column(context_id: int, lineitem_url: str) -> ResourceLink | None:
    """The activity of a course whose marks go to this column."""
    return db.session.scalar(
        select(ResourceLink)
        .where(ResourceLink.context_id == context_id, ResourceLink.lineitem_url == lineitem_url)
        .order_by(ResourceLink.target == "", ResourceLink.id)
        .limit(1)
    )


def roles_in(user_id: int, cohort_id: int) -> frozenset[Role]:
    """The roles a person was given for a cohort, or for every cohort."""
    return frozenset(
        db.session.scalars(
            select(RoleHeld.role)
            .where(
                RoleHeld.user_id == user_id,
                (RoleHeld.cohort_id == cohort_id) | RoleHeld.cohort_id.is_(None),
            )
            .order_by(RoleHeld.id)
        )
    )


def find_arrival(launch_id: str) -> tuple[Launch, Context | None] | None:
    """A launch and the course it came from, with its cohort."""
    row = db.session.execute(
        select(Launch, Context)
        .outerjoin(Context, Launch.context_id == Context.id)
        .where(Launch.public_id == launch_id)
        .options(joinedload(Context.cohort))
    ).first()
    return (row[0], row[1]) if row else None


def contexts() -> Sequence[Context]:
    """Every course that was ever launched from, those not linked first."""
    return db.session.scalars(
        select(Context)
        .outerjoin(Cohort, Cohort.id == Context.cohort_id)
        .options(
            contains_eager(Context.cohort),
            joinedload(Context.copied_from),
            joinedload(Context.deployment).joinedload(Deployment.platform),
        )
        .order_by(Context.cohort_id.is_not(None), Context.title, Context.id)
    ).all()


def get_context(context_id: int) -> Context:
    """The course with its cohort and platform, or NotFound."""
    context = db.session.scalar(
        select(Context)
        .where(Context.id == context_id)
        .options(
            joinedload(Context.cohort),
            joinedload(Context.copied_from).joinedload(Context.cohort),
            joinedload(Context.deployment).joinedload(Deployment.platform),
        )
    )
    if context is None:
        raise NotFound("There is no such course.")
    return context
