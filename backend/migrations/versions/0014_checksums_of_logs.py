"""Checksums of the entries and checkpoints of tables' logs."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dataset_version", sa.Column("entry_crc", sa.BigInteger(), nullable=True))
    op.add_column("dataset_version", sa.Column("checkpoint_crc", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("dataset_version", "checkpoint_crc")
    op.drop_column("dataset_version", "entry_crc")
