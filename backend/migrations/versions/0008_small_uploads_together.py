"""Small uploads that come together wait in one row; only what expires has a place in the index of that."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EXPIRES = sa.text("expires_at IS NOT NULL")

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")

apart = sa.table("unsynced", sa.column("file_id", sa.String), sa.column("data", sa.LargeBinary))
together = sa.table(
    "unsynced",
    sa.column("first_id", sa.String),
    sa.column("sizes", sa.JSON),
    sa.column("data", sa.LargeBinary),
)


def upgrade() -> None:
    found = op.get_bind().execute(sa.select(apart)).all()
    op.drop_table("unsynced")
    op.create_table(
        "unsynced",
        sa.Column("first_id", TEXT, primary_key=True),
        sa.Column("sizes", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    rows = [{"first_id": row.file_id, "sizes": [[row.file_id, len(row.data)]], "data": row.data} for row in found]
    op.bulk_insert(together, rows)
    op.drop_index("file_expiring", "file")
    op.create_index("file_expiring", "file", ["expires_at"], sqlite_where=EXPIRES, postgresql_where=EXPIRES)


def downgrade() -> None:
    found = op.get_bind().execute(sa.select(together)).all()
    op.drop_table("unsynced")
    op.create_table(
        "unsynced",
        sa.Column("file_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    rows = []
    for row in found:
        start = 0
        for file_id, size in row.sizes:
            rows.append({"file_id": file_id, "data": row.data[start : start + size]})
            start += size
    op.bulk_insert(apart, rows)
    op.drop_index("file_expiring", "file")
    op.create_index("file_expiring", "file", ["expires_at"])
