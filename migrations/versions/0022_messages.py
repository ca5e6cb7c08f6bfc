"""Messages: threads inside a connection, what is written in them, and how far each person has read."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("connection_id", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
        _reference("thread", "connection_id", "connection"),
    )
    _index("thread", "connection_id", "written_at", "id")
    _index("thread", "written_at")
    op.create_table(
        "message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("thread_id", sa.Integer, nullable=False),
        sa.Column("organization_id", sa.String(10), nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        _reference("message", "thread_id", "thread"),
        _reference("message", "organization_id", "organization"),
    )
    _index("message", "thread_id", "id")
    _index("message", "organization_id", "at")
    _index("message", "author_id")
    _index("message", "at")
    op.create_table(
        "reading",
        sa.Column("thread_id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "user_id", name="pk_reading"),
        _reference("reading", "thread_id", "thread"),
        _reference("reading", "user_id", "user"),
    )
    _index("reading", "user_id")


def downgrade() -> None:
    for table in ("reading", "message", "thread"):
        op.drop_table(table)
