"""`flask worker`: sends what is due, until told to stop (Ctrl-C lets it finish what it holds)."""

import logging

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lms.tasks import worker


@click.command("worker", help="Send scores and e-mails that are due, until stopped.")
@click.option("--threads", default=2, show_default=True)
@with_appcontext
def run_worker(threads: int) -> None:
    """Run the consumer in this process."""
    logging.basicConfig(level=logging.WARNING)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    worker(app, threads=threads).run()
