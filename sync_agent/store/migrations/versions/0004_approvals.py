"""What a manager approved in an operation, one by one, beside who approved it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("approvals", sa.Text(), nullable=True))
