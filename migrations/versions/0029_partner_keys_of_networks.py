"""Have the worker make the keys of partners anew, for they name the networks that organizations joined now."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO job (topic, key, attempts, due_at) SELECT 'partner-keys', 'all', 0, CURRENT_TIMESTAMP "
        "WHERE EXISTS (SELECT 1 FROM organization) "
        "AND NOT EXISTS (SELECT 1 FROM job WHERE topic = 'partner-keys' AND key = 'all')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM partner_key WHERE kind = 'joined'")
