"""Pauses in which an organization may ask nobody for a connection."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "asking_pause",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organization_id", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("lifted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_asking_pause"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_asking_pause_organization_id_organization",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_asking_pause_organization_id_until", "asking_pause", ["organization_id", "until"])


def downgrade() -> None:
    op.drop_table("asking_pause")
