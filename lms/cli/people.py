"""`flask people invite`, the first people, before anybody can sign in to invite others; and
`open-cohort`, before anybody can learn.
"""

import re
from collections.abc import Iterable
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.actor import Role
from lms.db import db, db_writes
from lms.errors import LmsError
from lms.modules.catalogue import catalogue
from lms.people.queries import find_cohort
from lms.people.rules import Asked
from lms.people.service import places
from lms.people.service.invitations import invite as make_invitation
from lms.people.service.links import Links
from lms.tasks import poke

group = AppGroup("people", help="Accounts and invitations.")


@group.command("invite", help="Invite somebody; prints the link, which is also sent by e-mail.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--organisation", default="", help="Where they work, by name; made if it is new.")
@click.option("--cohort", default="", help="The cohort's short name, such as onboarding-3.")
def invite(name: str, email: str, role: str, organisation: str, cohort: str) -> None:
    """Make the invitation and print its link: the only place where it is shown."""
    asked = Asked(role=Role(role), name=name, email=email, organisation=organisation, cohort=cohort)
    links = Links.of(current_app.config["LMS_SETTINGS"])
    try:
        with db_writes():
            sent = make_invitation(actor=None, asked=asked, links=links, now=clock.now())
            db.session.commit()
    except LmsError as refusal:
        raise click.ClickException(refusal.message or str(refusal)) from refusal
    poke("messages")
    click.echo(sent.link)


def _one_of(what: str, given: str, known: Iterable[str]) -> None:
    known = tuple(known)
    if given not in known:
        raise click.ClickException(f"There is no {what} {given}. There are: {', '.join(known)}.")


@group.command("open-cohort", help="Open a cohort, which a VLE's course is then linked to.")
@click.option("--slug", required=True, help="Its short name in addresses, such as cohort-4.")
@click.option("--programme", required=True, help="pgcert or onboarding.")
@click.option("--name", required=True, help="What people call it.")
@click.option("--starts-on", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--regulations", default="", help="Which regulations hold for it, by their id.")
def open_cohort(
    slug: str, programme: str, name: str, starts_on: datetime, regulations: str
) -> None:
    """Say what is wrong and change nothing, or open it."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise click.ClickException("The slug is small letters, digits and hyphens.")
    _one_of("programme", programme, (one.key for one in catalogue().programmes))
    if regulations:
        _one_of("regulations", regulations, (one.id for one in catalogue().all_regulations()))
    elif any(one.assessments for one in catalogue().programme(programme).modules):
        raise click.ClickException("This programme is assessed: say by which regulations.")
    with db_writes():
        if find_cohort(slug) is not None:
            raise click.ClickException(f"There is a cohort {slug} already.")
        places.open_cohort(
            slug=slug,
            programme=programme,
            name=name.strip() or slug,
            starts_on=starts_on.date(),
            regulations=regulations or None,
        )
        db.session.commit()
    click.echo(f"Cohort {slug} is open.")
