"""Asking the index: one interface, two databases. What somebody asked for is kept nowhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text

from lms.db import db
from lms.modules.models.search import SearchEdition
from lms.modules.rules.search import START, STOP, Kind, Phrases

MOST_FOUND = 40

# Assessments are found in one's own programmes only: a brief opens for those who have a place.
_SQLITE = """
SELECT entry.kind, entry.key, entry.title,
  snippet(search_words, 1, :start, :stop, '…', 28) AS snippet
FROM search_words JOIN search_entries AS entry ON entry.id = search_words.rowid
WHERE search_words MATCH :words
  AND entry.edition = :edition AND entry.programme IN :programmes
  AND (entry.kind <> 'assessment' OR entry.programme IN :own)
ORDER BY bm25(search_words, 8.0, 1.0), entry.id LIMIT :most
"""
_POSTGRESQL = """
SELECT entry.kind, entry.key, entry.title,
  ts_headline('english', entry.body, asked.words, :how) AS snippet
FROM websearch_to_tsquery('english', :words) AS asked(words)
  JOIN search_words AS held ON held.words @@ asked.words
  JOIN search_entries AS entry ON entry.id = held.entry_id
WHERE true
  AND entry.edition = :edition AND entry.programme IN :programmes
  AND (entry.kind <> 'assessment' OR entry.programme IN :own)
ORDER BY ts_rank_cd(held.words, asked.words) DESC, entry.id LIMIT :most
"""


@dataclass(frozen=True)
class Found:
    """A row of the answer; `snippet` has the words found between START and STOP."""

    kind: Kind
    key: str
    title: str
    snippet: str


def has_edition(edition: str) -> bool:
    """Is this state of the content in the index?"""
    asked = select(SearchEdition.edition).where(SearchEdition.edition == edition)
    return db.session.scalar(asked) is not None


def editions() -> Sequence[str]:
    """The states in the index, the latest first."""
    return db.session.scalars(
        select(SearchEdition.edition).order_by(SearchEdition.built_at.desc(), SearchEdition.edition)
    ).all()


def find_words(
    asked: Phrases,
    *,
    edition: str,
    programmes: Collection[str],
    own: Collection[str],
    every: bool = True,
) -> list[Found]:
    """What holds every word (or, without `every`, any of them), the best first.

    `programmes` are those the person may read, `own` those they have a place in.
    """
    if not asked or not programmes:
        return []
    quoted = [f'"{" ".join(phrase)}"' for phrase in asked]
    given: dict[str, object] = {
        "edition": edition,
        "programmes": list(programmes),
        "own": list(own) or [""],  # an empty list has no type of its own
        "most": MOST_FOUND,
    }
    if db.engine.dialect.name == "postgresql":
        statement = _POSTGRESQL
        given["words"] = (" " if every else " or ").join(quoted)
        given["how"] = f"StartSel={START}, StopSel={STOP}, MaxWords=30, MinWords=15, MaxFragments=1"
    else:
        statement = _SQLITE
        given["words"] = (" AND " if every else " OR ").join(quoted)
        given |= {"start": START, "stop": STOP}
    bound = text(statement).bindparams(
        bindparam("programmes", expanding=True), bindparam("own", expanding=True)
    )
    rows = db.session.execute(bound, given)
    return [Found(Kind(row.kind), row.key, row.title, row.snippet or "") for row in rows]
