"""Roles that owners give: by name in a table, everybody's in the file. What was shared until now may be looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("file", sa.Column("everybody_edits", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "access",
        sa.Column("file_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", TEXT, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_access_user_id", "access", ["user_id"])


def downgrade() -> None:
    op.drop_table("access")
    op.drop_column("file", "everybody_edits")
