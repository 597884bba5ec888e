"""A login is begun, a verified launch is let in, a ticket is taken.

The first launch of a person makes the person, the course and the activity; every later one writes
twice (the login is used up, the launch is opened), and the login wrote once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update

from lms.actor import Action, Role
from lms.audit.service import record
from lms.db import db
from lms.lti.models import Context, Launch, Linking, LoginAttempt, ResourceLink, VleIdentity
from lms.lti.platform.launch import Verified
from lms.lti.platform.login import Begun
from lms.lti.platform.sealing import digest
from lms.lti.queries import launches as queries
from lms.lti.rules import history, places
from lms.lti.rules.addresses import is_service
from lms.lti.rules.checks import CHECKS, Refusal
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    GROUPS_SERVICE,
    LAUNCH,
    MESSAGE_TYPE,
    NAMES_ROLES,
    RESOURCE_LINK,
    REVIEW,
    SignedClaims,
    part,
    text_in,
)
from lms.lti.rules.places import Becomes, Place, Standing
from lms.lti.rules.rosters import renamed
from lms.lti.service import linking, members
from lms.lti.service.landings import landing_in
from lms.lti.service.reviews import review_landing
from lms.people.models import User
from lms.people.queries import actor_for, find_enrolment
from lms.people.service.places import appoint, enrol

TICKET_LASTS = timedelta(seconds=60)
LAUNCH_LASTS = timedelta(hours=12)
SWITCHED_OFF = CHECKS["platform is active"].words
WAITING = "/lti/waiting"
COURSES = "/lti/courses"


@dataclass(frozen=True)
class LetIn:
    """A launch that was opened: for this browser, or for the one that comes with the ticket."""

    public_id: str
    landing: str
    name: str
    ticket: str | None


def _changed(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount


def remember_login(begun: Begun, *, platform_id: int, browser: str, now: datetime) -> None:
    """Keep state and nonce in one row, bound to the browser, with the digest of what the VLE's
    page keeps for it.
    """
    db.session.add(
        LoginAttempt(
            platform_id=platform_id,
            state_digest=digest(begun.state),
            nonce=begun.nonce,
            browser_digest=browser,
            storage_target=begun.kept.target if begun.kept else None,
            kept_digest=digest(begun.kept.value) if begun.kept else None,
            target_link_uri=begun.target_link_uri,
            created_at=now,
            used_at=None,
        )
    )
    db.session.flush()


def _use_up(attempt_id: int, now: datetime) -> None:
    """One statement decides which of two launches with the same state is first."""
    used = update(LoginAttempt).where(LoginAttempt.id == attempt_id, LoginAttempt.used_at.is_(None))
    if _changed(db.session.execute(used.values(used_at=now))) != 1:
        raise Refusal("state is not used", CHECKS["state is not used"].words)


def _person(claims: SignedClaims, platform_id: int, now: datetime) -> VleIdentity:
    """The person of (platform, subject), made at the first launch; equal addresses join nobody."""
    identity = queries.find_identity(platform_id, claims["sub"])
    if identity is None:
        return members.make_identity(
            platform_id=platform_id,
            subject=claims["sub"],
            name=places.label(claims),
            email=places.shared_email(claims),
            now=now,
        )
    user, told = identity.user, places.shared_name(claims)
    if renamed(user.name, told_before=identity.told_name, told_now=told):
        user.name = told
    identity.told_name = told or identity.told_name
    user.email = places.shared_email(claims) or user.email
    return identity


def _context(verified: Verified, now: datetime) -> Context | None:
    claims, deployment_id = verified.claims, verified.deployment_id
    given = part(claims, CONTEXT)
    if not given:
        return None
    context = queries.find_context(deployment_id, given["id"])
    if context is None:
        context = Context(
            deployment_id=deployment_id, vle_id=given["id"], title="", label="", first_seen_at=now
        )
        context.cohort = None
        db.session.add(context)
    context.title = text_in(given, "title") or context.title
    context.label = text_in(given, "label") or context.label
    people, groups = part(claims, NAMES_ROLES), part(claims, GROUPS_SERVICE)
    context.memberships_url = (
        _service_url(people, "context_memberships_url", verified) or context.memberships_url
    )
    context.groups_url = _service_url(groups, "context_groups_url", verified) or context.groups_url
    if context.cohort_id is None and context.copied_from_id is None:
        _note_origin(context, claims)
    db.session.flush()
    return context


def _note_origin(context: Context, claims: SignedClaims) -> None:
    """What a course was copied from is shown to whoever links it. It links nothing by itself."""
    before = [one for one in history.of_course(claims) if one != context.vle_id]
    if before:
        context.copied_from_id = queries.find_original_course(context.deployment_id, before)


def _target(claims: SignedClaims, deployment_id: int, tool_url: str) -> str:
    """What the activity opens; a copied one that does not say so opens what its original opens."""
    target = places.target(claims, tool_url=tool_url)
    before = () if target else history.of_activity(claims)
    return queries.find_original_target(deployment_id, before) if before else target


def _link(verified: Verified, context: Context | None, target: str, now: datetime) -> ResourceLink:
    """The activity. A line item once known is kept when a launch lacks it: Moodle leaves it out
    when there are two.
    """
    claims, deployment_id = verified.claims, verified.deployment_id
    given = part(claims, RESOURCE_LINK)
    link = queries.find_link(deployment_id, given["id"], context.id if context else None)
    if link is None:
        link = ResourceLink(
            deployment_id=deployment_id,
            vle_id=given["id"],
            title="",
            lineitem_url=None,
            lineitems_url=None,
            scopes="",
            first_seen_at=now,
        )
        db.session.add(link)
    ags = part(claims, AGS_ENDPOINT)
    scopes = ags.get("scope")
    link.context_id = context.id if context else link.context_id
    link.title = text_in(given, "title") or link.title
    if claims[MESSAGE_TYPE] == LAUNCH or not link.target:  # a review need not say what it opens
        link.target = target
    if column := _service_url(ags, "lineitem", verified):
        link.lineitem_url, link.lineitem_gone_at = column, None
    link.lineitems_url = _service_url(ags, "lineitems", verified) or link.lineitems_url
    if isinstance(scopes, list):
        link.scopes = " ".join(sorted({one for one in scopes if isinstance(one, str)}))
    db.session.flush()
    return link


def _service_url(ags: dict[str, Any], name: str, verified: Verified) -> str | None:
    url = text_in(ags, name, longest=2000)
    return url if is_service(url, trusted=verified.service_origins) else None


def _settle(
    user: User, context: Context, standing: Standing, *, gone_at: datetime | None, now: datetime
) -> tuple[Becomes, bool]:
    """Give the person what the launch makes of them; returns it, and whether they mark here.

    A place that was ended by the VLE's list alone (at `gone_at`) is given back: the VLE let them
    in again.
    """
    cohort_id = cast(int, context.cohort_id)
    enrolment = find_enrolment(user.id, cohort_id)
    roles = queries.roles_in(user.id, cohort_id)
    place = Place.NONE if enrolment is None else Place.ENDED if enrolment.left_at else Place.HELD
    if enrolment is not None and enrolment.left_at and enrolment.left_at == gone_at:
        place = Place.NONE
    outcome = places.becomes(standing, place=place, roles=roles)
    if outcome is Becomes.LEARNER:
        made = enrol(user_id=user.id, cohort_id=cohort_id, now=now)
        told = {"act": "enrolled from the VLE", "subject": f"enrolment:{made.id}"}
    elif outcome is Becomes.TRAINER:
        appoint(user_id=user.id, role=Role.TRAINER, cohort_id=cohort_id, now=now)
        told = {"act": "made a trainer from the VLE", "subject": f"user:{user.id}"}
    else:
        return outcome, bool(roles & places.MARKERS)
    record(actor=None, now=now, detail={"context": context.id, "cohort": cohort_id}, **told)
    return outcome, outcome is Becomes.TRAINER


def _landing(
    identity: VleIdentity,
    context: Context | None,
    target: str,
    standing: Standing,
    *,
    now: datetime,
) -> str:
    """Where the launch goes on to: the page it asked for, or the page that says why not."""
    user = identity.user
    gone_at = members.note_launch(identity, context, standing) if context else None
    if context is not None and context.cohort is not None:
        outcome, marks = _settle(user, context, standing, gone_at=gone_at, now=now)
        if outcome in (Becomes.AS_BEFORE, Becomes.LEARNER, Becomes.TRAINER):
            return landing_in(target, marks=marks, cohort=context.cohort.slug)
        if outcome is Becomes.ENDED:
            return WAITING
    actor = actor_for(user)
    if context is not None and context.cohort_id is None:
        may_link = actor.cohorts_where(Action.LINK_CONTEXT) is None
        return f"{COURSES}/{context.id}" if may_link else WAITING
    # Not of this cohort, or of no course: whoever has a place or a role of their own here may
    # still read.
    return (
        places.landing(target, marks=False, cohort=None)
        if actor.may(Action.READ_MODULES)
        else WAITING
    )


def let_in(
    verified: Verified,
    *,
    attempt_id: int,
    platform_id: int,
    browser: str | None,
    kept: str | None,
    framed: bool,
    tool_url: str,
    secret_key: str,
    now: datetime,
) -> LetIn:
    """Open a verified launch, using its login up; without the browser's cookie it waits for a
    ticket. `kept`: the digest of what the VLE's page keeps for the login.
    """
    _use_up(attempt_id, now)
    claims = verified.claims
    target = _target(claims, verified.deployment_id, tool_url)
    identity = _person(claims, platform_id, now)
    user, context = identity.user, _context(verified, now)
    members.note_notices(verified, trusted=verified.service_origins)
    asks = claims[MESSAGE_TYPE] == ASKS_FOR_LINKS
    link = None if asks else _link(verified, context, target, now)
    landing = _landing(identity, context, target, places.standing_of(claims), now=now)
    if claims[MESSAGE_TYPE] == REVIEW and link is not None and landing != WAITING:
        landing = review_landing(
            claims, user=user, platform_id=platform_id, link=link, context=context, unlinked=landing
        )
    public_id = secrets.token_urlsafe(24)
    ticket = None if browser else secrets.token_urlsafe(32)
    launch = Launch(
        public_id=public_id,
        user_id=user.id,
        platform_id=platform_id,
        context_id=context.id if context else None,
        resource_link_id=link.id if link else None,
        browser_digest=browser,
        ticket_digest=digest(ticket) if ticket else None,
        ticket_expires_at=now + TICKET_LASTS if ticket else None,
        kept_digest=kept if ticket else None,
        landing=linking.PAGE if asks else landing,
        framed=framed,
        created_at=now,
    )
    db.session.add(launch)
    db.session.flush()
    if asks:
        linking.remember(launch, claims, secret_key=secret_key)
    landing = launch.landing
    return LetIn(public_id, landing, user.name, ticket)


def take_ticket(
    ticket: str, *, browser: str, now: datetime, kept: str | None = None
) -> LetIn | None:
    """Give the launch that waits with this ticket to this browser, once, within its minute.

    With `kept` (a digest) it stays in its frame, if that is what the VLE's page kept for the login;
    without, a person clicked on their name, and it opens in a tab of its own.
    """
    found = queries.find_ticketed(digest(ticket))
    if found is None:
        return None
    launch, user, platform = found
    taken = update(Launch).where(
        Launch.id == launch.id,
        Launch.ticket_digest == digest(ticket),
        Launch.ticket_expires_at > now,
    )
    if kept is not None:
        taken = taken.where(Launch.kept_digest == kept)
    values = {
        "browser_digest": browser,
        "ticket_digest": None,
        "ticket_expires_at": None,
        "kept_digest": None,
        "framed": launch.framed and kept is not None,
    }
    if platform.active_at is None or _changed(db.session.execute(taken.values(values))) != 1:
        return None
    return LetIn(launch.public_id, launch.landing, user.name, None)


def clear_old(*, now: datetime) -> int:
    """Forget logins that can no longer be used and launches that no longer open anything."""
    logins = delete(LoginAttempt).where(LoginAttempt.created_at < now - timedelta(hours=1))
    db.session.execute(delete(Linking).where(Linking.created_at < now - LAUNCH_LASTS))
    launches = delete(Launch).where(Launch.created_at < now - LAUNCH_LASTS - timedelta(days=1))
    return _changed(db.session.execute(logins)) + _changed(db.session.execute(launches))
