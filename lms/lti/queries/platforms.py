"""What is asked about platforms and about our own keys."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.db import db
from lms.errors import NotFound
from lms.lti.models import Deployment, Platform, ToolKey


def platforms_of(issuer: str) -> Sequence[Platform]:
    """Every client of an issuer."""
    return db.session.scalars(
        select(Platform).where(Platform.issuer == issuer).order_by(Platform.id)
    ).all()


def find_platform(issuer: str, client_id: str) -> Platform | None:
    """The platform of that issuer and client, with its deployments."""
    return db.session.scalar(
        select(Platform)
        .where(Platform.issuer == issuer, Platform.client_id == client_id)
        .options(selectinload(Platform.deployments), joinedload(Platform.key_set))
    )


def get_platform(platform_id: int) -> Platform:
    """The platform, or NotFound."""
    platform = db.session.get(Platform, platform_id)
    if platform is None:
        raise NotFound("There is no such platform.")
    return platform


def get_with_deployments(platform_id: int) -> Platform:
    """The platform with its deployments and kept keys, or NotFound."""
    platform = db.session.scalar(
        select(Platform)
        .where(Platform.id == platform_id)
        .options(selectinload(Platform.deployments), joinedload(Platform.key_set))
    )
    if platform is None:
        raise NotFound("There is no such platform.")
    return platform


def all_platforms() -> Sequence[Platform]:
    """Every platform, with its deployments and keys."""
    return db.session.scalars(
        select(Platform)
        .options(selectinload(Platform.deployments), joinedload(Platform.key_set))
        .order_by(Platform.name, Platform.id)
    ).all()


def find_deployment(platform_id: int, vle_id: str) -> Deployment | None:
    """A deployment of a platform."""
    return db.session.scalar(
        select(Deployment).where(Deployment.platform_id == platform_id, Deployment.vle_id == vle_id)
    )


def tool_keys() -> Sequence[ToolKey]:
    """Our keys, the oldest first."""
    return db.session.scalars(select(ToolKey).order_by(ToolKey.active_from, ToolKey.id)).all()


def platforms_for_notice(issuer: str, audience: Sequence[str]) -> Platform | None:
    """The platform that a notice says it is from, with all that verifying it needs; let go of, so
    that the database is not held while its keys are waited for.
    """
    found = db.session.scalars(
        select(Platform)
        .where(Platform.issuer == issuer, Platform.client_id.in_(audience))
        .options(selectinload(Platform.deployments), joinedload(Platform.key_set))
        .order_by(Platform.id)
    ).all()
    db.session.expunge_all()
    db.session.rollback()
    return found[0] if len(found) == 1 else None
