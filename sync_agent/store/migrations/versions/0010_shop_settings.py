"""The shop's settings: the server's rows, and this till's own changes of them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for name in ("shop_setting", "staged_shop_setting"):
        op.create_table(
            name,
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("location_id", sa.Text(), nullable=True),
            sa.Column("value", sa.Text(), nullable=True),
            sa.Column("changed_by", sa.Text(), nullable=False),
            sa.Column("changed_ms", sa.Integer(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sqlite_strict=True,
        )
    op.create_table(
        "setting_overlay",
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("setting_id", sa.Text(), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("effect_stream", sa.Text(), nullable=True),
        sa.Column("effect_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["operation_id"], ["outbox.id"]),
        sa.PrimaryKeyConstraint("operation_id", "setting_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "setting_overlay_effect",
        "setting_overlay",
        ["effect_stream", "effect_seq"],
        sqlite_where=sa.text("effect_seq IS NOT NULL"),
    )
    op.add_column("link", sa.Column("takes", sa.Text(), nullable=True))
