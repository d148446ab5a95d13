"""What the journal keeps of a count: its time, and the ids that it counted together."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_movement", sa.Column("counted", Json(), nullable=True))


def downgrade() -> None:
    op.drop_column("stock_movement", "counted")
