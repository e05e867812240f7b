"""Which document is to be reminded of next is found without looking at those that are not due."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_index("ix_contractor_skill_told", table_name="contractor_skill")
    op.drop_index("ix_contractor_skill_untold", table_name="contractor_skill")
