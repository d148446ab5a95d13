"""Alembic's entry: runs migrations on the connection that `migrate` hands over."""

from alembic import context

from server_stub.store.tables import METADATA


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
