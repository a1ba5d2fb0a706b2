"""Files keep the folder that they were in inside an uploaded folder."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("file", sa.Column("path", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("file", "path")
