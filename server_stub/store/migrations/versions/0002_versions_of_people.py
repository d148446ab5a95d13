"""People as they were: rights with the moment from which they held, and when each operation was done."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json, WholeNumber

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_version",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("tenant_seq", WholeNumber(), nullable=False),
        sa.Column("from_ms", WholeNumber(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("locations", Json(), nullable=False),
        sa.Column("active", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["user_account.tenant_id", "user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "version"),
        sqlite_strict=True,
    )
    op.add_column("operation", sa.Column("tenant_seq", WholeNumber(), nullable=True))
    op.add_column("operation", sa.Column("happened_ms", WholeNumber(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # The schema's owner is held by the walls between tenants too, and has no tenant of its own.
        op.execute("ALTER TABLE user_account NO FORCE ROW LEVEL SECURITY")
        _begin_with_todays_rights()
        op.execute("ALTER TABLE user_account FORCE ROW LEVEL SECURITY")
        _wall_tenants_off()
    else:
        _begin_with_todays_rights()


def downgrade() -> None:
    op.drop_column("operation", "happened_ms")
    op.drop_column("operation", "tenant_seq")
    op.drop_table("user_version")


def _begin_with_todays_rights() -> None:
    """Nobody wrote down what rights people had before: today's count for all that was done until now."""
    op.execute(
        "INSERT INTO user_version (tenant_id, user_id, version, tenant_seq, from_ms, role, locations, active)"
        " SELECT tenant_id, id, version, 0, 0, role, locations, 1 - disabled FROM user_account"
    )


def _wall_tenants_off() -> None:
    own = "tenant_id = current_setting('evertill.tenant', true)"
    op.execute("ALTER TABLE user_version ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE user_version FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON user_version USING ({own}) WITH CHECK ({own})")
