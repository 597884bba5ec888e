"""Comments on passages, comments to use again, and what is said to a whole cohort."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=True),
        sa.Column("criterion", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_bank_comments_says_something")),
        sa.CheckConstraint(
            "(assessment IS NULL) = (criterion IS NULL)",
            name=op.f("ck_bank_comments_both_or_neither"),
        ),
        sa.CheckConstraint("used >= 0", name=op.f("ck_bank_comments_used_not_negative")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_bank_comments_owner_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_comments")),
        sa.UniqueConstraint(
            "owner_id",
            "assessment",
            "criterion",
            "text",
            name=op.f("uq_bank_comments_owner_id_assessment_criterion_text"),
        ),
    )
    with op.batch_alter_table("bank_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_comments_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "cohort_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name=op.f("fk_cohort_feedback_cohort_id_cohorts")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["users.id"], name=op.f("fk_cohort_feedback_saved_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_feedback")),
        sa.UniqueConstraint(
            "cohort_id", "assessment", name=op.f("uq_cohort_feedback_cohort_id_assessment")
        ),
    )
    op.create_table(
        "pinned_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("comment <> ''", name=op.f("ck_pinned_comments_says_something")),
        sa.CheckConstraint("place >= 1", name=op.f("ck_pinned_comments_place_from_one")),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["submission_files.id"],
            name=op.f("fk_pinned_comments_file_id_submission_files"),
        ),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["marks.id"], name=op.f("fk_pinned_comments_mark_id_marks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_comments")),
    )
    op.create_index(
        "uq_pinned_comments_one_a_passage",
        "pinned_comments",
        ["mark_id", sa.text("coalesce(file_id, 0)"), "place"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index("uq_pinned_comments_one_a_passage", table_name="pinned_comments")
    op.drop_table("pinned_comments")
    op.drop_table("cohort_feedback")
    with op.batch_alter_table("bank_comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_comments_owner_id"))

    op.drop_table("bank_comments")
