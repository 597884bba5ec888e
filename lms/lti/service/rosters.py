"""A VLE's list of people: kept as read, shown as what it would do, and then done exactly so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from lms.actor import Action, Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.lti.models import Context, CourseMember, Roster, VleIdentity
from lms.lti.platform.rosters import Fetched
from lms.lti.queries import launches
from lms.lti.queries import rosters as queries
from lms.lti.rules.places import Standing
from lms.lti.rules.rosters import Line, Listed, Plan, Step, next_night, plan
from lms.lti.service.members import make_identity
from lms.people.queries import find_enrolment
from lms.people.service.places import enrol

LEASE = timedelta(minutes=5)
GOOD_FOR = timedelta(hours=1)  # a list that was shown
KEPT_FOR = timedelta(days=1)
WHOLE_AGAIN = timedelta(days=7)  # between two readings of the whole list, where there are changes
LOOK_FIRST = "The VLE’s list would take many people off at once. Look at it before it is done."


class ListChanged(Conflict):
    """What would be done is not what was shown."""


def may_sync(actor: Actor, context: Context) -> bool:
    """Who may: trainers and leads of the cohort, and administrators."""
    return context.cohort_id is not None and actor.may(
        Action.KEEP_ROSTER, cohort_id=context.cohort_id
    )


def _roster(context_id: int) -> Roster:
    roster = queries.find_roster(context_id)
    if roster is None:
        roster = Roster(
            context_id=context_id, listed={}, listed_at=None, read_whole_at=None,
            differences_url=None, kept_since=None, due_at=None, leased_until=None, fault=None,
        )  # fmt: skip
        db.session.add(roster)
        db.session.flush()
    return roster


def claim(context_id: int, *, now: datetime) -> bool:
    """Take the reading of a course's list; false while somebody else is at it."""
    queries.hold_context(context_id)
    _roster(context_id)
    taken = update(Roster).where(
        Roster.context_id == context_id,
        (Roster.leased_until.is_(None)) | (Roster.leased_until <= now),
    )
    result = db.session.execute(taken.values(leased_until=now + LEASE))
    return cast("CursorResult[Any]", result).rowcount == 1


def keep_list(context_id: int, fetched: Fetched, *, groups: Sequence[str], now: datetime) -> None:
    """Keep a list as it was read, until it is applied, or a day."""
    roster = _roster(context_id)
    roster.listed = {
        "people": [
            [one.subject, one.name, one.email, one.standing.value, one.active]
            for one in fetched.people
        ],
        "whole": fetched.whole,
        "groups": list(groups),
    }
    roster.listed_at, roster.leased_until, roster.fault = now, None, None
    roster.differences_url = fetched.differences_url
    if fetched.whole:
        roster.read_whole_at = now
    db.session.flush()


def note_fault(context_id: int, words: str, *, due_at: datetime | None) -> None:
    """The list could not be read: say why, and when it is tried again. Nothing else changes."""
    roster = _roster(context_id)
    roster.fault, roster.leased_until = words, None
    roster.differences_url = None  # the next reading is of the whole list
    if due_at is not None and roster.kept_since is not None:
        roster.due_at = due_at
    db.session.flush()


def read_again(context_id: int) -> tuple[Context, Roster]:
    """A course and what was read of its list."""
    return launches.get_context(context_id), _roster(context_id)


def listed_people(roster: Roster) -> tuple[Listed, ...]:
    """The list as it was read."""
    return tuple(
        Listed(subject, name, email, Standing(standing), active)
        for subject, name, email, standing, active in roster.listed.get("people", ())
    )


def what_would_be_done(context: Context, roster: Roster) -> Plan:
    """The list against who is here now."""
    people = listed_people(roster)
    known = queries.known_people(
        context, context.deployment.platform_id, [one.subject for one in people]
    )
    return plan(people, known, whole=bool(roster.listed.get("whole")))


def apply_list(context_id: int, *, agreed: str, actor: Actor | None, now: datetime) -> Plan:
    """Do what was shown: `agreed` is its fingerprint. From then on the list is kept in step.

    Raises ListChanged when somebody joined, left or was changed meanwhile, or the list is old.
    """
    queries.hold_context(context_id)
    context, roster = launches.get_context(context_id), queries.find_roster(context_id)
    if context.cohort_id is None or (actor is not None and not may_sync(actor, context)):
        raise RuleBroken("This course is not linked to a cohort, or is not yours to change.")
    if roster is None or roster.listed_at is None or now - roster.listed_at > GOOD_FOR:
        raise ListChanged("The list was read more than an hour ago. Read it again.")
    agreed_plan = what_would_be_done(context, roster)
    if agreed_plan.fingerprint != agreed:
        raise ListChanged("Something changed meanwhile. This is what would be done now.")
    _do(context, roster, agreed_plan, actor=actor, now=now)
    roster.kept_since = roster.kept_since or now
    roster.due_at = next_night(now, context_id)
    roster.listed = {"groups": roster.listed.get("groups", [])}
    if actor is not None or agreed_plan.lines:  # a quiet night leaves no trace
        record(
            actor=actor,
            act="applied the VLE’s list of people",
            subject=f"context:{context_id}",
            now=now,
            detail={step.name.lower(): len(agreed_plan.of(step)) for step in Step},
        )
    return agreed_plan


def apply_by_night(context_id: int, *, now: datetime) -> Plan | None:
    """Apply a freshly read list without anybody looking; None when somebody should."""
    queries.hold_context(context_id)
    context, roster = launches.get_context(context_id), _roster(context_id)
    would_be = what_would_be_done(context, roster)
    roster.due_at = next_night(now, context_id)
    if would_be.empties_the_cohort:
        roster.fault = LOOK_FIRST
        return None
    return apply_list(context_id, agreed=would_be.fingerprint, actor=None, now=now)


def _do(
    context: Context, roster: Roster, agreed: Plan, *, actor: Actor | None, now: datetime
) -> None:
    platform_id = context.deployment.platform_id
    listed = {one.subject: one for one in listed_people(roster)}
    subjects = {*listed, *(line.subject for line in agreed.lines)}
    identities = queries.identities_of(platform_id, subjects)
    for line in agreed.lines:
        if line.step is Step.JOIN and line.subject not in identities:
            identities[line.subject] = make_identity(
                platform_id=platform_id,
                subject=line.subject,
                name=listed[line.subject].label,
                email=line.email,
                now=now,
            )
        _do_line(line, identities[line.subject], context, actor=actor, now=now)
    _note_members(context, listed, identities, agreed, now=now)


def _do_line(
    line: Line, identity: VleIdentity, context: Context, *, actor: Actor | None, now: datetime
) -> None:
    cohort_id = cast(int, context.cohort_id)
    if line.step is Step.RENAME:
        identity.user.name = line.name
        subject = f"user:{identity.user_id}"
    elif line.step is Step.LEAVE:
        place = find_enrolment(identity.user_id, cohort_id)
        if place is None:
            return
        place.left_at = now
        subject = f"enrolment:{place.id}"
    else:
        place = enrol(user_id=identity.user_id, cohort_id=cohort_id, now=now)
        subject = f"enrolment:{place.id}"
    record(
        actor=actor,
        act=f"{line.step.value} by the VLE’s list",
        subject=subject,
        now=now,
        detail={"context": context.id, "cohort": cohort_id},
    )


def _note_members(
    context: Context,
    listed: dict[str, Listed],
    identities: dict[str, VleIdentity],
    agreed: Plan,
    *,
    now: datetime,
) -> None:
    """Remember who is on the list, and what the VLE calls them."""
    members = queries.members_of(context.id)
    left = {line.subject for line in agreed.of(Step.LEAVE)}
    for subject, identity in identities.items():
        one, member = listed.get(subject), members.get(identity.id)
        if subject in left and member is None:
            member = _member(context, identity)
        if subject in left and member is not None:
            member.gone_at = now
        elif one is not None and one.active and one.standing is not Standing.OTHER:
            member = member or _member(context, identity)
            member.gone_at = None
        if one is not None and one.name:
            identity.told_name = one.name
    db.session.flush()


def _member(context: Context, identity: VleIdentity) -> CourseMember:
    member = CourseMember(
        context_id=context.id, identity_id=identity.id, taught=False, gone_at=None
    )
    db.session.add(member)
    return member


def forget_old_lists(*, now: datetime) -> int:
    """Empty lists that nobody applied within a day: they hold people who have no place here."""
    old = [one for one in queries.old_lists(now - KEPT_FOR) if one.listed.get("people")]
    for roster in old:
        roster.listed = {"groups": roster.listed.get("groups", [])}
    return len(old)
