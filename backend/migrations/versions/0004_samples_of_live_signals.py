"""Samples of live signals."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sample",
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("signal", "at"),
    )
    op.create_index("ix_sample_at", "sample", ["at"])


def downgrade() -> None:
    op.drop_index("ix_sample_at", "sample")
    op.drop_table("sample")
