"""The named tax rate of a product."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("tax_name", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("product", "tax_name")
