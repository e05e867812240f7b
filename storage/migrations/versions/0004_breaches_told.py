"""A contract says whether its client hears of a broken deadline; the ledger finds the accepted jobs and the requests
for blocks of a firm at once, and the search the score of everybody in a crowd."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

POINT = ("skill_id", "lat", "lon", "x", "y", "z", "contractor_id", "seen_at")


def upgrade() -> None:
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("client_hears_breach", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
    with op.batch_alter_table("match_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("score", sa.Integer(), nullable=False, server_default="70"))
    op.execute(
        "UPDATE match_point SET score = (SELECT score FROM contractor WHERE contractor.id = match_point.contractor_id)"
    )
    op.drop_index("ix_match_point_skill_lat", table_name="match_point")
    op.create_index("ix_match_point_skill_lat", "match_point", [*POINT, "score"], unique=False)
    op.create_index("ix_ticket_contractor_accepted", "ticket", ["contractor_id", "accepted_at"], unique=False)
    op.create_index("ix_block_request_contractor_id", "block_request", ["contractor_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_block_request_contractor_id", table_name="block_request")
    op.drop_index("ix_ticket_contractor_accepted", table_name="ticket")
    op.drop_index("ix_match_point_skill_lat", table_name="match_point")
    with op.batch_alter_table("match_point", schema=None) as batch_op:
        batch_op.drop_column("score")
    op.create_index("ix_match_point_skill_lat", "match_point", [*POINT], unique=False)
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_column("client_hears_breach")
