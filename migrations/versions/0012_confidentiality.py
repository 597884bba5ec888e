"""That work was checked for what could identify somebody, and the copy a marker is given."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confidentiality_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Integer(), nullable=False),
        sa.Column("explained", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "found >= 0 AND fixed >= 0 AND explained >= 0",
            name=op.f("ck_confidentiality_checks_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_confidentiality_checks_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confidentiality_checks")),
        sa.UniqueConstraint(
            "enrolment_id",
            "assessment",
            "attempt",
            name=op.f("uq_confidentiality_checks_enrolment_id_assessment_attempt"),
        ),
    )
    with op.batch_alter_table("submission_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marker_key", sa.Text(), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_submission_files_marker_key"), ["marker_key"]
        )


def downgrade() -> None:
    with op.batch_alter_table("submission_files", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_submission_files_marker_key"), type_="unique")
        batch_op.drop_column("marker_key")
    op.drop_table("confidentiality_checks")
