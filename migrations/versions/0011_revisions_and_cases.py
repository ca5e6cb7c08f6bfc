"""Revisions, cases with their notes and answers, merges; the audit log says what was before and after."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
PUBLIC_ID = sa.String(10)
HANDLE = sa.String(120)
WORD = sa.String(16)
LANGUAGE = sa.String(12)


def _reference(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{other}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("state", WORD, nullable=False),
        sa.Column("base_version", PUBLIC_ID, nullable=False),
        sa.Column("base", JSON, nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("language", LANGUAGE, nullable=False),
        sa.Column("terms_version", sa.String(20)),
        sa.Column("terms_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("submitted_at", TIME),
        sa.Column("published_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        _reference("revision", "organization_id", "organization", "CASCADE"),
    )
    op.create_index("ix_revision_organization_id_state", "revision", ["organization_id", "state"])
    op.create_index("ix_revision_author_id", "revision", ["author_id"])

    op.create_table(
        "moderation_case",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("revision_id", sa.Integer),
        sa.Column("opener_id", sa.Integer),
        sa.Column("contact", sa.String(254)),
        sa.Column("language", LANGUAGE, nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("assignee_id", sa.Integer),
        sa.Column("claimed_at", TIME),
        sa.Column("decision", WORD),
        sa.Column("reason_template", sa.String(40)),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", HANDLE),
        sa.Column("decided_at", TIME),
        sa.Column("appeal_of", sa.Integer),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_case"),
        _reference("moderation_case", "organization_id", "organization", "CASCADE"),
        _reference("moderation_case", "revision_id", "revision", "SET NULL"),
        _reference("moderation_case", "appeal_of", "moderation_case", "CASCADE"),
    )
    for column in ("organization_id", "revision_id", "opener_id", "assignee_id"):
        op.create_index(f"ix_moderation_case_{column}", "moderation_case", [column])
    op.create_index("ix_moderation_case_state_opened_at_id", "moderation_case", ["state", "opened_at", "id"])
    _only_one("moderation_case", "appeal_of", "appeal_of IS NOT NULL")

    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("author_id", sa.Integer),
        sa.Column("is_internal", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_note"),
        _reference("case_note", "case_id", "moderation_case", "CASCADE"),
    )
    op.create_index("ix_case_note_case_id", "case_note", ["case_id"])

    op.create_table(
        "case_answer",
        sa.Column("case_id", sa.Integer, nullable=False),
        sa.Column("question", sa.Integer, nullable=False),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("expires_on", sa.Date),
        sa.Column("answered_by", HANDLE, nullable=False),
        sa.Column("answered_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "question", name="pk_case_answer"),
        _reference("case_answer", "case_id", "moderation_case", "CASCADE"),
        sa.CheckConstraint("question BETWEEN 1 AND 5", name="ck_case_answer_known_question"),
    )

    op.create_table(
        "merge_record",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kept_id", PUBLIC_ID, nullable=False),
        sa.Column("merged_id", PUBLIC_ID, nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("merged_by", HANDLE, nullable=False),
        sa.Column("merged_at", TIME, nullable=False),
        sa.Column("undone_by", HANDLE),
        sa.Column("undone_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_merge_record"),
        _reference("merge_record", "kept_id", "organization", "CASCADE"),
        _reference("merge_record", "merged_id", "organization", "CASCADE"),
    )
    for column in ("kept_id", "merged_id"):
        op.create_index(f"ix_merge_record_{column}", "merge_record", [column])
    _only_one("merge_record", "merged_id", "undone_at IS NULL")

    _widen_log()


def _only_one(table: str, column: str, where: str) -> None:
    op.create_index(
        f"uq_{table}_{column}",
        table,
        [column],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _widen_log() -> None:
    for column in ("before", "after"):
        op.add_column("log_entry", sa.Column(column, JSON))
    op.add_column("log_entry", sa.Column("subject", sa.String(60), nullable=False, server_default=""))
    table = sa.table("log_entry", sa.column("subject", sa.String), sa.column("organization_id", sa.String))
    op.execute(table.update().values(subject=sa.literal("organization:") + table.c.organization_id))
    with op.batch_alter_table("log_entry") as batch:
        batch.alter_column("subject", server_default=None)
    op.create_index("ix_log_entry_subject_id", "log_entry", ["subject", "id"])


def downgrade() -> None:
    op.drop_index("ix_log_entry_subject_id", "log_entry")
    with op.batch_alter_table("log_entry") as batch:
        for column in ("subject", "after", "before"):
            batch.drop_column(column)
    for table in ("merge_record", "case_answer", "case_note", "moderation_case", "revision"):
        op.drop_table(table)
