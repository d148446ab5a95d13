"""Keys of products' codes, by which they are compared; `migrate` fills them after the schema is upgraded."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("article_rule", WholeNumber(), nullable=False, server_default="0"))
    for name in ("barcode_key", "sku_key"):
        op.add_column("product", sa.Column(name, sa.Text(), nullable=True))
        op.create_index(f"ix_product_{name}", "product", ["tenant_id", name], unique=False)
    op.drop_index("ix_product_barcode", table_name="product")
    op.add_column("product", sa.Column("keyed_version", WholeNumber(), nullable=False, server_default="0"))
    differs = sa.text("keyed_version <> version")
    op.create_index(
        "ix_product_unkeyed",
        "product",
        ["tenant_id"],
        unique=False,
        sqlite_where=differs,
        postgresql_where=differs,
    )


def downgrade() -> None:
    op.drop_index("ix_product_unkeyed", table_name="product")
    op.drop_column("product", "keyed_version")
    op.create_index("ix_product_barcode", "product", ["tenant_id", "barcode"], unique=False)
    for name in ("barcode_key", "sku_key"):
        op.drop_index(f"ix_product_{name}", table_name="product")
        op.drop_column("product", name)
    op.drop_column("tenant", "article_rule")
