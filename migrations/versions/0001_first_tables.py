"""The first tables: vocabularies, profiles, their origin, likely duplicates, the log and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
PUBLIC_ID = sa.String(10)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_due_at_id", "job", ["due_at", "id"])

    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_log_entry"),
    )
    op.create_index("ix_log_entry_organization_id", "log_entry", ["organization_id"])

    op.create_table(
        "term",
        sa.Column("vocabulary", sa.String(40), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("parent", sa.String(80)),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("synonyms", JSON, nullable=False),
        sa.Column("extra", JSON, nullable=False),
        sa.Column("is_retired", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("vocabulary", "key", name="pk_term"),
    )

    op.create_table(
        "organization",
        sa.Column("id", PUBLIC_ID, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("trust", sa.String(12), nullable=False),
        sa.Column("safety", sa.String(12), nullable=False),
        sa.Column("audiences", JSON, nullable=False),
        sa.Column("is_claimable", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("name_language", sa.String(12)),
        sa.Column("legal_name", sa.String(300)),
        sa.Column("pseudonym", sa.String(300)),
        sa.Column("names", JSON, nullable=False),
        sa.Column("acronyms", JSON, nullable=False),
        sa.Column("kind", sa.String(40)),
        sa.Column("subtype", sa.String(40)),
        sa.Column("parent_id", PUBLIC_ID),
        sa.Column("memberships", JSON, nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("subdivision", sa.String(200)),
        sa.Column("city", sa.String(200)),
        sa.Column("countries_of_work", JSON, nullable=False),
        sa.Column("networks", JSON, nullable=False),
        sa.Column("themes", JSON, nullable=False),
        sa.Column("treaties", JSON, nullable=False),
        sa.Column("sectors", JSON, nullable=False),
        sa.Column("offers", JSON, nullable=False),
        sa.Column("seeks", JSON, nullable=False),
        sa.Column("populations", JSON, nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("sdg_targets", JSON, nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("logo", sa.String(80)),
        sa.Column("website", sa.String(500)),
        sa.Column("links", JSON, nullable=False),
        sa.Column("mailbox", sa.String(254)),
        sa.Column("hotline", JSON),
        sa.Column("founded", sa.Integer),
        sa.Column("staff_band", sa.String(20)),
        sa.Column("budget_band", sa.String(20)),
        sa.Column("identifiers", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("last_confirmed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_organization"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organization.id"],
            name="fk_organization_parent_id_organization",
            ondelete="SET NULL",
        ),
        sa.CheckConstraint("length(id) = 10", name=op.f("ck_organization_id_length")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_organization_name_given")),
    )
    for column in ("country", "kind", "parent_id"):
        op.create_index(f"ix_organization_{column}", "organization", [column])
    op.create_index("ix_organization_status_confirmed", "organization", ["status", "last_confirmed_at"])

    op.create_table(
        "source",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("record", sa.String(300), nullable=False),
        sa.Column("url", sa.String(1000)),
        sa.Column("licence", sa.String(300)),
        sa.Column("retrieved_on", sa.String(10)),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("also_in", JSON, nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_source_organization_id_organization",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("source", "record", name="uq_source_source_record"),
    )
    op.create_index("ix_source_organization_id", "source", ["organization_id"])

    op.create_table(
        "match_key",
        sa.Column("organization_id", PUBLIC_ID, nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("value", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "scheme", "value", name="pk_match_key"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name="fk_match_key_organization_id_organization",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_match_key_scheme_value", "match_key", ["scheme", "value"])

    op.create_table(
        "duplicate",
        sa.Column("first_id", PUBLIC_ID, nullable=False),
        sa.Column("second_id", PUBLIC_ID, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("dismissed_at", TIME),
        sa.PrimaryKeyConstraint("first_id", "second_id", name="pk_duplicate"),
        sa.ForeignKeyConstraint(
            ["first_id"], ["organization.id"], name="fk_duplicate_first_id_organization", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["organization.id"], name="fk_duplicate_second_id_organization", ondelete="CASCADE"
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_ordered_pair")),
    )
    op.create_index("ix_duplicate_second_id", "duplicate", ["second_id"])


def downgrade() -> None:
    for table in ("duplicate", "match_key", "source", "organization", "term", "log_entry", "job"):
        op.drop_table(table)
