"""One index has all that a list of files asks of those it leaves out; it takes the place of that of shared files."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("file_shared", "file")
    op.create_index("file_by_time", "file", ["uploaded_at", "id", "owner_id", "shared", "concat"])


def downgrade() -> None:
    op.drop_index("file_by_time", "file")
    op.create_index("file_shared", "file", ["shared", "uploaded_at", "id"])
