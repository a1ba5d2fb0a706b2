"""A file can be read again, and its rejects be mended: what each reading found is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column("dataset_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("no", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("options", sa.JSON(), nullable=True),
        sa.Column("dialect", sa.JSON(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=True),
        sa.Column("reject_count", sa.Integer(), nullable=False),
        sa.Column("first_rid", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
    )
    op.add_column("file", sa.Column("reading", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("dataset_version", sa.Column("reading", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("reject", sa.Column("reading", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("reject", sa.Column("row", sa.BigInteger(), nullable=True))
    op.add_column("reject", sa.Column("rid", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM reject WHERE reading <> 0")
    for column in ("rid", "row", "reading"):
        op.drop_column("reject", column)
    op.drop_column("dataset_version", "reading")
    op.drop_column("file", "reading")
    op.drop_table("reading")
