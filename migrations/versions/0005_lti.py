"""Platforms, launches and scores."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platforms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("auth_login_url", sa.Text(), nullable=False),
        sa.Column("auth_token_url", sa.Text(), nullable=False),
        sa.Column("key_set_url", sa.Text(), nullable=False),
        sa.Column("auth_audience", sa.Text(), nullable=True),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_launch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposal", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platforms")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_platforms_issuer_client_id")),
    )
    op.create_table(
        "registration_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state_digest", sa.Text(), nullable=False),
        sa.Column("offer", sa.JSON(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_attempts")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_registration_attempts_state_digest")),
    )
    with op.batch_alter_table("registration_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_registration_attempts_created", ["created_at"], unique=False)

    op.create_table(
        "tool_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public_jwk", sa.JSON(), nullable=False),
        sa.Column("sealed_pem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_keys")),
        sa.UniqueConstraint("kid", name=op.f("uq_tool_keys_kid")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_access_tokens_platform_id_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint(
            "platform_id", "scopes", name=op.f("uq_access_tokens_platform_id_scopes")
        ),
    )
    op.create_table(
        "connection_checks",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["platforms.id"],
            name=op.f("fk_connection_checks_platform_id_platforms"),
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_connection_checks")),
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("vle_id", sa.Text(), nullable=False),
        sa.Column("notices_url", sa.Text(), nullable=True),
        sa.Column("notices_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_deployments_platform_id_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint(
            "platform_id", "vle_id", name=op.f("uq_deployments_platform_id_vle_id")
        ),
    )
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("state_digest", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("browser_digest", sa.Text(), nullable=False),
        sa.Column("target_link_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_login_attempts_platform_id_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempts")),
        sa.UniqueConstraint("state_digest", name=op.f("uq_login_attempts_state_digest")),
    )
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempts_created", ["created_at"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_notices_platform_id_platforms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("platform_id", "nonce", name=op.f("uq_notices_platform_id_nonce")),
        sa.UniqueConstraint(
            "platform_id", "notice_id", name=op.f("uq_notices_platform_id_notice_id")
        ),
    )
    op.create_table(
        "platform_key_sets",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["platforms.id"],
            name=op.f("fk_platform_key_sets_platform_id_platforms"),
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform_key_sets")),
    )
    op.create_table(
        "platform_rests",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_platform_rests_platform_id_platforms")
        ),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform_rests")),
    )
    op.create_table(
        "vle_identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_vle_identities_platform_id_platforms")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_vle_identities_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vle_identities")),
        sa.UniqueConstraint(
            "platform_id", "subject", name=op.f("uq_vle_identities_platform_id_subject")
        ),
    )
    with op.batch_alter_table("vle_identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vle_identities_user_id"), ["user_id"], unique=False)

    op.create_table(
        "contexts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("vle_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("memberships_url", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("linked_by", sa.Integer(), nullable=True),
        sa.Column("copied_from_id", sa.Integer(), nullable=True),
        sa.Column("groups_url", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(cohort_id IS NULL) = (linked_at IS NULL)", name=op.f("ck_contexts_linked_together")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name=op.f("fk_contexts_cohort_id_cohorts")
        ),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["contexts.id"], name=op.f("fk_contexts_copied_from_id_contexts")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name=op.f("fk_contexts_deployment_id_deployments"),
        ),
        sa.ForeignKeyConstraint(
            ["linked_by"], ["users.id"], name=op.f("fk_contexts_linked_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contexts")),
        sa.UniqueConstraint(
            "deployment_id", "vle_id", name=op.f("uq_contexts_deployment_id_vle_id")
        ),
    )
    with op.batch_alter_table("contexts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contexts_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "column_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "sent", "refused", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_column_searches_context_id_contexts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_searches")),
        sa.UniqueConstraint(
            "context_id", "target", name=op.f("uq_column_searches_context_id_target")
        ),
    )
    op.create_table(
        "course_members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column("taught", sa.Boolean(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_course_members_context_id_contexts")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["vle_identities.id"],
            name=op.f("fk_course_members_identity_id_vle_identities"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_members")),
        sa.UniqueConstraint(
            "context_id", "identity_id", name=op.f("uq_course_members_context_id_identity_id")
        ),
    )
    with op.batch_alter_table("course_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_members_identity_id"), ["identity_id"], unique=False
        )

    op.create_table(
        "resource_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("vle_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("lineitem_url", sa.Text(), nullable=True),
        sa.Column("lineitems_url", sa.Text(), nullable=True),
        sa.Column("lineitem_gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_resource_links_context_id_contexts")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name=op.f("fk_resource_links_deployment_id_deployments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_links")),
        sa.UniqueConstraint(
            "deployment_id",
            "context_id",
            "vle_id",
            name=op.f("uq_resource_links_deployment_id_context_id_vle_id"),
        ),
    )
    with op.batch_alter_table("resource_links", schema=None) as batch_op:
        batch_op.create_index("ix_resource_links_target", ["target"], unique=False)
        batch_op.create_index("ix_resource_links_vle", ["deployment_id", "vle_id"], unique=False)

    op.create_table(
        "rosters",
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("differences_url", sa.Text(), nullable=True),
        sa.Column("kept_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_rosters_context_id_contexts")
        ),
        sa.PrimaryKeyConstraint("context_id", name=op.f("pk_rosters")),
    )
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rosters_due_at"), ["due_at"], unique=False)

    op.create_table(
        "launches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("resource_link_id", sa.Integer(), nullable=True),
        sa.Column("browser_digest", sa.Text(), nullable=True),
        sa.Column("ticket_digest", sa.Text(), nullable=True),
        sa.Column("ticket_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("landing", sa.Text(), nullable=False),
        sa.Column("framed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(ticket_digest IS NULL) = (ticket_expires_at IS NULL)",
            name=op.f("ck_launches_tickets_expire"),
        ),
        sa.CheckConstraint(
            "browser_digest IS NOT NULL OR ticket_digest IS NOT NULL",
            name=op.f("ck_launches_opened_or_ticketed"),
        ),
        sa.ForeignKeyConstraint(
            ["context_id"], ["contexts.id"], name=op.f("fk_launches_context_id_contexts")
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platforms.id"], name=op.f("fk_launches_platform_id_platforms")
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_links.id"],
            name=op.f("fk_launches_resource_link_id_resource_links"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_launches_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_launches_public_id")),
        sa.UniqueConstraint("ticket_digest", name=op.f("uq_launches_ticket_digest")),
    )
    with op.batch_alter_table("launches", schema=None) as batch_op:
        batch_op.create_index("ix_launches_created", ["created_at"], unique=False)

    op.create_table(
        "result_checks",
        sa.Column("resource_link_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_links.id"],
            name=op.f("fk_result_checks_resource_link_id_resource_links"),
        ),
        sa.PrimaryKeyConstraint("resource_link_id", name=op.f("pk_result_checks")),
    )
    op.create_table(
        "score_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.Integer(), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("waiting", "sent", "refused", name="delivery", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_timestamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'sent') = (sent_at IS NOT NULL)",
            name=op.f("ck_score_deliveries_sent_has_time"),
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"],
            ["vle_identities.id"],
            name=op.f("fk_score_deliveries_identity_id_vle_identities"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_links.id"],
            name=op.f("fk_score_deliveries_resource_link_id_resource_links"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_deliveries")),
        sa.UniqueConstraint(
            "result_id",
            "sequence",
            "resource_link_id",
            name=op.f("uq_score_deliveries_result_id_sequence_resource_link_id"),
        ),
    )
    with op.batch_alter_table("score_deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_score_deliveries_due", ["status", "due_at"], unique=False)
        batch_op.create_index(
            "ix_score_deliveries_person", ["resource_link_id", "identity_id"], unique=False
        )

    op.create_table(
        "linkings",
        sa.Column("launch_id", sa.Integer(), nullable=False),
        sa.Column("sealed_return", sa.Text(), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["launch_id"], ["launches.id"], name=op.f("fk_linkings_launch_id_launches")
        ),
        sa.PrimaryKeyConstraint("launch_id", name=op.f("pk_linkings")),
    )
    op.create_table(
        "mark_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "another mark",
                "no mark",
                "no column",
                name="difference",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "keep theirs", "send ours again", name="decision", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)",
            name=op.f("ck_mark_differences_decided_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_mark_differences_decided_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["score_deliveries.id"],
            name=op.f("fk_mark_differences_delivery_id_score_deliveries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_differences")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_mark_differences_delivery_id")),
    )


def downgrade() -> None:
    op.drop_table("mark_differences")
    op.drop_table("linkings")
    with op.batch_alter_table("score_deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_score_deliveries_person")
        batch_op.drop_index("ix_score_deliveries_due")

    op.drop_table("score_deliveries")
    op.drop_table("result_checks")
    with op.batch_alter_table("launches", schema=None) as batch_op:
        batch_op.drop_index("ix_launches_created")

    op.drop_table("launches")
    with op.batch_alter_table("rosters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rosters_due_at"))

    op.drop_table("rosters")
    with op.batch_alter_table("resource_links", schema=None) as batch_op:
        batch_op.drop_index("ix_resource_links_vle")
        batch_op.drop_index("ix_resource_links_target")

    op.drop_table("resource_links")
    with op.batch_alter_table("course_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_members_identity_id"))

    op.drop_table("course_members")
    op.drop_table("column_searches")
    with op.batch_alter_table("contexts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contexts_cohort_id"))

    op.drop_table("contexts")
    with op.batch_alter_table("vle_identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vle_identities_user_id"))

    op.drop_table("vle_identities")
    op.drop_table("platform_rests")
    op.drop_table("platform_key_sets")
    op.drop_table("notices")
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempts_created")

    op.drop_table("login_attempts")
    op.drop_table("deployments")
    op.drop_table("connection_checks")
    op.drop_table("access_tokens")
    op.drop_table("tool_keys")
    with op.batch_alter_table("registration_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_registration_attempts_created")

    op.drop_table("registration_attempts")
    op.drop_table("platforms")
