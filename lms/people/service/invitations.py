"""Invitations: made, sent again, withdrawn, accepted."""

from dataclasses import dataclass
from datetime import datetime

from lms.actor import Action, Actor, Role
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, NotAllowed, NotFound, RuleBroken
from lms.messages.service import queue_message
from lms.people import letters, queries, rules
from lms.people.models import Invitation, User
from lms.people.queries import InvitationRow
from lms.people.rules import Asked, InvitationFacts, InvitationState
from lms.people.service import accounts, places
from lms.people.service.links import INVITATION, Links, digest, new_secret


@dataclass(frozen=True)
class Sent:
    """An invitation on its way, and the link that opens it: the only time the link is known."""

    invitation_id: int
    link: str


@dataclass(frozen=True)
class Held:
    """A link that somebody holds: where it stands, and the invitation when there is one."""

    state: InvitationState
    row: InvitationRow | None = None
    has_account: bool = False


def invite(*, actor: Actor | None, asked: Asked, links: Links, now: datetime) -> Sent:
    """Invite somebody; `actor` is None at the command line. `asked.programme` is looked up here."""
    cohort = queries.find_cohort(asked.cohort) if asked.cohort else None
    asked = with_programme(asked)
    if blocks := rules.invitation_blocks(asked, invitable=_invitable(actor)):
        raise RuleBroken(*(sentence for _field, sentence in blocks))
    named = asked.organisation.strip()
    organisation = places.find_or_make_organisation(named) if named else None
    secret = new_secret()
    invitation = Invitation(
        email=rules.as_address(asked.email),
        name=asked.name.strip(),
        role=asked.role,
        organisation_id=organisation.id if organisation else None,
        cohort_id=cohort.id if cohort else None,
        digest=digest(secret),
        invited_by=actor.user_id if actor else None,
        sent_at=now,
        expires_at=now + rules.INVITATION_LASTS,
    )
    db.session.add(invitation)
    db.session.flush()
    _record(actor, "invited", invitation, now=now)
    return _send(invitation, secret, links=links, now=now)


def with_programme(asked: Asked) -> Asked:
    """What was asked, with the programme of the cohort it names."""
    cohort = queries.find_cohort(asked.cohort) if asked.cohort else None
    return Asked(
        role=asked.role,
        name=asked.name,
        email=asked.email,
        organisation=asked.organisation,
        cohort=asked.cohort,
        programme=cohort.programme if cohort else None,
    )


def send_again(*, actor: Actor, invitation_id: int, links: Links, now: datetime) -> Sent:
    """Send an invitation anew: a new link and a new fortnight; the older link stops working."""
    invitation = _mine_to_manage(actor, invitation_id)
    if blocks := rules.resend_blocks(state_of(invitation, now=now)):
        raise RuleBroken(*blocks)
    secret = new_secret()
    invitation.digest = digest(secret)
    invitation.sent_at = now
    invitation.expires_at = now + rules.INVITATION_LASTS
    _record(actor, "invitation sent again", invitation, now=now)
    return _send(invitation, secret, links=links, now=now)


def withdraw(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """Take an invitation back; its link stops working."""
    invitation = _mine_to_manage(actor, invitation_id)
    if blocks := rules.withdraw_blocks(state_of(invitation, now=now)):
        raise RuleBroken(*blocks)
    invitation.withdrawn_at = now
    _record(actor, "invitation withdrawn", invitation, now=now)


def state_of(
    invitation: Invitation, *, now: datetime, secret: str | None = None
) -> InvitationState:
    """Where an invitation stands, for whoever holds `secret`."""
    facts = InvitationFacts(
        expires_at=invitation.expires_at,
        accepted_at=invitation.accepted_at,
        withdrawn_at=invitation.withdrawn_at,
        newest_link=secret is None or invitation.digest == digest(secret),
    )
    return rules.invitation_state(facts, now=now)


def find_held(token: str, *, links: Links, now: datetime) -> Held:
    """What a link opens now."""
    read = links.read(INVITATION, token)
    row = queries.find_invitation(read[0]) if read else None
    if read is None or row is None:
        return Held(InvitationState.UNKNOWN)
    state = state_of(row.invitation, now=now, secret=read[1])
    has_account = queries.find_account(row.invitation.email) is not None
    return Held(state, row, has_account)


def accept_as_newcomer(*, token: str, name: str, password: str, links: Links, now: datetime) -> int:
    """Make the person, their account, and all that the invitation brings; returns who it is."""
    invitation = _open_invitation(token, links=links, now=now)
    if queries.find_account(invitation.email):
        raise Conflict("This address signs in here already. Sign in, and open the link again.")
    if blocks := rules.name_blocks(name):
        raise RuleBroken(*blocks)
    user = places.make_person(name=name, email=invitation.email, now=now)
    accounts.make_local_account(user_id=user.id, email=invitation.email, password=password, now=now)
    record(
        actor=queries.actor_for(user),
        act="password set",
        subject=f"person:{user.id}",
        now=now,
        detail={"by": "invitation"},
    )
    _accept(invitation, user, now=now)
    return user.id


def accept_as(*, actor: Actor, token: str, links: Links, now: datetime) -> None:
    """Somebody who signs in with the invited address takes what the invitation brings."""
    invitation = _open_invitation(token, links=links, now=now)
    account = queries.find_account(invitation.email)
    if account is None or account.user_id != actor.user_id:
        raise NotAllowed(
            "This invitation is for another address. Sign out, and open the link again."
        )
    _accept(invitation, account.user, now=now)


def purpose_of(row: InvitationRow) -> str:
    """What an invitation is for, as the rest of a sentence: `as a line manager at …, in …`."""
    invitation = row.invitation
    words = "as a learner" if invitation.role is Role.TRAINEE else f"as {_with_article(invitation)}"
    if row.organisation:
        words += f" at {row.organisation}"
    if row.cohort:
        words += f", for {row.cohort}"
    return words


def _with_article(invitation: Invitation) -> str:
    label = rules.OFFERS[invitation.role].label
    label = label[0].lower() + label[1:] if label[1:2].islower() and label[:3] != "Hub" else label
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def _open_invitation(token: str, *, links: Links, now: datetime) -> Invitation:
    """The invitation that a link opens, held until the transaction ends.

    So of two who accept at once, one waits and then sees it used.
    """
    read = links.read(INVITATION, token)
    if read is None:
        raise NotFound("This link was not made here.")
    invitation = queries.get_invitation(read[0])
    if state_of(invitation, now=now, secret=read[1]) is not InvitationState.OPEN:
        raise Conflict("This invitation cannot be used any more.")
    return invitation


def _accept(invitation: Invitation, user: User, *, now: datetime) -> None:
    invitation.accepted_at = now
    invitation.accepted_by = user.id
    gift = rules.brings(
        invitation.role,
        cohort_id=invitation.cohort_id,
        organisation_id=invitation.organisation_id,
    )
    if gift.works_for is not None:
        places.employ(user_id=user.id, organisation_id=gift.works_for, manager_id=None)
    if gift.place_in is not None:
        places.enrol(user_id=user.id, cohort_id=gift.place_in, now=now)
    if gift.role is not None:
        places.appoint(
            user_id=user.id,
            role=gift.role,
            cohort_id=gift.role_cohort_id,
            organisation_id=gift.role_organisation_id,
            now=now,
        )
    actor = queries.actor_for(user)
    _record(actor, "invitation accepted", invitation, now=now)
    if gift.role is not None:
        record(
            actor=actor,
            act="role given",
            subject=f"person:{user.id}",
            now=now,
            detail={
                "role": gift.role.value,
                "cohort": gift.role_cohort_id,
                "organisation": gift.role_organisation_id,
                "invitation": invitation.id,
            },
        )


def _invitable(actor: Actor | None) -> tuple[Role, ...] | None:
    if actor is None:
        return None
    if not actor.may(Action.INVITE):
        raise NotAllowed("Your account does not include inviting people.")
    return rules.roles_to_invite(actor.roles)


def _mine_to_manage(actor: Actor, invitation_id: int) -> Invitation:
    invitation = queries.get_invitation(invitation_id)
    if invitation.role not in (_invitable(actor) or ()):
        raise NotAllowed("Only an administrator can change an invitation to this role.")
    return invitation


def _send(invitation: Invitation, secret: str, *, links: Links, now: datetime) -> Sent:
    link = links.make(INVITATION, invitation.id, secret)
    row = queries.find_invitation(invitation.id)
    assert row is not None  # noqa: S101  -- flushed a moment ago
    letter = letters.invitation(
        name=invitation.name,
        invited_by=row.invited_by,
        purpose=purpose_of(row),
        link=link,
        expires_at=invitation.expires_at,
    )
    queue_message(
        to=invitation.email,
        subject=letter.subject,
        body=letter.body,
        dedupe_key=f"invitation:{invitation.id}:{invitation.digest[:16]}",
        now=now,
    )
    return Sent(invitation.id, link)


def _record(actor: Actor | None, act: str, invitation: Invitation, *, now: datetime) -> None:
    record(
        actor=actor,
        act=act,
        subject=f"invitation:{invitation.id}",
        now=now,
        detail={
            "role": invitation.role.value,
            "cohort": invitation.cohort_id,
            "organisation": invitation.organisation_id,
        },
    )
