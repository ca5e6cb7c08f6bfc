"""Alembic's environment: runs migrations on the connection it is given, never on one of its own."""

from alembic import context


def run() -> None:
    """Run the migrations in one transaction each."""
    connection = context.config.attributes["connection"]
    metadata = context.config.attributes.get("metadata")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
