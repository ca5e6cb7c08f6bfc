"""Following: who follows what, and how often each is told what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(500), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow"),
        sa.UniqueConstraint("user_id", "kind", "key", name="uq_follow_user_id_kind_key"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_follow_user_id_user", ondelete="CASCADE"),
    )
    op.create_table(
        "follow_digest",
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("every", sa.String(8), nullable=False),
        sa.Column("told_until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_follow_digest"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_follow_digest_user_id_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_follow_digest_told_until", "follow_digest", ["told_until"])


def downgrade() -> None:
    op.drop_table("follow_digest")
    op.drop_table("follow")
