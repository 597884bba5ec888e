"""Where a VLE keeps something for us, and the digest of what it keeps, until a launch is opened."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("storage_target", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("kept_digest", sa.Text(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_login_attempts_kept_somewhere"),
            "(storage_target IS NULL) = (kept_digest IS NULL)",
        )
    with op.batch_alter_table("launches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_digest", sa.Text(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_launches_kept_until_opened"),
            "kept_digest IS NULL OR ticket_digest IS NOT NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("launches", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_launches_kept_until_opened"), type_="check")
        batch_op.drop_column("kept_digest")
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_login_attempts_kept_somewhere"), type_="check")
        batch_op.drop_column("kept_digest")
        batch_op.drop_column("storage_target")
