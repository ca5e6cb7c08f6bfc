"""Finding partners: the keys of profiles that others may see, suggestions put aside, and calls for partners."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ORGANIZATION = sa.String(10)


def upgrade() -> None:
    op.create_table(
        "partner_key",
        sa.Column("organization_id", ORGANIZATION, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("is_public", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "kind", "value", name="pk_partner_key"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            ondelete="CASCADE",
            name="fk_partner_key_organization_id_organization",
        ),
    )
    op.create_index(
        "ix_partner_key_kind_value", "partner_key", ["kind", "value", "organization_id", "is_public"]
    )
    op.create_table(
        "match_dismissal",
        sa.Column("organization_id", ORGANIZATION, nullable=False),
        sa.Column("other_id", ORGANIZATION, nullable=False),
        sa.Column("dismissed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "other_id", name="pk_match_dismissal"),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["organization.id"],
                ondelete="CASCADE",
                name=f"fk_match_dismissal_{column}_organization",
            )
            for column in ("organization_id", "other_id")
        ),
    )
    op.create_index("ix_match_dismissal_other_id", "match_dismissal", ["other_id"])
    # the worker fills the keys of the organizations that are there already
    op.execute(
        "INSERT INTO job (topic, key, attempts, due_at) SELECT 'partner-keys', 'all', 0, CURRENT_TIMESTAMP "
        "WHERE EXISTS (SELECT 1 FROM organization)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE topic = 'partner-keys'")
    op.drop_table("match_dismissal")
    op.drop_table("partner_key")
