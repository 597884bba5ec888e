"""What is asked about gradebook columns: which a mark waits for and no launch has named."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, defer

from lms.assessments.queries import sendable
from lms.db import db
from lms.errors import NotFound
from lms.lti.models import ColumnSearch, Context, Platform, ResourceLink
from lms.lti.queries.scores import (
    Service,
    has_scope,
    not_resting,
    service_of,
    ways,
)
from lms.lti.rules.addresses import origins
from lms.lti.rules.claims import LINEITEM_READ_SCOPE, LINEITEM_SCOPE, SCORE_SCOPE
from lms.lti.rules.columns import Wanted
from lms.lti.rules.scores import Delivery
from lms.modules.catalogue import catalogue


@dataclass(frozen=True)
class Missing:
    """A column that a mark waits for."""

    context_id: int
    target: str
    link_id: int
    scopes: frozenset[str]
    wanted: Wanted
    service: Service


def missing_columns(now: datetime) -> list[Missing]:
    """Every column to look for now: one a course and assessment, through its oldest activity."""
    results = sendable()
    other = aliased(ResourceLink)
    found = (
        ways(results)
        .with_only_columns(ResourceLink, Platform)
        .where(
            ResourceLink.lineitem_url.is_(None),
            ResourceLink.lineitems_url.is_not(None),
            has_scope(SCORE_SCOPE),
            has_scope(LINEITEM_SCOPE) | has_scope(LINEITEM_READ_SCOPE),
            not_resting(now),
            ~exists().where(
                other.context_id == Context.id,
                other.target == ResourceLink.target,
                other.lineitem_url.is_not(None),
            ),
            ~exists().where(
                ColumnSearch.context_id == Context.id,
                ColumnSearch.target == ResourceLink.target,
                (ColumnSearch.status == Delivery.REFUSED)
                | (ColumnSearch.due_at > now)
                | (ColumnSearch.leased_until > now),
            ),
        )
        # PostgreSQL cannot compare JSON, which DISTINCT would ask of it.
        .options(defer(Platform.proposal, raiseload=True))
        .distinct()
        .order_by(ResourceLink.id)
    )
    missing: dict[tuple[int, str], Missing] = {}
    for link, platform in db.session.execute(found):
        missing.setdefault((link.context_id, link.target), _missing(link, platform))
    return list(missing.values())


def _missing(link: ResourceLink, platform: Platform) -> Missing:
    assessment = link.target.removeprefix("assessments/")
    return Missing(
        context_id=link.context_id or 0,
        target=link.target,
        link_id=link.id,
        scopes=frozenset(link.scopes.split()),
        wanted=Wanted(
            assessment=assessment,
            label=_title(assessment) or link.title or assessment,
            link_id=link.vle_id,
            lineitems_url=link.lineitems_url or "",
            trusted=origins(platform.issuer, platform.auth_token_url),
        ),
        service=service_of(platform),
    )


def _title(assessment: str) -> str:
    try:
        return catalogue().assessment(assessment).title
    except NotFound:  # its brief was taken away, its marks were not
        return ""


def hold_context(context_id: int) -> None:
    """Let nobody else claim a search of this course until the transaction ends."""
    db.session.scalar(select(Context.id).where(Context.id == context_id).with_for_update())


def find_search(context_id: int, target: str) -> ColumnSearch | None:
    """The search for an assessment's column in a course."""
    return db.session.scalar(
        select(ColumnSearch).where(
            ColumnSearch.context_id == context_id, ColumnSearch.target == target
        )
    )


def get_link(link_id: int) -> ResourceLink:
    """The activity, or NotFound."""
    link = db.session.get(ResourceLink, link_id)
    if link is None:
        raise NotFound("There is no such activity.")
    return link
