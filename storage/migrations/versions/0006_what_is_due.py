"""What is due is found without looking at what is not: a reminder of a document, a firm that waits to be judged,
what burns and what was broken lately.

A visit planned anew after a wait knows whose wait that was, what the desk answers to an objection stands beside it, a
time it wrote down in the client's name rests on words, and a warning names the clock it speaks of.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _move_the_line()
    _know_the_wait()
    _keep_words()
    _keep_headings()
    _name_the_clocks()
    op.create_index(
        "ix_clock_due",
        "clock",
        ["due_at", "id", "kind", "warned_pct"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_breach_at", "breach", ["at"], unique=False)
    op.create_index("ix_quality_event_kind", "quality_event", ["kind", "at"], unique=False)
    op.create_index(
        "ix_contractor_skill_untold",
        "contractor_skill",
        ["valid_until"],
        unique=False,
        sqlite_where=sa.text("reminded_of IS NOT valid_until"),
        postgresql_where=sa.text("reminded_of IS DISTINCT FROM valid_until"),
    )
    op.create_index(
        "ix_contractor_skill_told",
        "contractor_skill",
        ["reminded_days", "valid_until"],
        unique=False,
        sqlite_where=sa.text("reminded_days IS NOT NULL"),
        postgresql_where=sa.text("reminded_days IS NOT NULL"),
    )


def _know_the_wait() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hold_id", number, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_visit_move_hold_id_hold"), "hold", ["hold_id"], ["id"])
    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.String(length=500), nullable=False, server_default=""))


def _keep_words() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "client_word",
        sa.Column("id", number, nullable=False),
        sa.Column("ticket_id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visit_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audit_id", number, nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_client_word_audit_id_audit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_client_word_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_client_word_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_word")),
    )
    op.create_index("ix_client_word_ticket", "client_word", ["ticket_id"], unique=False)


def _keep_headings() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rang_id", number, nullable=True))
        batch_op.add_column(sa.Column("rang_status", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_card_rang_id_outbox"), "outbox", ["rang_id"], ["id"])


def _move_the_line() -> None:
    """Firms stood in the line as counters; they keep their place."""
    line = op.create_table(
        "limit_line",
        sa.Column(
            "contractor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractor.id"], name=op.f("fk_limit_line_contractor_id_contractor")),
        sa.PrimaryKeyConstraint("contractor_id", name=op.f("pk_limit_line")),
    )
    op.create_index(op.f("ix_limit_line_since"), "limit_line", ["since"], unique=False)
    waiting = op.get_bind().execute(sa.text("SELECT name, value FROM counter WHERE name LIKE 'judge:%'")).all()
    op.bulk_insert(
        line,
        [
            {"contractor_id": int(name.removeprefix("judge:")), "since": datetime.fromtimestamp(value, UTC)}
            for name, value in waiting
        ],
    )
    op.execute("DELETE FROM counter WHERE name LIKE 'judge:%'")


def _name_the_clocks() -> None:
    """A warning on its way and a task about what burns said the kind of a clock; now they name it. What was already
    gathered into one message names none, and is not sent any more: the list of deadlines has it all."""
    bind, burning = op.get_bind(), defaultdict(list)
    live = "SELECT ticket_id, id, kind, warned_pct FROM clock WHERE state IN ('running', 'stopped') ORDER BY id"
    for row in bind.execute(sa.text(live)):
        burning[row.ticket_id].append(row)
    waiting = "SELECT id, ticket_id, notice, data FROM outbox WHERE status IN ('new', 'sending') AND notice LIKE 'sla%'"
    for row in bind.execute(sa.text(waiting)).all():
        data = {"clocks": [], "count": 0}
        if row.notice == "sla":
            told = json.loads(row.data)
            of_kind = [clock.id for clock in burning[row.ticket_id] if clock.kind == told["clock"]]
            data = told | {"id": of_kind[-1] if of_kind else 0}
        _write("outbox", row.id, data)
    tasks = "SELECT id, ticket_id FROM task WHERE ended_at IS NULL AND kind IN ('reaction', 'deadline')"
    for row in bind.execute(sa.text(tasks)).all():
        hot = [clock for clock in burning[row.ticket_id] if clock.warned_pct >= 75]
        if hot:
            most = min(hot, key=lambda one: (-one.warned_pct, one.id))
            levels = {str(one.id): one.warned_pct for one in hot}
            _write("task", row.id, {"clock": most.id, "kind": most.kind, "pct": most.warned_pct, "levels": levels})


def _write(table: str, row_id: int, data: dict[str, Any]) -> None:
    kept = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    op.get_bind().execute(sa.text(f"UPDATE {table} SET data = :data WHERE id = :id"), {"data": kept, "id": row_id})


def downgrade() -> None:
    line = sa.table("limit_line", sa.column("contractor_id"), sa.column("since", sa.DateTime(timezone=True)))
    waiting = op.get_bind().execute(sa.select(line.c.contractor_id, line.c.since)).all()
    op.bulk_insert(
        sa.table("counter", sa.column("name"), sa.column("value")),
        [{"name": f"judge:{one}", "value": int(since.replace(tzinfo=UTC).timestamp())} for one, since in waiting],
    )
    op.drop_table("limit_line")
    op.drop_index("ix_contractor_skill_told", table_name="contractor_skill")
    op.drop_index("ix_contractor_skill_untold", table_name="contractor_skill")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_card_rang_id_outbox"), type_="foreignkey")
        batch_op.drop_column("rang_status")
        batch_op.drop_column("rang_id")
    op.drop_table("client_word")
    with op.batch_alter_table("clock_interval", schema=None) as batch_op:
        batch_op.drop_column("answer")
    op.drop_index("ix_quality_event_kind", table_name="quality_event")
    op.drop_index("ix_breach_at", table_name="breach")
    op.drop_index("ix_clock_due", table_name="clock")
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visit_move_hold_id_hold"), type_="foreignkey")
        batch_op.drop_column("hold_id")
