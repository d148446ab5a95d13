"""A home that was made between releases names the column `agreed_ms` of `proved_time` still `told_ms`."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("proved_time")}
    if "told_ms" in columns:
        op.execute("ALTER TABLE proved_time RENAME COLUMN told_ms TO agreed_ms")
