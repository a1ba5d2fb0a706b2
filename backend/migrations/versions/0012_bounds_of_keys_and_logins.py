"""Keys with scopes and an end; where and when logins were seen; what names look like; who did what to whom."""

import sqlalchemy as sa
from alembic import op

from parquay.catalog.confusables import skeleton

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("api_key", sa.Column("scopes", sa.JSON(), nullable=True))
    op.add_column("api_key", sa.Column("expires_at", sa.DateTime(), nullable=True))
    op.add_column("login", sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.add_column("login", sa.Column("network", TEXT, nullable=False, server_default=""))
    op.add_column("login", sa.Column("agent", TEXT, nullable=False, server_default=""))
    op.add_column("user", sa.Column("likeness", TEXT, nullable=False, server_default=""))
    op.create_index("ix_user_likeness", "user", ["likeness"])
    _fill()
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", TEXT, nullable=True),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _fill() -> None:
    user = sa.table("user", sa.column("id", sa.String), sa.column("username", sa.String), sa.column("likeness"))
    for row in op.get_bind().execute(sa.select(user.c.id, user.c.username)).all():
        op.get_bind().execute(user.update().where(user.c.id == row.id).values(likeness=skeleton(row.username)))


def downgrade() -> None:
    op.drop_table("audit")
    op.drop_index("ix_user_likeness", "user")
    for table, columns in {"user": ["likeness"], "login": ["agent", "network", "seen_at"]}.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_column("api_key", "expires_at")
    op.drop_column("api_key", "scopes")
