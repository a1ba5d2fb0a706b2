"""Links to files for people without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("file_id", TEXT, sa.ForeignKey("file.id", ondelete="CASCADE"), nullable=False),
        sa.Column("token_hash", TEXT, nullable=False, unique=True),
        sa.Column("password_hash", TEXT),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime()),
    )
    op.create_index("ix_link_file_id", "link", ["file_id"])


def downgrade() -> None:
    op.drop_index("ix_link_file_id", "link")
    op.drop_table("link")
