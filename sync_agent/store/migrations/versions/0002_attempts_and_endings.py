"""What was tried and how it went, who ended an operation and why, and what a person has yet to read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

PARK = """
    UPDATE outbox SET status = 'blocked'
    WHERE status = 'pending' AND finished_ms IS NULL AND EXISTS (
        SELECT 1 FROM outbox AS standing
        WHERE standing.lane = outbox.lane AND standing.device_seq < outbox.device_seq
          AND standing.finished_ms IS NULL AND standing.status IN ('conflict', 'dead_letter')
    )
"""
"""What was queued behind one that stands before a person says so from now on."""


def upgrade() -> None:
    op.add_column("outbox", sa.Column("depends_on", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("offer_again", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("ended_by", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("end_reason", sa.Text(), nullable=True))
    op.execute(PARK)
    op.create_index(
        "outbox_depends_on", "outbox", ["depends_on"], sqlite_where=sa.text("depends_on IS NOT NULL")
    )
    op.create_index("outbox_offer_again", "outbox", ["device_seq"], sqlite_where=sa.text("offer_again = 1"))
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("began_ms", sa.Integer(), nullable=False),
        sa.Column("ended_ms", sa.Integer(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("operations", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("delivery_began", "delivery", ["began_ms"])
    op.create_table(
        "attempt",
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("operation_id", "delivery_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("attempt_delivery", "attempt", ["delivery_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("read_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
