"""`flask audit verify`: nothing in the audit trail was changed since it was written."""

import click
from flask.cli import AppGroup

from lms.audit.service import first_broken

group = AppGroup("audit", help="The audit trail.")


@group.command("verify", help="Prove that no entry of the audit trail was changed.")
def verify() -> None:
    """Walk the chain; exit 1 and name the entry where it breaks."""
    broken = first_broken()
    if broken is not None:
        raise click.ClickException(f"the chain breaks at entry {broken}")
    click.echo("every entry follows from the one before")
