"""Where the server got a file by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("file", sa.Column("source_url", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("file", "source_url")
