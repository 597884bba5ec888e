"""Registering platforms by hand, changing them, switching them off and on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.actor import Actor
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.lti.models import Deployment, Platform, PlatformKeySet
from lms.lti.platform.tool_keys import ensure_key
from lms.lti.queries import platforms as queries
from lms.lti.rules.addresses import may_be_asked, origin


def _faults(urls: dict[str, str]) -> list[str]:
    return [
        f"{name} must be an https address, or one on this machine."
        for name, url in urls.items()
        if not may_be_asked(url)
    ]


def add_platform(
    *,
    name: str,
    issuer: str,
    client_id: str,
    auth_login_url: str,
    auth_token_url: str,
    key_set_url: str,
    deployment_id: str,
    secret_key: str,
    now: datetime,
    auth_audience: str | None = None,
    site_url: str | None = None,
    actor: Actor | None = None,
) -> Platform:
    """Register a platform, active at once, or bring one that is known up to date; its deployment is
    added.

    Doing it twice changes nothing. A platform that was switched off stays off.
    """
    given = {"issuer": issuer, "auth-login-url": auth_login_url}
    given |= {"auth-token-url": auth_token_url, "key-set-url": key_set_url}
    faults = _faults(given) + (_faults({"site-url": site_url}) if site_url else [])
    faults += [
        f"{what} is empty."
        for what, value in (
            ("name", name),
            ("client-id", client_id),
            ("deployment-id", deployment_id),
        )
        if not value.strip()
    ]
    if faults:
        raise RuleBroken(*faults)
    ensure_key(secret_key=secret_key, now=now)
    platform = queries.find_platform(issuer, client_id)
    if platform is None:
        platform = Platform(issuer=issuer, client_id=client_id, created_at=now, active_at=now)
        platform.deployments = []
        platform.key_set = PlatformKeySet(keys={}, fetched_at=None, tried_at=None)
        db.session.add(platform)
    platform.name = name.strip()
    addresses = {"auth_login_url": auth_login_url, "auth_token_url": auth_token_url}
    addresses |= {"key_set_url": key_set_url}
    optional = {"auth_audience": auth_audience or None, "site_url": site_url or None}
    take_addresses(platform, addresses | optional)
    if add_deployment(platform, deployment_id):
        db.session.flush()
        record(
            actor=actor,
            act="registered a platform",
            subject=f"platform:{platform.id}",
            now=now,
            detail={"issuer": origin(issuer), "deployment": deployment_id},
        )
    db.session.flush()
    return platform


def take_addresses(platform: Platform, addresses: Mapping[str, Any]) -> list[str]:
    """Give a platform these addresses; returns the names of those that were others before.

    Keys that came from another address are forgotten with it.
    """
    changed = [name for name, value in addresses.items() if getattr(platform, name) != value]
    for name in changed:
        setattr(platform, name, addresses[name])
    if "key_set_url" in changed:
        platform.key_set.keys, platform.key_set.fetched_at = {}, None
        platform.key_set.tried_at = None
    return changed


def add_deployment(platform: Platform, deployment_id: str | None) -> bool:
    """Add a deployment, unless it is known; returns whether it was added."""
    if not deployment_id or any(one.vle_id == deployment_id for one in platform.deployments):
        return False
    platform.deployments.append(Deployment(vle_id=deployment_id))
    return True


def change_platform(
    platform_id: int, *, name: str, addresses: Mapping[str, Any], actor: Actor, now: datetime
) -> Platform:
    """Correct a platform by hand; issuer and client id are who it is, and stay."""
    platform = queries.get_with_deployments(platform_id)
    platform.name = name
    changed = take_addresses(platform, addresses)
    record(
        actor=actor,
        act="changed a platform",
        subject=f"platform:{platform_id}",
        now=now,
        detail={"changed": ", ".join(sorted(changed))},
    )
    return platform


def deploy_platform(
    platform_id: int, deployment_id: str, *, actor: Actor, now: datetime
) -> Platform:
    """Add a deployment of a platform by hand; adding it twice changes nothing."""
    platform = queries.get_with_deployments(platform_id)
    if add_deployment(platform, deployment_id):
        record(
            actor=actor,
            act="added a deployment",
            subject=f"platform:{platform_id}",
            now=now,
            detail={"deployment": deployment_id},
        )
    return platform


def suspend_platform(platform_id: int, *, now: datetime, actor: Actor | None = None) -> None:
    """Switch a platform off: no launch in, no score out, nothing forgotten."""
    platform = queries.get_platform(platform_id)
    if platform.active_at is not None:
        platform.active_at, platform.suspended_at = None, now
        record(actor=actor, act="suspended a platform", subject=f"platform:{platform_id}", now=now)


def refuse_unless_shown(platform: Platform, shown: str) -> None:
    """Refuse to decide about what was not on the page: it may have registered again meanwhile."""
    if shown != platform.shown_as:
        raise Conflict("The VLE registered again meanwhile. Look at its addresses once more.")


def resume_platform(
    platform_id: int, *, now: datetime, actor: Actor | None = None, shown: str | None = None
) -> None:
    """Switch a platform on: again, or for the first time after it registered itself.

    `shown` stands for what an administrator saw on the page.
    """
    platform = queries.get_platform(platform_id)
    if shown is not None:
        refuse_unless_shown(platform, shown)
    if platform.active_at is None:
        platform.active_at, platform.suspended_at = now, None
        record(actor=actor, act="resumed a platform", subject=f"platform:{platform_id}", now=now)
