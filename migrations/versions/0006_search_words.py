"""How each database finds words: FTS5 on SQLite, vectors with a GIN index on PostgreSQL."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQLITE = (
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5("
        "title, body, content='search_entries', content_rowid='id', "
        "tokenize='porter unicode61 remove_diacritics 2')"
    ),
)
POSTGRESQL = (
    (
        "CREATE TABLE IF NOT EXISTS search_words ("
        "entry_id INTEGER NOT NULL CONSTRAINT pk_search_words PRIMARY KEY, "
        "words TSVECTOR NOT NULL, "
        "CONSTRAINT fk_search_words_entry_id_search_entries "
        "FOREIGN KEY (entry_id) REFERENCES search_entries (id) ON DELETE CASCADE)"
    ),
    "CREATE INDEX IF NOT EXISTS ix_search_words_words ON search_words USING gin (words)",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS search_words")
