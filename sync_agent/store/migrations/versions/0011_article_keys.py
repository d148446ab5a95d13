"""Keys of barcodes and article numbers, by which products are compared; filled when the till opens."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "article_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.add_column("catalogue", sa.Column("barcode_key", sa.Text(), nullable=True))
    op.add_column("catalogue", sa.Column("sku_key", sa.Text(), nullable=True))
    for name in ("barcode", "sku"):
        op.drop_index(f"catalogue_{name}", table_name="catalogue")
        key = f"{name}_key"
        op.create_index(f"catalogue_{key}", "catalogue", [key], sqlite_where=sa.text(f"{key} IS NOT NULL"))
