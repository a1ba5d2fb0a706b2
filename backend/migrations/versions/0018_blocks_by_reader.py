"""How many blocks of files each reader has read or left to the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reader_blocks",
        sa.Column("reader", TEXT, primary_key=True),
        sa.Column("reason", TEXT, primary_key=True),
        sa.Column("blocks", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("reader_blocks")
