"""Sign-ins as rows: when they began, from where they were used last, and their end. When a token was used."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TOKEN_MS = 30 * 24 * 3600 * 1000
"""How long the refresh tokens of every former release lasted: the oldest of a sign-in says when it began."""


def upgrade() -> None:
    op.add_column("refresh_token", sa.Column("used_ms", WholeNumber(), nullable=True))
    op.add_column("refresh_token", sa.Column("used_from", sa.Text(), nullable=True))
    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("began_ms", WholeNumber(), nullable=False),
        sa.Column("began_from", sa.Text(), nullable=True),
        sa.Column("used_ms", WholeNumber(), nullable=False),
        sa.Column("used_from", sa.Text(), nullable=True),
        sa.Column("expires_ms", WholeNumber(), nullable=False),
        sa.Column("ended_ms", WholeNumber(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["user_account.tenant_id", "user_account.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_index("ix_sign_in_user", "sign_in", ["tenant_id", "user_id"])
    if op.get_bind().dialect.name == "postgresql":
        # The schema's owner is held by the walls between tenants too, and has no tenant of its own.
        op.execute("ALTER TABLE refresh_token NO FORCE ROW LEVEL SECURITY")
        _record_former_sign_ins()
        op.execute("ALTER TABLE refresh_token FORCE ROW LEVEL SECURITY")
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute("ALTER TABLE sign_in ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE sign_in FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tenant ON sign_in USING ({own}) WITH CHECK ({own})")
    else:
        _record_former_sign_ins()


def downgrade() -> None:
    op.drop_table("sign_in")
    op.drop_column("refresh_token", "used_from")
    op.drop_column("refresh_token", "used_ms")


def _record_former_sign_ins() -> None:
    op.execute(
        sa.text(
            "INSERT INTO sign_in (tenant_id, id, user_id, began_ms, used_ms, expires_ms, ended_ms)"
            " SELECT tenant_id, family_id, user_id, min(expires_ms) - :token_ms, max(expires_ms) - :token_ms,"
            " max(expires_ms), min(revoked_ms) FROM refresh_token GROUP BY tenant_id, family_id, user_id"
        ).bindparams(sa.bindparam("token_ms", _TOKEN_MS, WholeNumber))
    )
