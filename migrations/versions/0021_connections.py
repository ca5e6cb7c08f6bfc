"""Connections: requests, connections, blocks, who may ask, and buttons in mails."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
PUBLIC_ID = sa.String(10)
WORD = sa.String(16)


def _reference(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _one_of_each_pair(table: str, where: str) -> None:
    op.create_index(
        f"uq_{table}_first_id_second_id",
        table,
        ["first_id", "second_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _create_requests() -> None:
    table = "connection_request"
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("asker_id", PUBLIC_ID, nullable=False),
        sa.Column("asked_id", PUBLIC_ID, nullable=False),
        sa.Column("first_id", PUBLIC_ID, nullable=False),
        sa.Column("second_id", PUBLIC_ID, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("reply_by", sa.Date),
        sa.Column("state", WORD, nullable=False),
        sa.Column("answer", WORD, nullable=False),
        sa.Column("asked_by", sa.Integer),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.CheckConstraint("first_id < second_id", name=f"ck_{table}_ordered_pair"),
        _reference(table, "asker_id", "organization"),
        _reference(table, "asked_id", "organization"),
    )
    _one_of_each_pair(table, "state = 'open'")
    _index(table, "asker_id", "asked_id", "id")
    _index(table, "asker_id", "state", "id")
    _index(table, "asked_id", "state", "id")
    _index(table, "asker_id", "asked_at")
    _index(table, "state", "expires_at")
    _index(table, "asked_by")


def _create_connections() -> None:
    table = "connection"
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("first_id", PUBLIC_ID, nullable=False),
        sa.Column("second_id", PUBLIC_ID, nullable=False),
        sa.Column("request_id", sa.Integer),
        sa.Column("state", WORD, nullable=False),
        sa.Column("first_shows", sa.Boolean, nullable=False),
        sa.Column("second_shows", sa.Boolean, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ended_by", PUBLIC_ID),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.CheckConstraint("first_id < second_id", name=f"ck_{table}_ordered_pair"),
        _reference(table, "first_id", "organization"),
        _reference(table, "second_id", "organization"),
        _reference(table, "request_id", "connection_request", "SET NULL"),
    )
    _one_of_each_pair(table, "state = 'living'")
    _index(table, "first_id", "state", "id")
    _index(table, "second_id", "state", "id")
    _index(table, "request_id")


def upgrade() -> None:
    _create_requests()
    _create_connections()
    op.create_table(
        "organization_block",
        sa.Column("blocker_id", PUBLIC_ID, nullable=False),
        sa.Column("blocked_id", PUBLIC_ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name="pk_organization_block"),
        _reference("organization_block", "blocker_id", "organization"),
        _reference("organization_block", "blocked_id", "organization"),
    )
    _index("organization_block", "blocked_id")
    op.create_table(
        "contact_setting",
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("askers", WORD, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_contact_setting"),
        _reference("contact_setting", "organization_id", "organization"),
    )
    op.create_table(
        "mail_button",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("request_id", sa.Integer, nullable=False),
        sa.Column("act", sa.String(8), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_button"),
        _reference("mail_button", "user_id", "user"),
        _reference("mail_button", "request_id", "connection_request"),
    )
    for column in ("user_id", "request_id", "expires_at"):
        _index("mail_button", column)


def downgrade() -> None:
    for table in ("mail_button", "contact_setting", "organization_block", "connection", "connection_request"):
        op.drop_table(table)
