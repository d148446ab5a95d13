"""Stock of products that are not in the catalogue, as rows of a place's stream."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json, WholeNumber

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FLAG = "stock_flag"


def upgrade() -> None:
    op.create_table(
        _FLAG,
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("flags", Json(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("since_ms", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", "product_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_stock_flag_product", _FLAG, ["tenant_id", "product_id"])
    if op.get_bind().dialect.name == "postgresql":
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute(f"ALTER TABLE {_FLAG} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {_FLAG} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {_FLAG} USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    op.drop_table(_FLAG)
