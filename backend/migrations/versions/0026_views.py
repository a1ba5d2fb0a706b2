"""Ways of looking at a table that people gave names."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "view",
        sa.Column("dataset_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", TEXT, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("sort", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON()),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_view_user_id", "view", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_view_user_id", "view")
    op.drop_table("view")
