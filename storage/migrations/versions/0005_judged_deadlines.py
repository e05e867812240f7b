"""A clock that is over keeps the deadline it was judged by, a hold what it rests on, a move the window it left."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: What was kept before was kept; what was broken was so at the moment its breach names.
JUDGED = (
    "UPDATE clock SET judged_due_at = COALESCE((SELECT at FROM breach WHERE breach.clock_id = clock.id"
    " AND breach.annulled_at IS NULL), ended_at) WHERE ended_at IS NOT NULL"
)
#: From here on deadlines that were judged are held against their intervals; and the next start counts the others anew.
COUNTED = (
    "INSERT INTO job_run (job, scheduled_for, at) SELECT 'calendar', '0005', max(ended_at) FROM clock"
    " WHERE ended_at IS NOT NULL HAVING max(ended_at) IS NOT NULL"
)


def upgrade() -> None:
    with op.batch_alter_table("hold", schema=None) as batch_op:
        # Of holds that began before anybody asked, a dash says so.
        batch_op.add_column(sa.Column("evidence", sa.String(length=500), nullable=False, server_default="—"))
        number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        batch_op.add_column(sa.Column("proof_id", number, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_hold_proof_id_proof"), "proof", ["proof_id"], ["id"])
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("judged_due_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(JUDGED)
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute("DELETE FROM job_run WHERE job = 'calendar'")
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.drop_column("from_ends_at")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_column("judged_due_at")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_hold_proof_id_proof"), type_="foreignkey")
        batch_op.drop_column("proof_id")
        batch_op.drop_column("evidence")
