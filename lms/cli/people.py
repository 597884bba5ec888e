"""`flask people invite`: the first people, before anybody can sign in to invite others."""

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.actor import Role
from lms.db import db, db_writes
from lms.errors import LmsError
from lms.people.rules import Asked
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
