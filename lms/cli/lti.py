"""`flask lti …`: the VLEs this site is connected to, our keys, and the scores on their way."""

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.config import Settings
from lms.db import db, db_writes
from lms.errors import LmsError, RuleBroken
from lms.lti import rosters
from lms.lti.platform import tool_keys
from lms.lti.queries.platforms import all_platforms
from lms.lti.service import platforms, reconcile
from lms.tasks import run_sweep

group = AppGroup("lti", help="VLEs: platforms, keys, scores.")


def _settings() -> Settings:
    settings: Settings = current_app.config["LMS_SETTINGS"]
    return settings


@group.command("add-platform", help="Connect a VLE, or bring one that is known up to date.")
@click.option("--name", required=True, help="What people call the VLE.")
@click.option("--issuer", required=True, help="Its issuer (for Moodle, the site's address).")
@click.option("--client-id", required=True, help="The client id it gave this tool.")
@click.option("--auth-login-url", required=True, help="Its OIDC authentication endpoint.")
@click.option("--auth-token-url", required=True, help="Its access token endpoint.")
@click.option("--key-set-url", required=True, help="Its public key set (JWKS).")
@click.option("--deployment-id", required=True, help="The deployment id it gave this tool.")
@click.option("--auth-audience", help="The audience of our assertions, where it is another (D2L).")
@click.option("--site-url", help="Where people see it, where the others do not say so (Canvas).")
def add_platform(**given: Any) -> None:
    """Register, and print what the VLE's administrator pastes there."""
    settings = _settings()
    try:
        with db_writes():
            platform = platforms.add_platform(
                **given, secret_key=settings.secret_key, now=clock.now()
            )
            db.session.commit()
    except RuleBroken as broken:
        raise click.ClickException(" ".join(broken.reasons)) from None
    click.echo(f"platform {platform.id} is known: {platform.name}")
    click.echo(f"  login (initiate login URL):  {settings.public_url}/lti/login")
    click.echo(f"  launch (redirect URI, tool URL):  {settings.public_url}/lti/launch")
    click.echo(f"  keys (public key set URL):  {settings.public_url}/lti/jwks.json")


@group.command("list-platforms", help="List the VLEs this site is connected to.")
def list_platforms() -> None:
    """One line a platform."""
    for one in all_platforms():
        off = "switched off" if one.suspended_at else "waits to be switched on"
        state = "active" if one.active_at else off
        deployments = ", ".join(deployment.vle_id for deployment in one.deployments)
        click.echo(
            f"{one.id}  {one.name}  {state}  {one.issuer}  client {one.client_id}  "
            f"deployments {deployments}"
        )


@group.command("suspend-platform", help="Switch a VLE off: no launch in, no score out.")
@click.argument("platform_id", type=int)
def suspend_platform(platform_id: int) -> None:
    """Nothing is forgotten; `resume-platform` switches it on again."""
    with db_writes():
        platforms.suspend_platform(platform_id, now=clock.now())
        db.session.commit()


@group.command("resume-platform", help="Switch a VLE on again.")
@click.argument("platform_id", type=int)
def resume_platform(platform_id: int) -> None:
    """The other way round."""
    with db_writes():
        platforms.resume_platform(platform_id, now=clock.now())
        db.session.commit()


@group.command(
    "rotate-keys", help="Publish a new key now; it signs from tomorrow, or at once if none can."
)
def rotate_keys() -> None:
    """The old key stays in the key set for fourteen days after that."""
    with db_writes():
        key = tool_keys.rotate_keys(secret_key=_settings().secret_key, now=clock.now())
        db.session.commit()
    click.echo(f"key {key.kid} signs from {clock.on_page(key.active_from)}")


@group.command("send-scores", help="Send every score that is due, now.")
def send_scores() -> None:
    """What the worker does by itself every minute."""
    click.echo(f"{run_sweep('scores')} scores were dealt with")


@group.command("reconcile", help="Read every mark back from the VLEs and compare, now.")
def reconcile_marks() -> None:
    """What the worker does by itself every night. Nothing in a VLE is changed."""
    with db_writes():
        reconcile.ask_for_all(now=clock.now())
        db.session.commit()
    click.echo(f"{run_sweep('reconcile')} gradebook columns were read")


@group.command("sync-roster", help="Read a course's list of people; say what it would change.")
@click.argument("context_id", type=int)
@click.option("--apply", is_flag=True, help="Do it, and keep the course in step every night.")
def sync_roster(context_id: int, *, apply: bool) -> None:
    """CONTEXT_ID is the number in the course's address here (/lti/people/NUMBER)."""
    with db_writes():
        try:
            plan = rosters.sync_now(context_id, apply=apply)
        except LmsError as fault:
            raise click.ClickException(fault.message) from None
    for line in plan.lines:
        click.echo(f"{line.step}: {line.name}")
    click.echo(f"{len(plan.lines)} changes{' made' if apply else ' would be made'}")
