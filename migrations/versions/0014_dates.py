"""Further attempts and their kind; more time and why; standing adjustments; pauses."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.Column("formats", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extra_days >= 0", name=op.f("ck_adjustments_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_adjustments_enrolment_id_enrolments")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_adjustments_set_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_adjustments_enrolment_id")),
    )
    op.create_table(
        "more_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "wants",
            sa.Enum("days", "deferral", name="wants", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "my health",
                "somebody I care for",
                "my work",
                "something else in my life",
                "I would rather not say",
                name="category",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "granted",
                "declined",
                "withdrawn",
                name="state",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name=op.f("ck_more_time_settled_somehow")
        ),
        sa.CheckConstraint(
            "until IS NULL OR state = 'granted'", name=op.f("ck_more_time_until_when_granted")
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_more_time_attempt_from_one")),
        sa.CheckConstraint("days IS NULL OR days >= 1", name=op.f("ck_more_time_days_from_one")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_more_time_enrolment_id_enrolments")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["users.id"], name=op.f("fk_more_time_settled_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_more_time")),
    )
    with op.batch_alter_table("more_time", schema=None) as batch_op:
        batch_op.create_index(
            "ix_more_time_enrolment_id_assessment", ["enrolment_id", "assessment"], unique=False
        )
        batch_op.create_index(
            "uq_more_time_one_open",
            ["enrolment_id", "assessment"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "opened_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("first", "resit", "deferred", name="attempt", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("puts_off", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'first'", name=op.f("ck_opened_attempts_not_the_first")),
        sa.CheckConstraint("number >= 2", name=op.f("ck_opened_attempts_number_from_two")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_opened_attempts_enrolment_id_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("fk_opened_attempts_opened_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_attempts")),
        sa.UniqueConstraint(
            "enrolment_id",
            "assessment",
            "number",
            name=op.f("uq_opened_attempts_enrolment_id_assessment_number"),
        ),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= began_at", name=op.f("ck_pauses_ended_after_it_began")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_pauses_enrolment_id_enrolments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pauses_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            "uq_pauses_one_at_a_time",
            ["enrolment_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "circumstances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("more_time_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["more_time_id"], ["more_time.id"], name=op.f("fk_circumstances_more_time_id_more_time")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circumstances")),
        sa.UniqueConstraint("more_time_id", name=op.f("uq_circumstances_more_time_id")),
    )
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("more_time_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_files_not_empty")),
        sa.ForeignKeyConstraint(
            ["more_time_id"],
            ["more_time.id"],
            name=op.f("fk_evidence_files_more_time_id_more_time"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_files")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_evidence_files_storage_key")),
    )
    with op.batch_alter_table("evidence_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_files_more_time_id"), ["more_time_id"], unique=False
        )

    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "attempt_kind",
                sa.Enum("first", "resit", "deferred", name="attempt", native_enum=False, length=32),
                nullable=False,
                server_default="first",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_column("attempt_kind")

    with op.batch_alter_table("evidence_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_files_more_time_id"))

    op.drop_table("evidence_files")
    op.drop_table("circumstances")
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pauses_one_at_a_time",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_pauses_enrolment_id"))

    op.drop_table("pauses")
    op.drop_table("opened_attempts")
    with op.batch_alter_table("more_time", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_more_time_one_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index("ix_more_time_enrolment_id_assessment")

    op.drop_table("more_time")
    op.drop_table("adjustments")
