"""`flask regulations what-if`: what a draft of regulations would have made of a cohort's marks."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms.assessments.rules.whatif import WouldBe, draft_blocks, what_if
from lms.assessments.service.whatif import marks_of
from lms.modules.catalogue import read_draft
from lms.people.queries import find_cohort

group = AppGroup("regulations", help="Assessment regulations.")


@group.command("what-if", help="Hold a draft against a cohort's marks: who changes, and why.")
@click.argument("draft", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cohort", "slug", required=True, help="The cohort's short name: cohort-1.")
def what_if_command(draft: Path, slug: str) -> None:
    """Prints receipts, never names; writes nothing. Exit 1 for a faulty draft or no cohort."""
    regulations, faults = read_draft(draft, current_app.config["LMS_SETTINGS"].content)
    if regulations is None:
        raise click.ClickException("\n".join(str(fault) for fault in faults))
    cohort = find_cohort(slug)
    if cohort is None:
        raise click.ClickException(f"there is no cohort {slug}")
    marks = marks_of(cohort)
    if blocks := draft_blocks(marks, regulations):
        raise click.ClickException(" ".join(blocks))
    click.echo(f"{regulations.title} ({regulations.id}, version {regulations.version})")
    click.echo(f"held against {len(marks)} marks of {cohort.name}. Nothing is changed.")
    would_be = what_if(marks, regulations)
    for one in would_be:
        if one.changes:
            _print(one)
    changed = [one for one in would_be if one.changes]
    open_ = sum(one.mark.open is not None for one in changed)
    click.echo(f"{len(changed) - open_} would change, {open_} cannot be worked out.")


def _print(one: WouldBe) -> None:
    click.echo(f"{one.given.assessment}, receipt {one.given.receipt}: {one.said}")
    for step in one.why:
        click.echo(f"  clause “{step.clause}”: {step.sentence}")
