"""Flags as a versioned part of a transaction, with what they depend on; tills that were enrolled again."""

import orjson
import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transaction_flag",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("flag", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=False),
        sa.Column("depends_on", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "transaction_id", "flag"),
        sqlite_strict=True,
    )
    op.create_index("ix_transaction_flag_depends_on", "transaction_flag", ["tenant_id", "depends_on"])
    op.create_index("ix_transaction_flag_place", "transaction_flag", ["tenant_id", "location_id"])
    op.add_column("device", sa.Column("former_id", sa.Text(), nullable=True))
    sale = "till_transaction"
    op.add_column(sale, sa.Column("version", WholeNumber(), nullable=False, server_default="1"))
    op.add_column(sale, sa.Column("device_seq", WholeNumber(), nullable=True))
    op.add_column(sale, sa.Column("corrected_ms", WholeNumber(), nullable=False, server_default="0"))
    op.add_column(sale, sa.Column("shift_id", sa.Text(), nullable=True))
    op.add_column(sale, sa.Column("refund_of", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # The schema's owner is held by the walls between tenants too, and has no tenant of its own.
        for name in (sale, "operation"):
            op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        _fill_in()
        for name in (sale, "operation"):
            op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        _wall_tenants_off("transaction_flag")
    else:
        _fill_in()
    op.create_index("ix_till_transaction_refers_to", sale, ["tenant_id", "refers_to"])
    op.create_index("ix_till_transaction_refund_of", sale, ["tenant_id", "refund_of"])
    op.create_index("ix_till_transaction_shift", sale, ["tenant_id", "shift_id"])


def downgrade() -> None:
    op.drop_index("ix_till_transaction_shift", "till_transaction")
    op.drop_index("ix_till_transaction_refund_of", "till_transaction")
    op.drop_index("ix_till_transaction_refers_to", "till_transaction")
    for name in ("refund_of", "shift_id", "corrected_ms", "device_seq", "version"):
        op.drop_column("till_transaction", name)
    op.drop_column("device", "former_id")
    op.drop_table("transaction_flag")


_PAGE = 1000
_DEPEND_ON = {
    "unknown_product": "product",
    "deleted_product": "product",
    "unknown_reference": "transaction",
}


def _fill_in() -> None:
    """What was received before: number and time from its operation, shift from its content, and its flags."""
    bind = op.get_bind()
    op.execute(
        "UPDATE till_transaction SET (device_seq, corrected_ms) ="
        " (SELECT operation.device_seq, coalesce(operation.happened_ms, till_transaction.occurred_ms)"
        " FROM operation WHERE operation.tenant_id = till_transaction.tenant_id"
        " AND operation.id = till_transaction.id)"
        " WHERE EXISTS (SELECT 1 FROM operation WHERE operation.tenant_id = till_transaction.tenant_id"
        " AND operation.id = till_transaction.id)"
    )
    op.execute("UPDATE till_transaction SET corrected_ms = occurred_ms WHERE corrected_ms = 0")
    after = ("", "")
    while True:
        rows = bind.execute(
            sa.text(
                "SELECT tenant_id, id, location_id, flags, data FROM till_transaction"
                " WHERE (tenant_id, id) > (:tenant_id, :id) ORDER BY tenant_id, id LIMIT :page"
            ),
            {"tenant_id": after[0], "id": after[1], "page": _PAGE},
        ).all()
        if not rows:
            return
        after = (rows[-1].tenant_id, rows[-1].id)
        shifts = [
            {"tenant_id": row.tenant_id, "id": row.id, "shift_id": shift_id}
            for row in rows
            if (shift_id := orjson.loads(row.data).get("shiftId")) is not None
        ]
        if shifts:
            bind.execute(
                sa.text(
                    "UPDATE till_transaction SET shift_id = :shift_id"
                    " WHERE tenant_id = :tenant_id AND id = :id"
                ),
                shifts,
            )
        flags = [
            _flag_row(row.tenant_id, row.id, row.location_id, flag)
            for row in rows
            for flag in dict.fromkeys(orjson.loads(row.flags))
        ]
        if flags:
            bind.execute(
                sa.text(
                    "INSERT INTO transaction_flag"
                    " (tenant_id, transaction_id, flag, code, location_id, depends_on)"
                    " VALUES (:tenant_id, :transaction_id, :flag, :code, :location_id, :depends_on)"
                ),
                flags,
            )


def _flag_row(tenant_id: str, transaction_id: str, location_id: str, flag: str) -> dict[str, str | None]:
    code, _, subject = flag.partition(":")
    source = _DEPEND_ON.get(code)
    return {
        "tenant_id": tenant_id,
        "transaction_id": transaction_id,
        "flag": flag,
        "code": code,
        "location_id": location_id,
        "depends_on": None if source is None else f"{source}:{subject}",
    }


def _wall_tenants_off(name: str) -> None:
    own = "tenant_id = current_setting('evertill.tenant', true)"
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON {name} USING ({own}) WITH CHECK ({own})")
