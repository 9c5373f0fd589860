"""What Alembic runs: the migrations, on the connection that the caller already holds."""

from alembic import context

from credtools.store import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=tables.users.metadata, render_as_batch=True, transaction_per_migration=False
)
with context.begin_transaction():
    context.run_migrations()
