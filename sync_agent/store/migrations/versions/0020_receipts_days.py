"""How many days back the copy of a place's receipts reaches; sold lines by their product."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    # 0: earlier releases did not store it, so the copy is read once more.
    op.add_column("receipts_copy", sa.Column("days", sa.Integer(), server_default="0", nullable=False))
    op.create_index("sale_line_product", "sale_line", ["product_id", "sale_id"])
