"""Tags of files."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("file", sa.Column("tags", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("file", "tags")
