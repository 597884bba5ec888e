"""What the page of marks on their way shows: columns, and how far each mark has come.

A fixed number of statements, however many people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from lms.assessments.models import ResultRow
from lms.assessments.queries import sendable
from lms.db import db
from lms.lti.models import (
    ColumnSearch,
    Context,
    Deployment,
    Platform,
    PlatformRest,
    ResourceLink,
    ScoreDelivery,
    VleIdentity,
)
from lms.lti.queries.scores import ways
from lms.lti.rules.claims import SCORE_SCOPE
from lms.lti.rules.columns import may_look
from lms.lti.rules.scores import Delivery
from lms.people.models import Enrolment, User


@dataclass(frozen=True)
class Column:
    """Where a cohort's marks for an assessment go: one activity of a course in a VLE."""

    link_id: int
    course: str
    platform: str
    activity: str
    known: bool
    gone: bool
    takes_marks: bool
    will_be_looked_for: bool
    search: ColumnSearch | None
    rest: PlatformRest | None


@dataclass(frozen=True)
class OnItsWay:
    """How far one person's mark has come."""

    name: str
    points: Decimal
    maximum: Decimal
    released_at: datetime
    delivery: ScoreDelivery | None
    routed: bool
    known: bool


@dataclass(frozen=True)
class Withdrawn:
    """A mark that was sent, and is no longer one that may be sent: the VLE keeps what it has."""

    name: str
    points: Decimal
    maximum: Decimal
    sent_at: datetime


def columns_of(assessment: str, cohort_id: int) -> list[Column]:
    """Every activity that opens the assessment from a course of the cohort."""
    found = db.session.execute(
        select(ResourceLink, Context, Platform.name, ColumnSearch, PlatformRest)
        .join(Context, Context.id == ResourceLink.context_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .outerjoin(
            ColumnSearch,
            (ColumnSearch.context_id == Context.id) & (ColumnSearch.target == ResourceLink.target),
        )
        .outerjoin(PlatformRest, PlatformRest.platform_id == Platform.id)
        .where(Context.cohort_id == cohort_id, ResourceLink.target == f"assessments/{assessment}")
        .order_by(ResourceLink.id)
    )
    return [
        Column(
            link_id=link.id,
            course=context.title or context.label,
            platform=platform,
            activity=link.title,
            known=link.lineitem_url is not None,
            gone=link.lineitem_gone_at is not None,
            takes_marks=SCORE_SCOPE in link.scopes.split(),
            will_be_looked_for=bool(link.lineitems_url) and may_look(link.scopes.split()),
            search=search,
            rest=rest,
        )
        for link, context, platform, search, rest in found
    ]


def marks_of(assessment: str, cohort_id: int) -> list[OnItsWay]:
    """How far each released mark of a cohort's assessment has come, by name."""
    results = sendable()
    here = (results.c.cohort_id == cohort_id) & (results.c.assessment == assessment)
    found = db.session.execute(
        select(results, User.name)
        .join(User, User.id == results.c.user_id)
        .where(here)
        .order_by(User.name, results.c.result_id)
    ).all()
    routed = set(
        db.session.scalars(
            ways(results)
            .with_only_columns(results.c.result_id)
            .where(here, ResourceLink.lineitem_url.is_not(None))
            .order_by(results.c.result_id)
        )
    )
    known = set(
        db.session.scalars(
            select(VleIdentity.user_id)
            .join(Enrolment, Enrolment.user_id == VleIdentity.user_id)
            .where(Enrolment.cohort_id == cohort_id)
            .order_by(VleIdentity.id)
        )
    )
    deliveries = _deliveries(results.c.result_id, here)
    return [
        OnItsWay(
            name=row.name,
            points=row.points,
            maximum=row.maximum,
            released_at=row.released_at,
            delivery=deliveries.get((row.result_id, row.sequence)),
            routed=row.result_id in routed,
            known=row.user_id in known,
        )
        for row in found
    ]


def _deliveries(result_id: object, here: object) -> dict[tuple[int, int], ScoreDelivery]:
    """The last one is shown: of two columns, the one that needs somebody."""
    wanted = select(result_id).where(here)  # type: ignore[call-overload]
    rows: Sequence[ScoreDelivery] = db.session.scalars(
        select(ScoreDelivery)
        .where(ScoreDelivery.result_id.in_(wanted))
        .order_by(ScoreDelivery.status == Delivery.REFUSED, ScoreDelivery.id)
    ).all()
    return {(row.result_id, row.sequence): row for row in rows}


def withdrawn_marks(assessment: str, cohort_id: int) -> list[Withdrawn]:
    """Marks that a VLE was sent and that may no longer be sent, by name."""
    results = sendable()
    current = select(results.c.enrolment_id).where(results.c.assessment == assessment)
    found = db.session.execute(
        select(User.name, ResultRow.points, ResultRow.maximum, ScoreDelivery.sent_at)
        .select_from(ScoreDelivery)
        .join(ResultRow, ResultRow.id == ScoreDelivery.result_id)
        .join(Enrolment, Enrolment.id == ResultRow.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            ResultRow.assessment == assessment,
            ScoreDelivery.status == Delivery.SENT,
            Enrolment.id.not_in(current),
        )
        .order_by(User.name, ScoreDelivery.id)
    )
    latest = {row.name: Withdrawn(*row) for row in found}
    return list(latest.values())
