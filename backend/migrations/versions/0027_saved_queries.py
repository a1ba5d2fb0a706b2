"""The statements whose results became tables."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_query",
        sa.Column("dataset_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("query", TEXT, nullable=False),
        sa.Column("params", TEXT),
    )


def downgrade() -> None:
    op.drop_table("saved_query")
