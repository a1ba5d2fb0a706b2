"""The chunks of uploads whose bytes are in an object store."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "chunk",
        sa.Column("file_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_chunk_key", "chunk", ["key"])


def downgrade() -> None:
    op.drop_table("chunk")
