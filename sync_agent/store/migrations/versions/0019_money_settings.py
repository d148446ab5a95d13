"""The money settings of a till of an earlier release are written down where it had the defaults."""

from alembic import op

from sync_agent.store import money_settings

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    money_settings.write_down(op.get_bind())
