"""Versions of tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTS = ("rows", "inserted", "updated", "deleted", "bytes")


def upgrade() -> None:
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("table_version", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("table_at", sa.DateTime(), nullable=True))

    op.create_table(
        "dataset_version",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("expired_at", sa.DateTime(), nullable=True),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["file.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset_id", "version"),
    )


def downgrade() -> None:
    op.drop_table("dataset_version")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_column("table_at")
        batch_op.drop_column("table_version")
