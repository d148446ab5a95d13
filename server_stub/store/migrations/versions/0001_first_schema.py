"""The first schema: tenants, streams, the ledger, the catalogue, operations, conflicts and the audit."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json, WholeNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "tenant",
    "location",
    "user_account",
    "device",
    "refresh_token",
    "stream",
    "change",
    "product",
    "product_version",
    "stock_level",
    "stock_movement",
    "oversold",
    "operation",
    "till_transaction",
    "quarantine",
    "shift",
    "conflict",
    "audit_head",
    "audit_entry",
)


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        _wall_tenants_off()
        _keep_the_audit_on_postgresql()
    else:
        _keep_the_audit_on_sqlite()


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_kept()")


def _wall_tenants_off() -> None:
    """Whatever a statement forgets to say, it meets the rows of the transaction's tenant alone."""
    for name in _TABLES:
        op.execute(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
        own = "tenant_id = current_setting('evertill.tenant', true)"
        op.execute(f'CREATE POLICY own_tenant ON "{name}" USING ({own}) WITH CHECK ({own})')


def _keep_the_audit_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
    )


def _keep_the_audit_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_is_kept_from_{verb.lower()} BEFORE {verb} ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )


def _create_tables() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("seq", WholeNumber(), nullable=False),
        sa.Column("at_ms", WholeNumber(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=True),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("operation_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("times", WholeNumber(), nullable=False),
        sa.Column("detail", Json(), nullable=True),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seq"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entry_actor", "audit_entry", ["tenant_id", "actor_id", "seq"], unique=False)
    op.create_index(
        "ix_audit_entry_resource", "audit_entry", ["tenant_id", "resource_id", "seq"], unique=False
    )
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("seq", WholeNumber(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "conflict",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("device_seq", WholeNumber(), nullable=True),
        sa.Column("counted_ms", WholeNumber(), nullable=True),
        sa.Column("opened_ms", WholeNumber(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("resolved", Json(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "operation_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_conflict_open", "conflict", ["tenant_id", "status", "opened_ms"], unique=False)
    op.create_index(
        "ix_conflict_resource",
        "conflict",
        ["tenant_id", "resource_type", "resource_id", "status"],
        unique=False,
    )
    op.create_table(
        "operation",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("device_seq", WholeNumber(), nullable=True),
        sa.Column("chain_hash", sa.Text(), nullable=True),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("approved_by_id", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", Json(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "device_id", "device_seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "oversold",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity", WholeNumber(), nullable=False),
        sa.Column("since_ms", WholeNumber(), nullable=False),
        sa.Column("open", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", "product_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "quarantine",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_ms", WholeNumber(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "operation_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_quarantine_status", "quarantine", ["tenant_id", "status", "received_ms"], unique=False
    )
    op.create_table(
        "shift",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("awaited", WholeNumber(), nullable=False),
        sa.Column("first_device_seq", WholeNumber(), nullable=True),
        sa.Column("last_device_seq", WholeNumber(), nullable=True),
        sa.Column("manifest", Json(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_index("ix_shift_awaited", "shift", ["tenant_id", "device_id", "awaited"], unique=False)
    op.create_table(
        "stock_level",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("updated_ms", WholeNumber(), nullable=False),
        sa.Column("seq", WholeNumber(), nullable=False),
        sa.Column("counted_ms", WholeNumber(), nullable=True),
        sa.Column("counted_device_id", sa.Text(), nullable=True),
        sa.Column("counted_device_seq", WholeNumber(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", "product_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_stock_level_seq", "stock_level", ["tenant_id", "location_id", "seq"], unique=False)
    op.create_table(
        "stock_movement",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delta", WholeNumber(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("device_seq", WholeNumber(), nullable=True),
        sa.Column("occurred_ms", WholeNumber(), nullable=False),
        sa.Column("happened_ms", WholeNumber(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.Column("seq", WholeNumber(), nullable=False),
        sa.Column("compensated", WholeNumber(), nullable=False),
        sa.Column("near_count", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "location_id", "product_id", "version"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_stock_movement_seq", "stock_movement", ["tenant_id", "location_id", "seq"], unique=False
    )
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("pin_pepper", sa.Text(), nullable=False),
        sa.Column("settings", Json(), nullable=False),
        sa.Column("created_ms", WholeNumber(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "till_transaction",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("refers_to", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", WholeNumber(), nullable=False),
        sa.Column("occurred_ms", WholeNumber(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("flags", Json(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_till_transaction_receipt", "till_transaction", ["tenant_id", "receipt_number"], unique=False
    )
    op.create_table(
        "location",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_table(
        "product",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("price_minor", WholeNumber(), nullable=True),
        sa.Column("tax_rate_ppm", WholeNumber(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("deleted", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    op.create_index("ix_product_barcode", "product", ["tenant_id", "barcode"], unique=False)
    op.create_table(
        "stream",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("head", WholeNumber(), nullable=False),
        sa.Column("head_change_id", sa.Text(), nullable=False),
        sa.Column("pruned_to", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
        sqlite_strict=True,
    )
    op.create_table(
        "user_account",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("locations", Json(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("pin_verifier", sa.Text(), nullable=True),
        sa.Column("disabled", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenant.tenant_id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "username"),
        sqlite_strict=True,
    )
    op.create_table(
        "change",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", WholeNumber(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("row", Json(), nullable=True),
        sa.Column("operation_id", sa.Text(), nullable=True),
        sa.Column("at_ms", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "stream"],
            ["stream.tenant_id", "stream.name"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "stream", "seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "device",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("receipt_series", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("enrolled_by", sa.Text(), nullable=False),
        sa.Column("enrolled_ms", WholeNumber(), nullable=False),
        sa.Column("revoked_ms", WholeNumber(), nullable=True),
        sa.Column("cloned_ms", WholeNumber(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "location_id"],
            ["location.tenant_id", "location.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "receipt_series"),
        sa.UniqueConstraint("token_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "product_version",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("row", Json(), nullable=False),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("occurred_ms", WholeNumber(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "product_id", "version"),
        sqlite_strict=True,
    )
    op.create_table(
        "refresh_token",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("family_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("successor_hash", sa.Text(), nullable=True),
        sa.Column("expires_ms", WholeNumber(), nullable=False),
        sa.Column("revoked_ms", WholeNumber(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["user_account.tenant_id", "user_account.id"],
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash"),
        sa.UniqueConstraint("token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_refresh_token_family", "refresh_token", ["tenant_id", "family_id"], unique=False)
