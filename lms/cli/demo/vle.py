"""The practice VLE as the demo knows it: one platform, its courses linked, its people known."""

from datetime import datetime

from lms.db import db
from lms.lti.models import Context, CourseMember, Platform, VleIdentity
from lms.lti.service.platforms import add_platform
from lms.people.queries import get_user

CLIENT_ID, DEPLOYMENT_ID = "practice-client", "1"


def add_practice_platform(vle: str, *, secret_key: str, now: datetime) -> Platform:
    """Register the practice VLE at the address `vle`."""
    return add_platform(
        name="Practice VLE",
        issuer=vle,
        client_id=CLIENT_ID,
        auth_login_url=f"{vle}/auth",
        auth_token_url=f"{vle}/token",
        key_set_url=f"{vle}/jwks.json",
        deployment_id=DEPLOYMENT_ID,
        secret_key=secret_key,
        now=now,
    )


def link_course(platform: Platform, course: str, *, cohort_id: int, now: datetime) -> Context:
    """Link a course of the practice VLE to a cohort, as a module lead would at the first launch."""
    context = Context(
        deployment_id=platform.deployments[0].id,
        vle_id=course,
        title=course,
        label=course,
        first_seen_at=now,
        cohort_id=cohort_id,
        linked_at=now,
    )
    db.session.add(context)
    db.session.flush()
    return context


def know_as(
    platform: Platform, subject: str, *, user_id: int, learns_in: Context | None, now: datetime
) -> None:
    """Remember who a subject of the practice VLE is, and in which of its courses they learn."""
    identity = VleIdentity(
        platform_id=platform.id,
        subject=subject,
        user_id=user_id,
        first_seen_at=now,
        told_name=get_user(user_id).name,
    )
    db.session.add(identity)
    db.session.flush()
    if learns_in is not None:
        db.session.add(
            CourseMember(
                context_id=learns_in.id, identity_id=identity.id, taught=False, gone_at=None
            )
        )
        db.session.flush()
