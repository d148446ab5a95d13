"""Aliases of products, and movements that keep the id that they were made under."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json, WholeNumber

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_alias",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("made_ms", WholeNumber(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("parted", WholeNumber(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_index("ix_product_alias_product", "product_alias", ["tenant_id", "product_id"], unique=False)
    op.add_column("stock_movement", sa.Column("sold_as", sa.Text(), nullable=True))
    op.add_column("stock_movement", sa.Column("carried", WholeNumber(), nullable=False, server_default="0"))
    if op.get_bind().dialect.name == "postgresql":
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute("ALTER TABLE product_alias ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE product_alias FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON product_alias USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    op.drop_column("stock_movement", "carried")
    op.drop_column("stock_movement", "sold_as")
    op.drop_index("ix_product_alias_product", table_name="product_alias")
    op.drop_table("product_alias")
