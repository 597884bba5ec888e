"""The `flask` commands: one module per group."""

from flask import Flask

from lms.cli import audit, content, demo, lti, people, regulations, worker


def init_cli(app: Flask) -> None:
    """Give the app its commands."""
    for group in (
        audit.group,
        content.group,
        demo.group,
        lti.group,
        people.group,
        regulations.group,
    ):
        app.cli.add_command(group)
    app.cli.add_command(worker.run_worker)
