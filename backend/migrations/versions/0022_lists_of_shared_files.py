"""Shared files have an index of their own: lists are put together from own and shared files."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = {"sqlite_where": sa.text("shared = 1"), "postgresql_where": sa.text("shared")}
    op.create_index("file_shared", "file", ["uploaded_at", "id", "owner_id", "concat"], **where)
    op.drop_index("file_by_time", "file")
    op.create_index("file_by_time", "file", ["uploaded_at", "id"])


def downgrade() -> None:
    op.drop_index("file_by_time", "file")
    op.create_index("file_by_time", "file", ["uploaded_at", "id", "owner_id", "shared", "concat"])
    op.drop_index("file_shared", "file")
