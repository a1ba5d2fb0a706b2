"""Leases: what one process does alone, and what must stay as it is while somebody reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("epoch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("share", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.UniqueConstraint("kind", "key", "share", name="lease_once"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("lease")
