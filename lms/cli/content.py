"""`flask content check`: is everything under content/ in order?"""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.modules.catalogue import report

group = AppGroup("content", help="The programme's content.")


@group.command("check", help="Name every fault and warning of the content, by file and line.")
def check() -> None:
    """Exit 1 when there is a fault: the server would not start on it."""
    said, code = report(current_app.config["LMS_SETTINGS"].content, clock.today(clock.now()))
    click.echo(said)
    sys.exit(code)
