"""What is known of this computer's clock, before anything is deleted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "proved_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("believed_ms", sa.Integer(), nullable=False),
        sa.Column("jumped_ms", sa.Integer(), nullable=True),
        sa.Column("quiet_from_ms", sa.Integer(), nullable=True),
        sa.Column("agreed_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
