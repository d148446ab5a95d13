"""Notices as rows of the streams, and who has read them."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("sent_ms", WholeNumber(), nullable=False),
        sa.Column("until_ms", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "notice_read",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("read_ms", WholeNumber(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "notice_id", "person_id"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        for name in ("notice", "notice_read"):
            _wall_tenants_off(name)


def downgrade() -> None:
    op.drop_table("notice_read")
    op.drop_table("notice")


def _wall_tenants_off(name: str) -> None:
    own = "tenant_id = current_setting('evertill.tenant', true)"
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON {name} USING ({own}) WITH CHECK ({own})")
