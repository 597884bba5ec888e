"""Every version of a page that somebody read, and not only the latest."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_page_readings_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_readings")),
        sa.UniqueConstraint(
            "enrolment_id",
            "page_key",
            "content_hash",
            name=op.f("uq_page_readings_enrolment_id_page_key_content_hash"),
        ),
    )
    op.execute(
        "INSERT INTO page_readings (enrolment_id, page_key, content_hash, read_at) "
        "SELECT enrolment_id, page_key, content_hash, done_at FROM page_completions"
    )


def downgrade() -> None:
    op.drop_table("page_readings")
