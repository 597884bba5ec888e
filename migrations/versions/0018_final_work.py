"""Handed-in work has a moment from which it is final, and markers open it; a lead gives it back."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "submissions", sa.Column("given_back", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("submissions", sa.Column("final_at", sa.DateTime(timezone=True), nullable=True))
    # What a marker has opened stays final.
    op.execute(
        "UPDATE submissions SET final_at = CASE"
        " WHEN handed_in_at > due_at"
        " OR id IN (SELECT submission_id FROM marks)"
        " OR id IN (SELECT submission_id FROM scripts_opened)"
        " THEN handed_in_at ELSE due_at END"
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.alter_column("final_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_submissions_final_once_handed_in"), "final_at >= handed_in_at"
        )


def downgrade() -> None:
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_submissions_final_once_handed_in"), type_="check")
        batch_op.drop_column("final_at")
        batch_op.drop_column("given_back")
