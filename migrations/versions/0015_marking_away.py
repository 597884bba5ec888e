"""Sheets of marks that came back, and words to a cohort while they are being written."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "marking_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name=op.f("fk_marking_sheets_cohort_id_cohorts")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_marking_sheets_owner_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_sheets")),
        sa.UniqueConstraint(
            "owner_id",
            "cohort_id",
            "assessment",
            name=op.f("uq_marking_sheets_owner_id_cohort_id_assessment"),
        ),
    )
    with op.batch_alter_table("cohort_feedback", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE cohort_feedback SET draft = text")
    with op.batch_alter_table("cohort_feedback", schema=None) as batch_op:
        batch_op.alter_column("draft", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("cohort_feedback", schema=None) as batch_op:
        batch_op.drop_column("draft")

    op.drop_table("marking_sheets")
