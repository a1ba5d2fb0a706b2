"""Jobs know whose they are and when it is their turn, so that the queue is fair; and when their run last moved."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_index("job_due", "job")
    op.add_column("job", sa.Column("owner_id", TEXT, nullable=False, server_default=""))
    op.add_column("job", sa.Column("turn_at", sa.DateTime(), nullable=False, server_default="1970-01-01 00:00:00"))
    op.add_column("job", sa.Column("moved_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE job SET turn_at = run_after")
    op.execute(
        "UPDATE job SET owner_id = coalesce((SELECT file.owner_id FROM file WHERE file.id = job.subject), '')"
        " WHERE kind = 'convert'"
    )
    op.create_index("job_turn", "job", ["state", "owner_id", "turn_at"])
    op.create_table(
        "served", sa.Column("owner_id", TEXT, primary_key=True), sa.Column("at", sa.DateTime(), nullable=False)
    )


def downgrade() -> None:
    op.drop_table("served")
    op.drop_index("job_turn", "job")
    op.drop_column("job", "moved_at")
    op.drop_column("job", "turn_at")
    op.drop_column("job", "owner_id")
    op.create_index("job_due", "job", ["state", "run_after"])
