"""Events get their ids from their transactions in PostgreSQL, and progress is no event any more."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_events", sa.Column("upto", sa.BigInteger(), primary_key=True, autoincrement=False, nullable=False)
    )
    op.execute(sa.text("INSERT INTO removed_events SELECT min(id) - 1 FROM event HAVING min(id) > 1"))
    op.execute(sa.text("DELETE FROM event WHERE kind = 'file.progress'"))
    if op.get_bind().dialect.name == "postgresql":
        # An event that is inserted past the numbering shall fail, not come at a wrong place.
        op.execute(sa.text("ALTER TABLE event ALTER COLUMN id DROP DEFAULT"))
        op.execute(sa.text("DROP SEQUENCE event_id_seq"))


def downgrade() -> None:
    op.drop_table("removed_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("CREATE SEQUENCE event_id_seq OWNED BY event.id"))
        op.execute(sa.text("SELECT setval('event_id_seq', coalesce(max(id), 0) + 1, false) FROM event"))
        op.execute(sa.text("ALTER TABLE event ALTER COLUMN id SET DEFAULT nextval('event_id_seq')"))
