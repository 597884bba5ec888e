"""What follows a release: comments as released, questions about a mark, a learner's next step."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_as_released",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_feedback_as_released_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_as_released")),
        sa.UniqueConstraint(
            "submission_id", "sequence", name=op.f("uq_feedback_as_released_submission_id_sequence")
        ),
    )
    op.create_table(
        "mark_queries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_mark_queries_says_something")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_mark_queries_answered_whole"),
        ),
        sa.CheckConstraint(
            "outcome IN ('no-change', 'correction')", name=op.f("ck_mark_queries_known_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_mark_queries_answered_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_mark_queries_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_queries")),
    )
    op.create_index(
        op.f("ix_mark_queries_submission_id"), "mark_queries", ["submission_id"], unique=False
    )
    op.create_index(
        "uq_mark_queries_one_open",
        "mark_queries",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "next_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_next_steps_says_something")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_next_steps_enrolment_id_enrolments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_steps")),
        sa.UniqueConstraint(
            "enrolment_id", "assessment", name=op.f("uq_next_steps_enrolment_id_assessment")
        ),
    )


def downgrade() -> None:
    op.drop_table("next_steps")
    op.drop_index("uq_mark_queries_one_open", table_name="mark_queries")
    op.drop_index(op.f("ix_mark_queries_submission_id"), table_name="mark_queries")
    op.drop_table("mark_queries")
    op.drop_table("feedback_as_released")
