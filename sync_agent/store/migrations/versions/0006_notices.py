"""Notices of the shop, who read them here, and a till's own notices as a code with its figures."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _columns() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("sent_ms", sa.Integer(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    op.add_column("notice", sa.Column("figures", sa.Text(), nullable=True))
    for name in ("shop_notice", "staged_shop_notice"):
        op.create_table(name, *_columns(), sa.PrimaryKeyConstraint("id"), sqlite_strict=True)
    op.create_table(
        "shop_notice_read",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("read_ms", sa.Integer(), nullable=False),
        sa.Column("reported_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id"),
        sqlite_strict=True,
    )
