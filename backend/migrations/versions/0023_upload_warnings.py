"""Files remember that their name or folder is not what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("upload_warnings", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("file", "upload_warnings")
