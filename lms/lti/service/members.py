"""Who is in a VLE's course: noted at a launch, and by its list of people."""

from datetime import datetime

from lms.db import db
from lms.lti.models import Context, CourseMember, VleIdentity
from lms.lti.platform.launch import Verified
from lms.lti.queries import rosters as queries
from lms.lti.rules.addresses import is_service
from lms.lti.rules.claims import NOTICE_SERVICE, part, text_in
from lms.lti.rules.notices import COPIED
from lms.lti.rules.places import Standing
from lms.people.service.places import make_person


def make_identity(
    *, platform_id: int, subject: str, name: str, email: str | None, now: datetime
) -> VleIdentity:
    """A new person, known by (platform, subject) alone: an equal address joins nobody."""
    user = make_person(name=name, email=email, now=now)
    identity = VleIdentity(
        platform_id=platform_id,
        subject=subject,
        user=user,
        first_seen_at=now,
        told_name=user.name,
    )
    db.session.add(identity)
    db.session.flush()
    return identity


def note_launch(identity: VleIdentity, context: Context, standing: Standing) -> datetime | None:
    """Remember as what somebody came. Whoever ever came as an instructor stays one to the list.

    Returns when the list last took them off the course, if it had.
    """
    if standing is Standing.OTHER:
        return None
    member = queries.find_member(context.id, identity.id)
    if member is None:
        member = CourseMember(
            context_id=context.id, identity_id=identity.id, taught=False, gone_at=None
        )
        db.session.add(member)
    gone_at, member.gone_at = member.gone_at, None
    member.taught = bool(member.taught) or standing is Standing.INSTRUCTOR
    db.session.flush()
    return gone_at


def note_notices(verified: Verified, *, trusted: tuple[str, ...]) -> None:
    """Remember where a deployment's notices of copied courses are asked for."""
    offered = part(verified.claims, NOTICE_SERVICE)
    kinds = offered.get("notice_types_supported")
    url = text_in(offered, "platform_notification_service_url", longest=2000)
    if not isinstance(kinds, list) or COPIED not in kinds or not is_service(url, trusted=trusted):
        return
    deployment = queries.get_deployment(verified.deployment_id)
    if deployment.notices_url != url:
        deployment.notices_url, deployment.notices_asked_at = url, None
        db.session.flush()
