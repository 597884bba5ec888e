"""Sheets of marks that came back, until they are applied or put away."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
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


def downgrade() -> None:
    op.drop_table("marking_sheets")
