"""Leases on jobs, dead letters, and the lanes that topics queue in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
HOLDER = sa.String(120)


def upgrade() -> None:
    op.add_column("job", sa.Column("dead_at", TIME))
    op.add_column("job", sa.Column("claimed_by", HOLDER))
    op.add_column("job", sa.Column("claimed_until", TIME))
    op.create_table(
        "lane",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("claimed_by", HOLDER),
        sa.Column("claimed_until", TIME),
        sa.Column("paused_until", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_lane"),
    )


def downgrade() -> None:
    op.drop_table("lane")
    with op.batch_alter_table("job") as job:
        for column in ("claimed_until", "claimed_by", "dead_at"):
            job.drop_column(column)
