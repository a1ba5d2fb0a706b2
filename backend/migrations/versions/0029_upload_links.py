"""Links by which people without an account upload to a user, and what has come by each."""

import sqlalchemy as sa
from alembic import op

from parquay.catalog.upload_links import NAMES, TRIGGERS

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "upload_link",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("owner_id", TEXT, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("token_hash", TEXT, nullable=False, unique=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("max_bytes", sa.BigInteger()),
        sa.Column("max_files", sa.BigInteger()),
        sa.Column("extensions", sa.JSON(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index("ix_upload_link_owner_id", "upload_link", ["owner_id"])
    op.add_column("file", sa.Column("upload_link_id", TEXT))
    op.add_column("file", sa.Column("upload_link_name", TEXT))
    op.add_column("file", sa.Column("in_final", sa.Boolean(), nullable=False, server_default=sa.false()))
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for name in NAMES:
        op.execute(f"DROP TRIGGER {name}" + (" ON file" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION count_use_of_link()")
    for column in ("in_final", "upload_link_name", "upload_link_id"):
        op.drop_column("file", column)
    op.drop_index("ix_upload_link_owner_id", "upload_link")
    op.drop_table("upload_link")
