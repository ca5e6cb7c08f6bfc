"""Networks, who belongs to them and coordinates them, what is written there; and on a profile which may be known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
PUBLIC_ID = sa.String(10)
KEY = sa.String(60)
WORD = sa.String(12)


def _reference(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    target = "key" if other == "network" else "id"
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.{target}"], name=name, ondelete=ondelete)


def upgrade() -> None:
    for column in ("joined", "joined_inside"):
        op.add_column("organization", sa.Column(column, JSON, nullable=False, server_default="[]"))
    op.create_table(
        "network",
        sa.Column("key", KEY, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("joining", WORD, nullable=False),
        sa.Column("listing", WORD, nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("regions", JSON, nullable=False),
        sa.Column("themes", JSON, nullable=False),
        sa.Column("sectors", JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_network"),
        sa.CheckConstraint("length(key) > 0", name=op.f("ck_network_key_given")),
    )
    op.create_index("ix_network_position", "network", ["position"])
    _members()
    _coordinators()
    _posts()
    _reports()


def _members() -> None:
    op.create_table(
        "network_member",
        sa.Column("network_key", KEY, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("standing", WORD, nullable=False),
        sa.Column("note", sa.String(500)),
        sa.Column("reason", sa.String(500)),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("network_key", "organization_id", name="pk_network_member"),
        _reference("network_member", "network_key", "network"),
        _reference("network_member", "organization_id", "organization"),
    )
    op.create_index("ix_network_member_organization_id", "network_member", ["organization_id"])
    op.create_index("ix_network_member_network_standing", "network_member", ["network_key", "standing"])


def _coordinators() -> None:
    op.create_table(
        "network_coordinator",
        sa.Column("network_key", KEY, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("organization_id", PUBLIC_ID),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("network_key", "user_id", name="pk_network_coordinator"),
        _reference("network_coordinator", "network_key", "network"),
        _reference("network_coordinator", "user_id", "user"),
        _reference("network_coordinator", "organization_id", "organization"),
    )
    op.create_index("ix_network_coordinator_user_id", "network_coordinator", ["user_id"])
    op.create_index("ix_network_coordinator_organization_id", "network_coordinator", ["organization_id"])


def _posts() -> None:
    op.create_table(
        "network_post",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("network_key", KEY, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("thread_id", sa.Integer),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String(500)),
        sa.Column("language", sa.String(12)),
        sa.Column("author_id", sa.Integer),
        sa.Column("organization_id", PUBLIC_ID),
        sa.Column("replies", sa.Integer, nullable=False),
        sa.Column("is_pinned", sa.Boolean, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("latest_at", TIME, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("removed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_network_post"),
        sa.CheckConstraint(
            "(kind = 'reply') = (thread_id IS NOT NULL)", name=op.f("ck_network_post_thread_of_replies")
        ),
        _reference("network_post", "network_key", "network"),
        _reference("network_post", "thread_id", "network_post"),
        _reference("network_post", "author_id", "user", "SET NULL"),
        _reference("network_post", "organization_id", "organization", "SET NULL"),
    )
    for column in ("thread_id", "author_id", "organization_id"):
        op.create_index(f"ix_network_post_{column}", "network_post", [column])
    op.create_index(
        "ix_network_post_network_kind_latest", "network_post", ["network_key", "kind", "latest_at"]
    )


def _reports() -> None:
    op.create_table(
        "network_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("post_id", sa.Integer, nullable=False),
        sa.Column("reporter_id", sa.Integer),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("settled_by", sa.String(120)),
        sa.PrimaryKeyConstraint("id", name="pk_network_report"),
        sa.UniqueConstraint("post_id", "reporter_id", name="uq_network_report_post_id_reporter_id"),
        _reference("network_report", "post_id", "network_post"),
        _reference("network_report", "reporter_id", "user", "SET NULL"),
    )
    op.create_index("ix_network_report_reporter_id", "network_report", ["reporter_id"])
    op.create_index("ix_network_report_settled_at", "network_report", ["settled_at"])


def downgrade() -> None:
    for table in ("network_report", "network_post", "network_coordinator", "network_member", "network"):
        op.drop_table(table)
    for column in ("joined_inside", "joined"):
        op.drop_column("organization", column)
