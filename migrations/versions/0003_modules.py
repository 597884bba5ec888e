"""What is read, practised and written in the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_editions",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_search_editions")),
    )
    op.create_table(
        "card_placings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_card_placings_version_from_one")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_card_placings_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_placings")),
        sa.UniqueConstraint(
            "user_id", "activity_key", name=op.f("uq_card_placings_user_id_activity_key")
        ),
    )
    op.create_table(
        "confidence_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("after", sa.Boolean(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 5", name=op.f("ck_confidence_ratings_five_steps")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_confidence_ratings_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confidence_ratings")),
        sa.UniqueConstraint(
            "user_id",
            "activity_key",
            "statement_id",
            "after",
            name=op.f("uq_confidence_ratings_user_id_activity_key_statement_id_after"),
        ),
    )
    op.create_table(
        "filled_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_filled_templates_version_from_one")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_filled_templates_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filled_templates")),
        sa.UniqueConstraint(
            "user_id", "activity_key", name=op.f("uq_filled_templates_user_id_activity_key")
        ),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_journal_entries_version_from_one")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_journal_entries_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint(
            "user_id", "activity_key", name=op.f("uq_journal_entries_user_id_activity_key")
        ),
    )
    op.create_table(
        "pages_kept",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(version = 0) = (noted_at IS NULL)", name=op.f("ck_pages_kept_noted_when_written")
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_pages_kept_version_from_zero")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pages_kept_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages_kept")),
        sa.UniqueConstraint("user_id", "page_key", name=op.f("uq_pages_kept_user_id_page_key")),
    )
    op.create_table(
        "scenario_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum("chose", "went back", "began again", name="act", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("scene_id", sa.Text(), nullable=True),
        sa.Column("way_id", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(act = 'began again') = (scene_id IS NULL)",
            name=op.f("ck_scenario_acts_only_beginning_names_no_scene"),
        ),
        sa.CheckConstraint(
            "(act = 'chose') = (way_id IS NOT NULL)",
            name=op.f("ck_scenario_acts_only_choosing_names_a_way"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_scenario_acts_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_scenario_acts_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario_acts")),
        sa.UniqueConstraint(
            "user_id",
            "activity_key",
            "number",
            name=op.f("uq_scenario_acts_user_id_activity_key_number"),
        ),
    )
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"],
            ["search_editions.edition"],
            name=op.f("fk_search_entries_edition_search_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
    )
    with op.batch_alter_table("search_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_entries_edition_programme", ["edition", "programme"], unique=False
        )

    op.create_table(
        "check_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("activity_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_check_attempts_counts_from_one")),
        sa.CheckConstraint(
            "points >= 0 AND points <= maximum",
            name=op.f("ck_check_attempts_points_within_maximum"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_check_attempts_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_attempts")),
        sa.UniqueConstraint(
            "enrolment_id",
            "activity_key",
            "number",
            name=op.f("uq_check_attempts_enrolment_id_activity_key_number"),
        ),
    )
    with op.batch_alter_table("check_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_check_attempts_passed", ["enrolment_id", "passed"], unique=False)

    op.create_table(
        "page_completions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_page_completions_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_completions")),
        sa.UniqueConstraint(
            "enrolment_id", "page_key", name=op.f("uq_page_completions_enrolment_id_page_key")
        ),
    )
    op.create_table(
        "reading_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("page_key", sa.Text(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("all", "summary", "alternative", name="way", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_reading_choices_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_choices")),
        sa.UniqueConstraint(
            "enrolment_id", "page_key", name=op.f("uq_reading_choices_enrolment_id_page_key")
        ),
    )


def downgrade() -> None:
    op.drop_table("reading_choices")
    op.drop_table("page_completions")
    with op.batch_alter_table("check_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_check_attempts_passed")

    op.drop_table("check_attempts")
    with op.batch_alter_table("search_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_search_entries_edition_programme")

    op.drop_table("search_entries")
    op.drop_table("scenario_acts")
    op.drop_table("pages_kept")
    op.drop_table("journal_entries")
    op.drop_table("filled_templates")
    op.drop_table("confidence_ratings")
    op.drop_table("card_placings")
    op.drop_table("search_editions")
