"""Time and trust: breaches, intervals with a calendar of their own, the ledger and its disputes, the blacklist,
appeals, certificates, visits that are watched, and runs of a period."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("scheduled_for", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "scheduled_for", name=op.f("pk_job_run")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("is_photo", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("media_group_id", sa.String(length=64), nullable=True),
        sa.Column("first_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("file_id", sa.String(length=200), nullable=False),
        sa.Column("file_unique_id", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetch_tries", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_certificate_checked_by_person")),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["contractor.id"], name=op.f("fk_certificate_contractor_id_contractor")
        ),
        sa.ForeignKeyConstraint(["first_id"], ["certificate.id"], name=op.f("fk_certificate_first_id_certificate")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_certificate_skill_id_skill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("bot_id", "chat_id", "message_id", name=op.f("uq_certificate_bot_id_chat_id_message_id")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_file_unique_id"), ["file_unique_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_first_id"), ["first_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_media_group_id"), ["media_group_id"], unique=False)
        batch_op.create_index(
            "ix_certificate_fetch",
            ["fetch_at"],
            unique=False,
            sqlite_where=sa.text("fetch_at IS NOT NULL"),
            postgresql_where=sa.text("fetch_at IS NOT NULL"),
        )
        batch_op.create_index("ix_certificate_skill", ["contractor_id", "skill_id"], unique=False)
        batch_op.create_index(
            "ix_certificate_waiting",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )

    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["block.id"], name=op.f("fk_appeal_block_id_block")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_appeal_decided_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appeal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("block_id", name=op.f("uq_appeal_block_id")),
    )
    op.create_table(
        "block_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refusal", sa.String(length=300), nullable=False),
        sa.CheckConstraint("(contractor_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_block_request_one_subject")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_block_request_asked_by_person")),
        sa.ForeignKeyConstraint(["block_id"], ["block.id"], name=op.f("fk_block_request_block_id_block")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_block_request_client_id_client")),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["contractor.id"], name=op.f("fk_block_request_contractor_id_contractor")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_block_request_decided_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_block_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block_request")),
        sa.UniqueConstraint("block_id", name=op.f("uq_block_request_block_id")),
    )
    with op.batch_alter_table("block_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_block_request_open",
            ["contractor_id", "person_id"],
            unique=False,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "breach",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whose", sa.String(40), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ours_min", sa.Integer(), nullable=False),
        sa.Column("theirs_min", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annul_reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_breach_audit_id_audit")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_breach_clock_id_clock")),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractor.id"], name=op.f("fk_breach_contractor_id_contractor")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_breach_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_breach_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breach")),
        sa.UniqueConstraint("clock_id", name=op.f("uq_breach_clock_id")),
    )
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.create_index("ix_breach_contractor", ["contractor_id", "at"], unique=False)
        batch_op.create_index("ix_breach_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "quality_dispute",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_quality_dispute_decided_by_person")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["quality_event.id"], name=op.f("fk_quality_dispute_event_id_quality_event")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quality_dispute_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_dispute")),
        sa.UniqueConstraint("event_id", name=op.f("uq_quality_dispute_event_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("under_watch", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.add_column(sa.Column("level", sa.String(40), nullable=False, server_default="blocked"))
        batch_op.add_column(sa.Column("rule", sa.String(40), nullable=False, server_default="by_hand"))
        batch_op.add_column(sa.Column("cost", sa.Text(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("lifted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("lift_reason", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("phone", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("telegram_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_block_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_block_telegram_id"), ["telegram_id"], unique=False)
        batch_op.create_index(
            "ix_block_ends_at",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("ends_at IS NOT NULL"),
            postgresql_where=sa.text("ends_at IS NOT NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_block_audit_id_audit"), "audit", ["audit_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_block_lifted_by_person"), "person", ["lifted_by"], ["id"])

    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.String(40), nullable=False, server_default="working"))
        batch_op.add_column(sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_upheld", sa.Boolean(), nullable=True))
        batch_op.add_column(
            sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_clock_interval_decided_by_person"), "person", ["decided_by"], ["id"])

    op.execute(
        "UPDATE clock_interval SET calendar = (SELECT calendar FROM clock WHERE clock.id = clock_interval.clock_id)"
    )

    with op.batch_alter_table("contractor_skill", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watched_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminded_of", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_days", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_contractor_skill_valid_until",
            ["valid_until"],
            unique=False,
            sqlite_where=sa.text("valid_until IS NOT NULL"),
            postgresql_where=sa.text("valid_until IS NOT NULL"),
        )

    with op.batch_alter_table("quality_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("words", sa.String(length=500), nullable=False, server_default=""))
        batch_op.drop_constraint(batch_op.f("uq_quality_event_audit_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_quality_event_audit_id_kind"), ["audit_id", "kind"])

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("watch_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("where_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("eta_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_visit_watch",
            ["watch_at"],
            unique=False,
            sqlite_where=sa.text("watch_at IS NOT NULL"),
            postgresql_where=sa.text("watch_at IS NOT NULL"),
        )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_ticket", ["ticket_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ix_hold_ticket")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_watch",
            sqlite_where=sa.text("watch_at IS NOT NULL"),
            postgresql_where=sa.text("watch_at IS NOT NULL"),
        )
        batch_op.drop_column("eta_at")
        batch_op.drop_column("where_asked_at")
        batch_op.drop_column("watch_at")

    with op.batch_alter_table("quality_event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_quality_event_audit_id_kind"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_quality_event_audit_id"), ["audit_id"])
        batch_op.drop_column("words")
        batch_op.drop_column("annulled_at")

    with op.batch_alter_table("contractor_skill", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contractor_skill_valid_until",
            sqlite_where=sa.text("valid_until IS NOT NULL"),
            postgresql_where=sa.text("valid_until IS NOT NULL"),
        )
        batch_op.drop_column("reminded_days")
        batch_op.drop_column("reminded_of")
        batch_op.drop_column("watched_since")

    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_clock_interval_decided_by_person"), type_="foreignkey")
        batch_op.drop_column("decided_at")
        batch_op.drop_column("decided_by")
        batch_op.drop_column("is_upheld")
        batch_op.drop_column("objected_at")
        batch_op.drop_column("calendar")

    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_block_lifted_by_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_block_audit_id_audit"), type_="foreignkey")
        batch_op.drop_index(
            "ix_block_ends_at",
            sqlite_where=sa.text("ends_at IS NOT NULL"),
            postgresql_where=sa.text("ends_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_block_telegram_id"))
        batch_op.drop_index(batch_op.f("ix_block_phone"))
        batch_op.drop_column("telegram_id")
        batch_op.drop_column("phone")
        batch_op.drop_column("lift_reason")
        batch_op.drop_column("lifted_by")
        batch_op.drop_column("audit_id")
        batch_op.drop_column("cost")
        batch_op.drop_column("rule")
        batch_op.drop_column("level")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("under_watch")

    op.drop_table("quality_dispute")
    with op.batch_alter_table("breach", schema=None) as batch_op:
        batch_op.drop_index("ix_breach_ticket")
        batch_op.drop_index("ix_breach_contractor")

    op.drop_table("breach")
    with op.batch_alter_table("block_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_block_request_open",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.drop_table("block_request")
    op.drop_table("appeal")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_certificate_waiting",
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        )
        batch_op.drop_index("ix_certificate_skill")
        batch_op.drop_index(
            "ix_certificate_fetch",
            sqlite_where=sa.text("fetch_at IS NOT NULL"),
            postgresql_where=sa.text("fetch_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_certificate_media_group_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_first_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_sha256"))
        batch_op.drop_index(batch_op.f("ix_certificate_file_unique_id"))

    op.drop_table("certificate")
    op.drop_table("job_run")
