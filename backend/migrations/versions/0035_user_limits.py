"""Limits of single users: requests, uploads at a time, bandwidth."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = ("limit_requests", "limit_uploads", "limit_bandwidth")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("user", sa.Column(name, sa.BigInteger()))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("user", name)
