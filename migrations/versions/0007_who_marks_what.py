"""Who marks which script, who must not, who opened it; and a person's supervisor at work."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topics_not_taken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "sexual exploitation or assault",
                "violence",
                "harm to children",
                "death or suicide",
                "self-harm",
                "detention or removal",
                name="topic",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["users.id"], name=op.f("fk_topics_not_taken_marker_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics_not_taken")),
        sa.UniqueConstraint("marker_id", "topic", name=op.f("uq_topics_not_taken_marker_id_topic")),
    )
    op.create_table(
        "declared_interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["users.id"], name=op.f("fk_declared_interests_declared_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_declared_interests_enrolment_id_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["users.id"], name=op.f("fk_declared_interests_marker_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_interests")),
        sa.UniqueConstraint(
            "marker_id", "enrolment_id", name=op.f("uq_declared_interests_marker_id_enrolment_id")
        ),
    )
    with op.batch_alter_table("declared_interests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_declared_interests_enrolment_id"), ["enrolment_id"], unique=False
        )

    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended",
            sa.Enum("moved", "handed back", name="ending", native_enum=False, length=32),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended IS NULL)", name=op.f("ck_allocations_ended_somehow")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["users.id"], name=op.f("fk_allocations_given_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["users.id"], name=op.f("fk_allocations_marker_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_allocations_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allocations_submission_id"), ["submission_id"], unique=False
        )
        batch_op.create_index(
            "uq_allocations_one_at_a_time",
            ["submission_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "names_shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("shown_to", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_names_shown_with_a_reason")),
        sa.ForeignKeyConstraint(
            ["shown_to"], ["users.id"], name=op.f("fk_names_shown_shown_to_users")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_names_shown_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_names_shown")),
        sa.UniqueConstraint(
            "submission_id", "shown_to", name=op.f("uq_names_shown_submission_id_shown_to")
        ),
    )
    op.create_table(
        "script_topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "sexual exploitation or assault",
                "violence",
                "harm to children",
                "death or suicide",
                "self-harm",
                "detention or removal",
                name="topic",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_script_topics_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_topics")),
        sa.UniqueConstraint(
            "submission_id", "topic", name=op.f("uq_script_topics_submission_id_topic")
        ),
    )
    op.create_table(
        "scripts_opened",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("fk_scripts_opened_opened_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_scripts_opened_submission_id_submissions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts_opened")),
        sa.UniqueConstraint(
            "submission_id",
            "opened_by",
            "day",
            name=op.f("uq_scripts_opened_submission_id_opened_by_day"),
        ),
    )
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("supervisor_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_employments_supervisor_id_users"), "users", ["supervisor_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_employments_supervisor_id_users"), type_="foreignkey"
        )
        batch_op.drop_column("supervisor_id")

    op.drop_table("scripts_opened")
    op.drop_table("script_topics")
    op.drop_table("names_shown")
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_allocations_one_at_a_time",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_allocations_submission_id"))

    op.drop_table("allocations")
    with op.batch_alter_table("declared_interests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declared_interests_enrolment_id"))

    op.drop_table("declared_interests")
    op.drop_table("topics_not_taken")
