"""Handed-in work can be taken back; what was taken back stays, and does not count."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ONCE = "uq_submissions_enrolment_id_assessment_attempt"
STANDS = sa.text("taken_back_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f(ONCE), type_="unique")
    op.create_index(
        "uq_submissions_one_stands",
        "submissions",
        ["enrolment_id", "assessment", "attempt"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    # What was taken back has no place before this: nothing was marked of it.
    gone = "SELECT id FROM submissions WHERE taken_back_at IS NOT NULL"
    for table in ("allocations", "script_topics", "names_shown", "scripts_opened"):
        op.execute(f"DELETE FROM {table} WHERE submission_id IN ({gone})")  # noqa: S608
    op.execute("DELETE FROM submissions WHERE taken_back_at IS NOT NULL")
    op.drop_index(
        "uq_submissions_one_stands",
        table_name="submissions",
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f(ONCE), ["enrolment_id", "assessment", "attempt"]
        )
        batch_op.drop_column("taken_back_at")
