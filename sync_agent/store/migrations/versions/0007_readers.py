"""What a copy was read with, how many decimals a product's unit has, and which forms the server reads."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for name in ("cursor", "staging"):
        op.add_column(name, sa.Column("reader", sa.Text(), nullable=False, server_default="{}"))
    for name in ("product", "staged_product"):
        op.add_column(name, sa.Column("unit_decimals", sa.Integer(), nullable=True))
    op.add_column("link", sa.Column("forms", sa.Text(), nullable=True))
