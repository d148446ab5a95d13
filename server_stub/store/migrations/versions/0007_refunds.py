"""What of a refund may go back by another method than its sale was paid by; receipts of a place by age."""

import sqlalchemy as sa
from alembic import op

from server_stub.store.types import WholeNumber

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SALE = "till_transaction"


def upgrade() -> None:
    op.add_column(_SALE, sa.Column("other_tender_minor", WholeNumber(), nullable=False, server_default="0"))
    op.create_index("ix_till_transaction_received", _SALE, ["tenant_id", "location_id", "received_ms"])


def downgrade() -> None:
    op.drop_index("ix_till_transaction_received", _SALE)
    op.drop_column(_SALE, "other_tender_minor")
