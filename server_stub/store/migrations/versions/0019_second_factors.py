"""Second factors of people who sign in, and the codes that take their place."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create(
        "second_factor",
        ["tenant_id", "user_id"],
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("offered", sa.Text(), nullable=True),
        sa.Column("last_step", WholeNumber(), nullable=False),
    )
    _create(
        "recovery_code",
        ["tenant_id", "user_id", "code_hash"],
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_ms", WholeNumber(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_factor")


def _create(name: str, key: list[str], *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["user_account.tenant_id", "user_account.id"]),
        sa.PrimaryKeyConstraint(*key),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON {name} USING ({own}) WITH CHECK ({own})")
