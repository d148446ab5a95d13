"""Tills' credentials rotate: the generation, the newest successor, the first one, and the first use."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("generation", WholeNumber(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("next_hash", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("first_hash", sa.Text(), nullable=True))
    op.add_column("device", sa.Column("used_ms", WholeNumber(), nullable=True))
    op.add_column("device", sa.Column("used_from", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("used_from", "used_ms", "first_hash", "next_hash", "generation"):
        op.drop_column("device", name)
