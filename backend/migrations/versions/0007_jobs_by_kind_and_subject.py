"""Jobs are looked up by kind and subject together, which the index of their uniqueness answers."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_job_subject", "job")


def downgrade() -> None:
    op.create_index("ix_job_subject", "job", ["subject"])
