"""What each user stores, kept by triggers, and the bytes of each table."""

import sqlalchemy as sa
from alembic import op

from parquay.catalog.usage import TRIGGERS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

WEIGHED = """UPDATE file SET table_bytes = coalesce((SELECT version.bytes FROM dataset_version AS version
    WHERE version.dataset_id = file.id AND version.version = file.table_version), 0)"""
COUNTED = """INSERT INTO usage (owner_id, uploads, tables)
    SELECT owner_id, sum(coalesce(size, "offset")), sum(table_bytes) FROM file GROUP BY owner_id"""


def upgrade() -> None:
    op.add_column("file", sa.Column("table_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "usage",
        sa.Column("owner_id", TEXT, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("uploads", sa.BigInteger(), nullable=False),
        sa.Column("tables", sa.BigInteger(), nullable=False),
    )
    op.execute(sa.text(WEIGHED))
    op.execute(sa.text(COUNTED))
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for name in ("usage_added", "usage_changed", "usage_removed"):
        op.execute(f"DROP TRIGGER {name}" + (" ON file" if op.get_bind().dialect.name == "postgresql" else ""))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION count_usage()")
    op.drop_table("usage")
    op.drop_column("file", "table_bytes")
