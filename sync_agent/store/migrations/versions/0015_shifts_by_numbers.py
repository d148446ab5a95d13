"""Shifts by numbers: each has its first and last one, and every till transaction belongs to a shift.

Till transactions that no shift had go into the first shift that was closed after them, by their numbers, else
into the open one. Nothing is changed in what was sent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "skipped_numbers",
        sa.Column("first_device_seq", sa.Integer(), nullable=False),
        sa.Column("last_device_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("first_device_seq"),
        sqlite_strict=True,
    )
    op.add_column("link", sa.Column("shift_operations", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("first_device_seq", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("shift", sa.Column("last_device_seq", sa.Integer(), nullable=True))
    op.add_column("shift", sa.Column("device_id", sa.Text(), nullable=True))
    op.add_column("shift", sa.Column("report", sa.Text(), nullable=True))
    op.drop_index("shift_opened", "shift")
    op.create_index("shift_first_device_seq", "shift", ["first_device_seq"])
    for statement in (_IDENTITYS_FIRST, _LAST, _OPENED_BY, _OPEN_FROM, _ORPHANS):
        op.execute(statement)


# A till that was enrolled again has sales of another series from before. Of what it sent earlier still,
# nothing is known any more.
_IDENTITYS_FIRST = """
UPDATE device SET first_device_seq = coalesce(
    (SELECT max(o.device_seq) + 1 FROM sale s JOIN outbox o ON o.id = s.id
        WHERE s.receipt_number NOT LIKE device.receipt_series || '-%'),
    (SELECT min(device_seq) FROM outbox),
    next_device_seq
)
"""

_LAST = """
UPDATE shift SET last_device_seq = coalesce(
    (SELECT device_seq - 1 FROM outbox WHERE outbox.id = shift.close_operation_id),
    first_device_seq + coalesce(operations, 0) - 1
) WHERE status = 'closed'
"""

_OPENED_BY = """
UPDATE shift SET device_id = coalesce(
    (SELECT device_id FROM shift_standing WHERE shift_standing.id = shift.id),
    (SELECT device_id FROM device)
)
"""

_OPEN_FROM = """
UPDATE shift SET first_device_seq = min(first_device_seq, max(
    coalesce((SELECT first_device_seq FROM device), 1),
    coalesce((SELECT max(last_device_seq) + 1 FROM shift), 1)
)) WHERE status = 'open'
"""

_ORPHANS = """
UPDATE sale SET shift_id = coalesce(
    (SELECT shift.id FROM shift
        WHERE last_device_seq >= (SELECT device_seq FROM outbox WHERE outbox.id = sale.id)
        ORDER BY last_device_seq LIMIT 1),
    (SELECT id FROM shift WHERE status = 'open')
) WHERE shift_id IS NULL
"""
