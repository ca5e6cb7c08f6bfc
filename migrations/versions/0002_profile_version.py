"""A profile's version: a random word that every change of what is shown of it replaces."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("version", sa.String(10), nullable=False, server_default=""))
    table = sa.table("organization", sa.column("id"), sa.column("version"))
    op.execute(table.update().values(version=table.c.id))  # any word will do that no later one repeats
    with op.batch_alter_table("organization") as batch:
        batch.alter_column("version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("organization") as batch:
        batch.drop_column("version")
