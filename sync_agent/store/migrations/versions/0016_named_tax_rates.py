"""Named tax rates of products and lines, and where the tax of a receipt was rounded."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for table in ("product", "staged_product", "catalogue", "sale_line"):
        op.add_column(table, sa.Column("tax_name", sa.Text(), nullable=True))
    op.add_column("sale", sa.Column("tax_rounding", sa.Text(), nullable=True))
