"""Texts of PostgreSQL compare byte by byte, as those of SQLite do; a new text column needs the collation too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _compare(sa.String(collation="C"))


def downgrade() -> None:
    _compare(sa.String(collation="default"))


def _compare(text: sa.String) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    found = sa.inspect(connection)
    for table in found.get_table_names():
        for column in found.get_columns(table):
            if isinstance(column["type"], sa.String):
                op.alter_column(table, column["name"], type_=text)
