"""Products without keys in the order in which they are read: without it the whole catalogue is scanned."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAME = "ix_product_unkeyed"


def upgrade() -> None:
    _index("tenant_id", "id")


def downgrade() -> None:
    _index("tenant_id")


def _index(*columns: str) -> None:
    differs = sa.text("keyed_version <> version")
    op.drop_index(_NAME, table_name="product")
    op.create_index(_NAME, "product", columns, unique=False, sqlite_where=differs, postgresql_where=differs)
