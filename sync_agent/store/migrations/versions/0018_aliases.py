"""Aliases of products, and movements with the id that they were made under."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for name in ("product_alias", "staged_product_alias"):
        op.create_table(
            name,
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("product_id", sa.Text(), nullable=False),
            sa.Column("made_ms", sa.Integer(), nullable=False),
            sa.Column("made_by", sa.Text(), nullable=False),
            sa.Column("parted", sa.Integer(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sqlite_strict=True,
        )
    op.create_index("product_alias_product", "product_alias", ["product_id"])
    for name in ("movement", "staged_movement"):
        op.add_column(name, sa.Column("sold_as", sa.Text(), nullable=True))
