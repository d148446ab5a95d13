"""What of the tenant's stream this till had read when each operation was made."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("tenant_seq", sa.Integer(), nullable=True))
