"""Refunds and voids name the sale's id and each line's number. Those of earlier releases keep neither."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("sale", sa.Column("refund_of", sa.Text(), nullable=True))
    op.create_index("sale_refund_of", "sale", ["refund_of"], sqlite_where=sa.text("refund_of IS NOT NULL"))
    op.add_column("sale_line", sa.Column("of_line", sa.Integer(), nullable=True))
