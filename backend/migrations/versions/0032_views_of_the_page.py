"""What a view searches for, and what the page shows beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NAMES = ("q", "page")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("view", sa.Column(name, TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    for name in NAMES:
        op.drop_column("view", name)
