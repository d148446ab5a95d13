"""Alembic's environment: runs on the connection that `migrate` passes, in one transaction."""

from alembic import context

from sync_agent.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
