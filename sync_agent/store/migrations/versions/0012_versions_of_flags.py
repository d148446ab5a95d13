"""Flags have versions: a transaction is listed for a flag that nobody has seen here."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_index("flagged_unseen", "flagged")
    op.rename_table("flagged", "flagged_before")
    op.create_table(
        "flagged",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("occurred_ms", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen_flags", sa.Text(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO flagged"
        " SELECT id, kind, receipt_number, currency, total_minor, actor_id, occurred_ms, flags,"
        " 1, CASE WHEN seen_ms IS NULL THEN '[]' ELSE flags END, seen_ms IS NULL, seen_by, seen_ms"
        " FROM flagged_before"
    )
    op.drop_table("flagged_before")
    op.create_index("flagged_open", "flagged", ["occurred_ms"], sqlite_where=sa.text("open = 1"))
