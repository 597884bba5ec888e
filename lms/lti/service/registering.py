"""A VLE registers itself: what was shown is kept, taken once, and stored switched off.

A registration of a platform that was ever switched on changes nothing by itself: whoever can put a
file on a VLE's host could otherwise replace the VLE's keys by their own. What it would change is
kept as a proposal.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update

from lms.actor import Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import RuleBroken, TooMany
from lms.lti.models import Platform, PlatformKeySet, RegistrationAttempt
from lms.lti.platform.sealing import digest, seal, unseal
from lms.lti.queries import connecting as queries
from lms.lti.queries.platforms import find_platform, get_with_deployments
from lms.lti.rules.addresses import origin
from lms.lti.rules.registering import Given, Offer, Unfit
from lms.lti.service.platforms import add_deployment, refuse_unless_shown, take_addresses

SHOWN_FOR = timedelta(hours=1)  # as long as the VLE's token is good for
MOST_BEGUN = 30
WITHIN = timedelta(minutes=10)
MOST_WAITING = 20
AGAIN = "In the VLE, begin the registration again."


def check_pace(*, now: datetime) -> None:
    """Refuse when strangers make us fetch too much, or fill the list."""
    if len(queries.attempts_since(now - WITHIN)) >= MOST_BEGUN:
        raise TooMany(
            "Many registrations were begun just now. Wait ten minutes and begin again in the VLE.",
            retry_after=int(WITHIN.total_seconds()),
        )
    if queries.number_waiting() >= MOST_WAITING:
        raise Unfit(
            "few are waiting",
            "Many VLEs wait to be switched on already. Ask an administrator of this site to look "
            "at them first.",
        )


def begin(offer: Offer | None, token: str, *, secret_key: str, now: datetime) -> str:
    """Keep what was shown; returns the state that stands for it.

    A configuration that was not fit (None) is kept as a mark only, so that it counts.
    """
    state = secrets.token_urlsafe(32)
    db.session.add(
        RegistrationAttempt(
            state_digest=digest(state),
            offer=offer.as_kept() if offer else {},
            sealed_token=seal(token, secret_key) if offer else "",
            created_at=now,
            used_at=None if offer else now,
        )
    )
    db.session.flush()
    return state


def take(state: str, *, secret_key: str, now: datetime) -> tuple[Offer, str]:
    """What was shown with this state, once; raises Unfit."""
    attempt = queries.get_attempt(digest(state)) if state else None
    if attempt is None or attempt.created_at < now - SHOWN_FOR:
        raise Unfit("page is fresh", f"This page was open for too long. {AGAIN}")
    taken = update(RegistrationAttempt).where(
        RegistrationAttempt.id == attempt.id, RegistrationAttempt.used_at.is_(None)
    )
    result = cast("CursorResult[Any]", db.session.execute(taken.values(used_at=now)))
    if result.rowcount != 1:
        raise Unfit(
            "button is pressed once",
            f"This registration was sent already. If the VLE does not show it: {AGAIN}",
        )
    token = unseal(attempt.sealed_token, secret_key)
    if token is None:
        raise Unfit("page is fresh", f"This page was open for too long. {AGAIN}")
    return Offer.from_kept(attempt.offer), token


def forget_old(*, now: datetime) -> int:
    """Forget registrations that can no longer be sent, and the tokens in them."""
    old = delete(RegistrationAttempt).where(RegistrationAttempt.created_at < now - SHOWN_FOR)
    return cast("CursorResult[Any]", db.session.execute(old)).rowcount


def _addresses(offer: Offer) -> dict[str, str | None]:
    return {
        "auth_login_url": offer.auth_login_url,
        "auth_token_url": offer.auth_token_url,
        "key_set_url": offer.key_set_url,
        "auth_audience": offer.auth_audience,
    }


def _ever_on(platform: Platform) -> bool:
    return platform.active_at is not None or platform.suspended_at is not None


def store(offer: Offer, given: Given, *, now: datetime) -> Platform:
    """The platform as it registered: new and switched off, or what it would change of one that is
    known.
    """
    platform = find_platform(offer.issuer, given.client_id)
    if platform is not None and _ever_on(platform):
        _propose(platform, offer, given, now=now)
        return platform
    if platform is None:
        platform = Platform(
            issuer=offer.issuer, client_id=given.client_id, name=offer.name, created_at=now
        )
        platform.deployments = []
        platform.key_set = PlatformKeySet(keys={}, fetched_at=None, tried_at=None)
        db.session.add(platform)
    take_addresses(platform, _addresses(offer))
    add_deployment(platform, given.deployment_id)
    platform.product = offer.product or None
    db.session.flush()
    record(
        actor=None,
        act="a platform registered itself",
        subject=f"platform:{platform.id}",
        now=now,
        detail={"issuer": origin(offer.issuer), "deployment": given.deployment_id},
    )
    return platform


def _propose(platform: Platform, offer: Offer, given: Given, *, now: datetime) -> None:
    """Keep what would change, if anything would."""
    changes: dict[str, Any] = {
        name: value for name, value in _addresses(offer).items() if value != getattr(platform, name)
    }
    known = {one.vle_id for one in platform.deployments}
    if given.deployment_id and given.deployment_id not in known:
        changes["deployment_id"] = given.deployment_id
    platform.proposal = changes or None
    db.session.flush()
    record(
        actor=None,
        act="a platform registered itself again",
        subject=f"platform:{platform.id}",
        now=now,
        detail={"would change": ", ".join(sorted(changes))},
    )


def answer_proposal(
    platform_id: int, *, accept: bool, shown: str, actor: Actor, now: datetime
) -> Platform:
    """Take what a later registration would change, as it was shown, or leave it."""
    platform = get_with_deployments(platform_id)
    if platform.proposal is None:
        raise RuleBroken("There is nothing to decide about this VLE any more.")
    refuse_unless_shown(platform, shown)
    changes = dict(platform.proposal)
    if accept:
        deployment_id = changes.pop("deployment_id", None)
        take_addresses(platform, changes)
        add_deployment(platform, deployment_id)
        db.session.flush()
    platform.proposal = None
    act = "took a platform's changes" if accept else "left a platform's changes"
    record(
        actor=actor,
        act=act,
        subject=f"platform:{platform_id}",
        now=now,
        detail={"changes": ", ".join(sorted(changes))},
    )
    return platform
