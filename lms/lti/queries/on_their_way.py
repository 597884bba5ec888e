"""What the page of marks on their way shows: columns, and how far each mark has come.

A fixed number of statements, however many people.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, exists, literal, select

from lms.assessments.models import ResultRow
from lms.assessments.queries import sendable
from lms.db import db
from lms.lti.models import (
    ColumnSearch,
    Context,
    CourseMember,
    Deployment,
    Platform,
    PlatformRest,
    ResourceLink,
    ResultCheck,
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
    check: ResultCheck | None


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
        select(ResourceLink, Context, Platform.name, ColumnSearch, PlatformRest, ResultCheck)
        .join(Context, Context.id == ResourceLink.context_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .outerjoin(
            ColumnSearch,
            (ColumnSearch.context_id == Context.id) & (ColumnSearch.target == ResourceLink.target),
        )
        .outerjoin(PlatformRest, PlatformRest.platform_id == Platform.id)
        .outerjoin(ResultCheck, ResultCheck.resource_link_id == ResourceLink.id)
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
            check=check,
        )
        for link, context, platform, search, rest, check in found
    ]


def marks_of(assessment: str, cohort_id: int) -> list[OnItsWay]:
    """How far each released mark of a cohort's assessment has come, by name. Of several columns
    the one that needs somebody is told.
    """
    results = sendable()
    routes = sendable()
    routed = (
        ways(routes)
        .with_only_columns(literal(1))
        .where(
            routes.c.result_id == results.c.result_id,
            routes.c.sequence == results.c.sequence,
            ResourceLink.lineitem_url.is_not(None),
        )
        .correlate(results)
        .exists()
    )
    known = exists().where(
        VleIdentity.user_id == results.c.user_id,
        CourseMember.identity_id == VleIdentity.id,
        CourseMember.context_id == Context.id,
        Context.cohort_id == results.c.cohort_id,
    )
    found = db.session.execute(
        select(results, User.name, routed.label("routed"), known.label("known"), ScoreDelivery)
        .join(User, User.id == results.c.user_id)
        .outerjoin(
            ScoreDelivery,
            (ScoreDelivery.result_id == results.c.result_id)
            & (ScoreDelivery.sequence == results.c.sequence),
        )
        .where(results.c.cohort_id == cohort_id, results.c.assessment == assessment)
        .order_by(
            User.name,
            results.c.result_id,
            case((ScoreDelivery.status == Delivery.REFUSED, 1), else_=0),
            ScoreDelivery.id,
        )
    )
    rows = {
        row.result_id: OnItsWay(
            name=row.name,
            points=row.points,
            maximum=row.maximum,
            released_at=row.released_at,
            delivery=row.ScoreDelivery,
            routed=bool(row.routed),
            known=bool(row.known),
        )
        for row in found
    }
    return list(rows.values())


def withdrawn_marks(assessment: str, cohort_id: int) -> list[Withdrawn]:
    """Marks that a VLE was sent and that may no longer be sent, by name."""
    results = sendable()
    current = select(results.c.enrolment_id).where(results.c.assessment == assessment)
    found = db.session.execute(
        select(User.name, ResultRow.points, ResultRow.maximum, ScoreDelivery.sent_at, Enrolment.id)
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
    latest = {row.id: Withdrawn(*row[:4]) for row in found}  # two may have one name
    return list(latest.values())
