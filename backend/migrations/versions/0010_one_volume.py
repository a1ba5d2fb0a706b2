"""The catalog knows which data directory is its own, and waiting bytes say whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table("volume", sa.Column("id", TEXT, primary_key=True))
    op.add_column("unsynced", sa.Column("volume_id", TEXT, nullable=True))


def downgrade() -> None:
    op.drop_column("unsynced", "volume_id")
    op.drop_table("volume")
