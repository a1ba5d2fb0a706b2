"""Accounts of people who sign in by a provider."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "external_account",
        sa.Column("issuer", TEXT, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("user_id", TEXT, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_external_account_user_id", "external_account", ["user_id"])


def downgrade() -> None:
    op.drop_table("external_account")
