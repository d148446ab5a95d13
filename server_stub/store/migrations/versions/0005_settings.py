"""Settings as rows of the tenant's stream, each with its versions; what was set before is taken over."""

import orjson
import sqlalchemy as sa
from alembic import op

from server_stub.store.types import Json, WholeNumber

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NAMES = {"refuseUnconditional": "refuse_unconditional"}
"""The settings of the former column, by their names in it."""


def upgrade() -> None:
    setting = op.create_table(
        "setting",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Text(), nullable=True),
        sa.Column("value", Json(), nullable=True),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_ms", WholeNumber(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"]),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sqlite_strict=True,
    )
    version = op.create_table(
        "setting_version",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("setting_id", sa.Text(), nullable=False),
        sa.Column("version", WholeNumber(), nullable=False),
        sa.Column("value", Json(), nullable=True),
        sa.Column("tenant_seq", WholeNumber(), nullable=False),
        sa.Column("operation_id", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("occurred_ms", WholeNumber(), nullable=False),
        sa.Column("received_ms", WholeNumber(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "setting_id"], ["setting.tenant_id", "setting.id"]),
        sa.PrimaryKeyConstraint("tenant_id", "setting_id", "version"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # The schema's owner is held by the walls between tenants too, and has no tenant of its own.
        op.execute("ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY")
        _take_over(setting, version)
        op.execute("ALTER TABLE tenant FORCE ROW LEVEL SECURITY")
        for name in ("setting", "setting_version"):
            _wall_tenants_off(name)
        op.alter_column("tenant", "settings", server_default="{}")
    else:
        _take_over(setting, version)
        _give_a_default_on_sqlite()


def downgrade() -> None:
    op.drop_table("setting_version")
    op.drop_table("setting")


def _take_over(setting: sa.Table, version: sa.Table) -> None:
    """What was set becomes the first version of its row; nobody wrote down who set it, or when."""
    connection = op.get_bind()
    for tenant_id, written in connection.execute(sa.text("SELECT tenant_id, settings FROM tenant")).all():
        for former, value in orjson.loads(written).items():
            name = _NAMES.get(former)
            if name is None:
                continue
            of_row = {"tenant_id": tenant_id, "value": value, "version": 1}
            connection.execute(
                setting.insert().values(
                    **of_row, id=name, name=name, location_id=None, changed_by="", changed_ms=0
                )
            )
            connection.execute(
                version.insert().values(
                    **of_row,
                    setting_id=name,
                    tenant_seq=0,
                    operation_id=None,
                    actor_id="",
                    device_id=None,
                    occurred_ms=0,
                    received_ms=0,
                )
            )


def _give_a_default_on_sqlite() -> None:
    """The former column stays for processes of the previous release; this one leaves it out of new rows."""
    op.add_column("tenant", sa.Column("kept_settings", Json(), nullable=False, server_default="{}"))
    op.execute("UPDATE tenant SET kept_settings = settings")
    op.drop_column("tenant", "settings")
    op.execute("ALTER TABLE tenant RENAME COLUMN kept_settings TO settings")


def _wall_tenants_off(name: str) -> None:
    own = "tenant_id = current_setting('evertill.tenant', true)"
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON {name} USING ({own}) WITH CHECK ({own})")
