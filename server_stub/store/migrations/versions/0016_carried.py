"""By which till an operation was carried for the till that made it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operation", sa.Column("carried_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("operation", "carried_by")
