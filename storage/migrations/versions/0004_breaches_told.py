"""A contract says whether its client hears of a broken deadline; the ledger finds the accepted jobs of a firm at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("client_hears_breach", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
    op.create_index("ix_ticket_contractor_accepted", "ticket", ["contractor_id", "accepted_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ticket_contractor_accepted", table_name="ticket")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_column("client_hears_breach")
