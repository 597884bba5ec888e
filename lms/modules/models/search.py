"""The search index: what can be found, copied from the content files; it can be made anew any day.

`search_words` is how each database finds words: an FTS5 table on SQLite, vectors with a GIN index
on PostgreSQL. It is no table of the models, because neither kind can be written as one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base

_FTS5 = """CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(
  title, body, content='search_entries', content_rowid='id',
  tokenize='porter unicode61 remove_diacritics 2')"""
_VECTORS = """CREATE TABLE IF NOT EXISTS search_words (
  entry_id INTEGER NOT NULL CONSTRAINT pk_search_words PRIMARY KEY,
  words TSVECTOR NOT NULL,
  CONSTRAINT fk_search_words_entry_id_search_entries
    FOREIGN KEY (entry_id) REFERENCES search_entries (id) ON DELETE CASCADE)"""
_GIN = "CREATE INDEX IF NOT EXISTS ix_search_words_words ON search_words USING gin (words)"
MAKE_WORDS = {"sqlite": (_FTS5,), "postgresql": (_VECTORS, _GIN)}
DROP_WORDS = "DROP TABLE IF EXISTS search_words"


class SearchEdition(Base):
    """A state of the content that the index holds. Two are kept: servers change one by one."""

    __tablename__ = "search_editions"

    edition: Mapped[str] = mapped_column(primary_key=True)
    built_at: Mapped[datetime]


class SearchEntry(Base):
    """One thing that can be found in an edition."""

    __tablename__ = "search_entries"
    __table_args__ = (Index("ix_search_entries_edition_programme", "edition", "programme"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(ForeignKey("search_editions.edition"))
    kind: Mapped[str]
    key: Mapped[str]
    programme: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]


def _made_by_hand(name: str, statement: str, dialect: str | None = None) -> None:
    made: Any = DDL(statement)  # type: ignore[no-untyped-call]
    event.listen(SearchEntry.__table__, name, made.execute_if(dialect=dialect) if dialect else made)


for _dialect, _statements in MAKE_WORDS.items():
    for _statement in _statements:
        _made_by_hand("after_create", _statement, _dialect)
_made_by_hand("before_drop", DROP_WORDS)
