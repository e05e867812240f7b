"""Nobody answers: clocks and their intervals, growing waves, raises, prices of the contractor's own, holds, absences,
moved visits, talk and telephone calls."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_absence_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_person", ["person_id", "last_on"], unique=False)

    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractor.id"], name=op.f("fk_call_contractor_id_contractor")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_call_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_ticket", ["ticket_id", "contractor_id"], unique=False)

    op.create_table(
        "cancellation",
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("client_fee_kop", sa.BigInteger(), nullable=False),
        sa.Column("contractor_fee_kop", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["contractor.id"], name=op.f("fk_cancellation_contractor_id_contractor")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cancellation_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_cancellation_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_cancellation")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("target_min", sa.Integer(), nullable=False),
        sa.Column("calendar", sa.String(40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_pct", sa.Integer(), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("ticket_id", "kind", "number", name=op.f("uq_clock_ticket_id_kind_number")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clock_warn",
            ["warn_at"],
            unique=False,
            sqlite_where=sa.text("warn_at IS NOT NULL"),
            postgresql_where=sa.text("warn_at IS NOT NULL"),
        )

    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("whose", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_hold_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(
            "ix_hold_until",
            ["until"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_hold_live",
            ["ticket_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "quality_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight_milli", sa.BigInteger(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_quality_event_audit_id_audit")),
        sa.ForeignKeyConstraint(
            ["contractor_id"], ["contractor.id"], name=op.f("fk_quality_event_contractor_id_contractor")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quality_event_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_quality_event_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_event")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_quality_event_audit_id")),
    )
    with op.batch_alter_table("quality_event", schema=None) as batch_op:
        batch_op.create_index("ix_quality_event_contractor", ["contractor_id", "kind", "at"], unique=False)

    op.create_table(
        "clock_interval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runs", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("whose", sa.String(40), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("objected_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("objection", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_clock_interval_audit_id_audit")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_clock_interval_clock_id_clock")),
        sa.ForeignKeyConstraint(["objected_by"], ["person.id"], name=op.f("fk_clock_interval_objected_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_interval")),
    )
    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.create_index("ix_clock_interval_clock", ["clock_id", "from_at"], unique=False)
        batch_op.create_index(
            "uq_clock_interval_open",
            ["clock_id"],
            unique=True,
            sqlite_where=sa.text("to_at IS NULL"),
            postgresql_where=sa.text("to_at IS NULL"),
        )

    op.create_table(
        "visit_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_visit_move_person_id_person")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_move_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_move")),
    )
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.create_index("ix_visit_move_visit", ["visit_id"], unique=False)

    op.create_table(
        "talk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assignment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answers_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proof_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["talk.id"], name=op.f("fk_talk_answers_id_talk")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_talk_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_talk_author_id_person")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_talk_offer_id_offer")),
        sa.ForeignKeyConstraint(["proof_id"], ["proof.id"], name=op.f("fk_talk_proof_id_proof")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_talk_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
    )
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.create_index("ix_talk_ticket", ["ticket_id", "id"], unique=False)

    with op.batch_alter_table("contractor", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_available", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("asked_still_there_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_contractor_asked",
            ["asked_still_there_at"],
            unique=False,
            sqlite_where=sa.text("asked_still_there_at IS NOT NULL"),
            postgresql_where=sa.text("asked_still_there_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_contractor_radius_km"), ["radius_km"], unique=False)

    with op.batch_alter_table("contractor_region", schema=None) as batch_op:
        batch_op.create_index("ix_contractor_region_region", ["region", "contractor_id"], unique=False)

    with op.batch_alter_table("match_point", schema=None) as batch_op:
        batch_op.drop_index("ix_match_point_skill_lat")
        batch_op.create_index(
            "ix_match_point_skill_lat",
            ["skill_id", "lat", "lon", "x", "y", "z", "contractor_id", "seen_at"],
            unique=False,
        )
        batch_op.create_index("ix_match_point_contractor", ["contractor_id", "skill_id"], unique=False)

    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("counter_kop", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("counter_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_offer_ignored",
            ["lapsed_at", "contractor_id"],
            unique=False,
            sqlite_where=sa.text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
            postgresql_where=sa.text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
        )
        batch_op.create_index(
            "ix_offer_counter_until",
            ["counter_until"],
            unique=False,
            sqlite_where=sa.text("status = 'countered'"),
            postgresql_where=sa.text("status = 'countered'"),
        )

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_rate_kop", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("raises", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("wave_size", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("widened_km", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("visit_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_ticket_contractor_id"))
        batch_op.create_index(
            "ix_ticket_contractor_service", ["contractor_id", "service_id", "status"], unique=False
        )

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_ticket", ["ticket_id"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_visit_ask",
            ["ask_at"],
            unique=False,
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )

    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(40), nullable=False, server_default="first"))
        batch_op.add_column(sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("used_pct", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("pay_kop", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("band_km", sa.Integer(), nullable=False, server_default="5"))

    with op.batch_alter_table("wave_candidate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_answered", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_wave_candidate_contractor", ["contractor_id", "wave_id"], unique=False)

    # The target stands in the clock of the ticket, copied from the plan.
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_column("reaction_min")

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("uq_visit_live")
        batch_op.create_index(
            "uq_visit_live",
            ["ticket_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('planned', 'confirmed', 'en_route', 'on_site')"),
            postgresql_where=sa.text("status IN ('planned', 'confirmed', 'en_route', 'on_site')"),
        )

    op.execute("UPDATE ticket SET first_rate_kop = contractor_rate_kop")
    # Asked one by one until now: who had an offer of a wave was who it asked, and his silence began when his wait ended.
    op.execute("UPDATE wave SET pay_kop = COALESCE((SELECT MAX(pay_kop) FROM offer WHERE offer.wave_id = wave.id), 0)")
    op.execute(
        "UPDATE wave_candidate SET is_asked = TRUE WHERE EXISTS (SELECT 1 FROM offer WHERE"
        " offer.wave_id = wave_candidate.wave_id AND offer.contractor_id = wave_candidate.contractor_id)"
    )
    op.execute("UPDATE offer SET lapsed_at = waits_until WHERE status = 'lapsed'")


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reaction_min", sa.Integer(), nullable=True))

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("uq_visit_live")
        batch_op.create_index(
            "uq_visit_live",
            ["ticket_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('planned', 'en_route', 'on_site')"),
            postgresql_where=sa.text("status IN ('planned', 'en_route', 'on_site')"),
        )

    with op.batch_alter_table("wave_candidate", schema=None) as batch_op:
        batch_op.drop_index("ix_wave_candidate_contractor")
        batch_op.drop_column("is_asked")
        batch_op.drop_column("is_answered")

    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_column("band_km")
        batch_op.drop_column("pay_kop")
        batch_op.drop_column("used_pct")
        batch_op.drop_column("size")
        batch_op.drop_column("reason")

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_ask", sqlite_where=sa.text("ask_at IS NOT NULL"), postgresql_where=sa.text("ask_at IS NOT NULL")
        )
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("asked")
        batch_op.drop_column("ask_at")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_ticket")

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_contractor_service")
        batch_op.create_index(batch_op.f("ix_ticket_contractor_id"), ["contractor_id"], unique=False)
        batch_op.drop_column("visit_from")
        batch_op.drop_column("widened_km")
        batch_op.drop_column("wave_size")
        batch_op.drop_column("raises")
        batch_op.drop_column("first_rate_kop")

    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_offer_ignored",
            sqlite_where=sa.text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
            postgresql_where=sa.text("lapsed_at IS NOT NULL AND answered_by IS NULL"),
        )
        batch_op.drop_index(
            "ix_offer_counter_until",
            sqlite_where=sa.text("status = 'countered'"),
            postgresql_where=sa.text("status = 'countered'"),
        )
        batch_op.drop_column("counter_until")
        batch_op.drop_column("counter_kop")
        batch_op.drop_column("lapsed_at")

    with op.batch_alter_table("match_point", schema=None) as batch_op:
        batch_op.drop_index("ix_match_point_contractor")
        batch_op.drop_index("ix_match_point_skill_lat")
        batch_op.create_index(
            "ix_match_point_skill_lat", ["skill_id", "lat", "lon", "x", "y", "z", "contractor_id"], unique=False
        )

    with op.batch_alter_table("contractor_region", schema=None) as batch_op:
        batch_op.drop_index("ix_contractor_region_region")

    with op.batch_alter_table("contractor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contractor_radius_km"))
        batch_op.drop_index(
            "ix_contractor_asked",
            sqlite_where=sa.text("asked_still_there_at IS NOT NULL"),
            postgresql_where=sa.text("asked_still_there_at IS NOT NULL"),
        )
        batch_op.drop_column("asked_still_there_at")
        batch_op.drop_column("is_available")

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index("ix_talk_ticket")

    op.drop_table("talk")
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_move_visit")

    op.drop_table("visit_move")
    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clock_interval_open", sqlite_where=sa.text("to_at IS NULL"), postgresql_where=sa.text("to_at IS NULL")
        )
        batch_op.drop_index("ix_clock_interval_clock")

    op.drop_table("clock_interval")
    with op.batch_alter_table("quality_event", schema=None) as batch_op:
        batch_op.drop_index("ix_quality_event_contractor")

    op.drop_table("quality_event")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hold_live", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(
            "ix_hold_until", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )

    op.drop_table("hold")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_clock_warn",
            sqlite_where=sa.text("warn_at IS NOT NULL"),
            postgresql_where=sa.text("warn_at IS NOT NULL"),
        )

    op.drop_table("clock")
    op.drop_table("cancellation")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("ix_call_ticket")

    op.drop_table("call")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_person")

    op.drop_table("absence")
    op.drop_table("calendar_day")
