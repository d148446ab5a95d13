"""Lines keep unit and codes as sold. Old lines get those of their product, as far as it is known.

The unit only where the line's figures multiply by it: a product may have another unit than when it was sold.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_KNOWN = """
CREATE TABLE known_product AS
SELECT id, unit, barcode, sku,
  CASE WHEN unit IN ('each', 'kg') THEN NULL ELSE unit_decimals END AS sent_decimals,
  CASE WHEN unit = 'each' THEN 0 WHEN unit = 'kg' THEN 3 ELSE unit_decimals END AS decimals
FROM product
UNION ALL
SELECT product_id, unit, barcode, sku, NULL, CASE unit WHEN 'each' THEN 0 WHEN 'kg' THEN 3 END
FROM catalogue WHERE product_id NOT IN (SELECT id FROM product)
"""
_CODES = """
UPDATE sale_line SET barcode = known_product.barcode, sku = known_product.sku
FROM known_product WHERE known_product.id = sale_line.product_id
"""
# With tax in the price, and on top of it; off by a minor unit at most, through rounding.
_UNIT = """
UPDATE sale_line SET unit = known_product.unit, unit_decimals = known_product.sent_decimals
FROM known_product JOIN unit_parts ON unit_parts.decimals = known_product.decimals
WHERE known_product.id = sale_line.product_id AND (
  abs(quantity * unit_price_minor - (total_minor + discount_minor) * parts) <= parts OR
  abs(quantity * unit_price_minor - (total_minor - tax_minor + discount_minor) * parts) <= parts
)
"""


def upgrade() -> None:
    for name, kind in (("unit", sa.Text()), ("unit_decimals", sa.Integer())):
        op.add_column("sale_line", sa.Column(name, kind, nullable=True))
    for name in ("barcode", "sku"):
        op.add_column("sale_line", sa.Column(name, sa.Text(), nullable=True))
    op.execute(_KNOWN)
    op.execute("CREATE UNIQUE INDEX known_product_id ON known_product (id)")
    parts = op.create_table(
        "unit_parts", sa.Column("decimals", sa.Integer()), sa.Column("parts", sa.Integer())
    )
    op.bulk_insert(parts, [{"decimals": of, "parts": 10**of} for of in range(7)])
    op.execute(_CODES)
    op.execute(_UNIT)
    op.drop_table("known_product")
    op.drop_table("unit_parts")
