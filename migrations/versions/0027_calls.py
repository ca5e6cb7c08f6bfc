"""Calls for partners: what they are about, answers and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PUBLIC_ID = sa.String(10)


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "partner_call",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("deadline", sa.Date, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("opened_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_partner_call"),
        _reference("partner_call", "organization_id", "organization"),
    )
    op.create_index("ix_partner_call_state_deadline_id", "partner_call", ["state", "deadline", "id"])
    op.create_index("ix_partner_call_organization_id_id", "partner_call", ["organization_id", "id"])
    op.create_table(
        "call_key",
        sa.Column("call_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "kind", "value", name="pk_call_key"),
        _reference("call_key", "call_id", "partner_call"),
    )
    op.create_index("ix_call_key_kind_value", "call_key", ["kind", "value"])
    op.create_table(
        "call_answer",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("call_id", sa.Integer, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("text", sa.String(600), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call_answer"),
        sa.UniqueConstraint("call_id", "organization_id", name="uq_call_answer_call_id_organization_id"),
        _reference("call_answer", "call_id", "partner_call"),
        _reference("call_answer", "organization_id", "organization"),
    )
    op.create_index("ix_call_answer_organization_id", "call_answer", ["organization_id"])
    op.create_table(
        "call_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("call_id", sa.Integer, nullable=False),
        sa.Column("reporter", sa.String(120), nullable=False),
        sa.Column("text", sa.String(600), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_call_report"),
        sa.UniqueConstraint("call_id", "reporter", name="uq_call_report_call_id_reporter"),
        _reference("call_report", "call_id", "partner_call"),
    )
    op.create_index("ix_call_report_settled_at", "call_report", ["settled_at"])


def downgrade() -> None:
    for table in ("call_report", "call_answer", "call_key", "partner_call"):
        op.drop_table(table)
