"""`flask content …`: is all in order, what is due, who read what, and the search index."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.db import db, db_writes
from lms.errors import NotFound
from lms.modules import queries
from lms.modules.catalogue import Page, catalogue
from lms.modules.catalogue import report as checked
from lms.modules.catalogue.review import fact_card, review_list
from lms.modules.catalogue.versions import SHORT
from lms.modules.service.search import build_index

group = AppGroup("content", help="The programme's content.")


def _folder() -> Path:
    folder: Path = current_app.config["LMS_SETTINGS"].content
    return folder


def _page(key: str) -> Page:
    try:
        return catalogue().find_page(key) or catalogue().draft(key)
    except NotFound:
        raise click.ClickException(f"there is no page {key}: say it as m1/u1/a-page") from None


@group.command("check", help="Name every fault and warning of the content, by file and line.")
def check() -> None:
    """Exit 1 when there is a fault."""
    said, code = checked(_folder(), clock.today(clock.now()))
    click.echo(said)
    sys.exit(code)


@group.command("report", help="The review list for the academic owner.")
def report() -> None:
    """Facts due, approval, words and minutes, balance of the checks."""
    click.echo(review_list(_folder(), clock.today(clock.now())))


@group.command("fact", help="One fact, and every page, activity and line that rests on it.")
@click.argument("fact_id")
def fact(fact_id: str) -> None:
    """For whoever is about to change it."""
    card = fact_card(_folder(), fact_id)
    if card is None:
        raise click.ClickException(f"there is no fact {fact_id} in content/facts")
    click.echo(card)


@group.command("version", help="The version of a page: what an approval names.")
@click.argument("page_key")
def version(page_key: str) -> None:
    """The first letters of its content hash."""
    click.echo(_page(page_key).content_hash[:SHORT])


@group.command("readers", help="Who read which version of a page.")
@click.argument("page_key")
def readers(page_key: str) -> None:
    """Counts and names, for whoever runs the server. How a heavy page was taken is not said."""
    page = _page(page_key)
    rows = queries.readers_of(page.key)
    versions = list(dict.fromkeys([page.content_hash, *(row[0] for row in rows)]))
    click.echo(f"{page.key}: {page.title}")
    for one in versions:
        read = [row for row in rows if row[0] == one]
        word = "this version" if one == page.content_hash else "an earlier version"
        people = "1 person" if len(read) == 1 else f"{len(read)} people"
        click.echo(f"  {one[:SHORT]} ({word}): {people}")
        for _version, name, cohort, done_at in read:
            click.echo(f"    {name}, {cohort}, {clock.day(done_at)}")


@group.command("index", help="Put the content into the search index (done by itself when needed).")
def index() -> None:
    """Make the index of this content, unless it is there already."""
    with db_writes():
        made = build_index(now=clock.now())
        db.session.commit()
    click.echo(f"{made} entries." if made else "The index holds this content already.")
