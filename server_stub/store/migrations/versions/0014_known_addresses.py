"""Where people signed in from, so that strangers who try passwords do not lock them out."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_address",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("seen_ms", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["user_account.tenant_id", "user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "address"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute("ALTER TABLE known_address ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE known_address FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON known_address USING ({own}) WITH CHECK ({own})")


def downgrade() -> None:
    op.drop_table("known_address")
