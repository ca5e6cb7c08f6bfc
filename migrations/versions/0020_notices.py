"""Notices: what a person was told, how they want to be told, and where a mail of a kind is stopped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
KIND = sa.String(40)
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("group_key", sa.String(120), nullable=False),
        sa.Column("organization_id", sa.String(10)),
        sa.Column("about", JSON, nullable=False),
        sa.Column("link", sa.String(300), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("read_at", TIME),
        sa.Column("mail_due_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("user_id", "kind", "group_key", name="uq_notice_user_id_kind_group_key"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_notice_user_id_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_notice_organization_id_organization",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_notice_user_id_at", "notice", ["user_id", "at"])
    op.create_index("ix_notice_user_id_read_at", "notice", ["user_id", "read_at"])
    op.create_index("ix_notice_mail_due_at", "notice", ["mail_due_at"])
    op.create_index("ix_notice_at", "notice", ["at"])
    op.create_index("ix_notice_organization_id", "notice", ["organization_id"])
    op.create_table(
        "notice_setting",
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", name="pk_notice_setting"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_notice_setting_user_id_user", ondelete="CASCADE"
        ),
    )
    op.add_column("mail", sa.Column("unsubscribe", sa.String(1000), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("mail", "unsubscribe")
    op.drop_table("notice_setting")
    op.drop_table("notice")
