"""Keeping the index in step with the content, and asking it.

The index is a copy of the content files, in the database. Each state of the content is an edition
of its own, named by its hash, so that servers on an older and a newer content each find their own.
"""

import functools
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, text

from lms.actor import Actor
from lms.db import db
from lms.modules.catalogue import Catalogue, catalogue
from lms.modules.models.search import SearchEdition, SearchEntry
from lms.modules.queries import search as index
from lms.modules.queries.search import Found
from lms.modules.rules.reading import readable_programmes
from lms.modules.rules.search import Entry, edition, entries, phrases

EDITIONS_KEPT = 2  # while servers are replaced one by one, each finds its own
_LOCK = 7_241_903_315  # any number that nothing else locks by


@dataclass(frozen=True)
class Answer:
    """What was found; `some` when nothing holds every word and these hold some of them."""

    found: tuple[Found, ...]
    some: bool = False


@functools.lru_cache(maxsize=4)
def _state(of: Catalogue) -> tuple[str, tuple[Entry, ...]]:
    held = entries(of)
    return edition(held), held


def index_is_built() -> bool:
    """Does the index hold the content of this process?"""
    return index.has_edition(_state(catalogue())[0])


def build_index(*, now: datetime) -> int:
    """Put this process's content into the index; how many entries, 0 when it was there already.

    Safe with several workers: the first takes the lock (SQLite: the transaction of a write begins
    IMMEDIATE, see lms.db), the others wait and then find it done.
    """
    name, held = _state(catalogue())
    on_postgresql = db.engine.dialect.name == "postgresql"
    if on_postgresql:
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if index.has_edition(name):
        return 0
    stale = list(index.editions())[EDITIONS_KEPT - 1 :]
    db.session.execute(delete(SearchEntry).where(SearchEntry.edition.in_(stale)))
    db.session.execute(delete(SearchEdition).where(SearchEdition.edition.in_(stale)))
    db.session.execute(insert(SearchEdition), {"edition": name, "built_at": now})
    rows = [
        {
            "edition": name,
            "kind": one.kind.value,
            "key": one.key,
            "programme": one.programme,
            "title": one.title,
            "body": one.body,
        }
        for one in held
    ]
    if rows:
        db.session.execute(insert(SearchEntry), rows)
    if on_postgresql:
        db.session.execute(text(_FILL_POSTGRESQL), {"edition": name})
    else:
        db.session.execute(text(_FILL_SQLITE))
    return len(rows)


# An FTS5 table over another table's text is told to read it again; vectors are written beside it.
_FILL_SQLITE = "INSERT INTO search_words (search_words) VALUES ('rebuild')"
_FILL_POSTGRESQL = """
INSERT INTO search_words (entry_id, words)
SELECT id, setweight(to_tsvector('english', title), 'A')
  || setweight(to_tsvector('english', body), 'D')
FROM search_entries WHERE edition = :edition
"""


def search(question: str, *, actor: Actor) -> Answer:
    """What the person may read that answers their question. The question is kept nowhere."""
    asked = phrases(question)
    every = tuple(programme.key for programme in catalogue().programmes)
    readable = readable_programmes(actor, every)
    own = [key for key in readable if actor.enrolment_in(key) is not None]
    name = _state(catalogue())[0]
    found = index.find_words(asked, edition=name, programmes=readable, own=own)
    if found or len(asked) < 2:
        return Answer(tuple(found))
    rest = index.find_words(asked, edition=name, programmes=readable, own=own, every=False)
    return Answer(tuple(rest), some=bool(rest))
