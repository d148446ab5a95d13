"""What is known of the server's clock, before anything is pruned by it."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = ("proved_ms", "jumped_ms", "quiet_from_ms")
_WALLED = ("tenant", "change")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("tenant", sa.Column(name, WholeNumber(), nullable=True))
    is_walled = op.get_bind().dialect.name == "postgresql"
    # The schema's owner is held by the walls between tenants too, and has no tenant of its own.
    for name in _WALLED if is_walled else ():
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    # What was written before the update is by a clock that nobody doubts yet; what is written from now on
    # proves nothing of the clock that it is by.
    op.execute(
        "UPDATE tenant SET proved_ms = coalesce("
        "(SELECT max(change.at_ms) FROM change WHERE change.tenant_id = tenant.tenant_id), created_ms)"
    )
    for name in _WALLED if is_walled else ():
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("tenant", name)
