"""Pruning in the background: of each tenant that this process has served, in turn."""

import structlog

from server_stub.background.served_tenants import ServedTenants
from server_stub.services.streams import retention
from server_stub.settings import Settings
from server_stub.store.database import Database

log = structlog.get_logger()


class Pruner(ServedTenants):
    """Prunes what is older than the server's retention."""

    def __init__(self, settings: Settings, database: Database) -> None:
        super().__init__(settings.prune_every_s)
        self._settings = settings
        self._database = database

    async def visit(self, tenant_id: str) -> None:
        pruned = await retention.prune(
            self._database,
            tenant_id,
            retention_days=self._settings.retention_days,
            rows_max=self._settings.prune_rows,
        )
        if pruned.changes or pruned.product_versions or pruned.refresh_tokens or pruned.notices:
            log.info(
                "pruned",
                tenant=tenant_id,
                changes=pruned.changes,
                product_versions=pruned.product_versions,
                refresh_tokens=pruned.refresh_tokens,
                notices=pruned.notices,
            )
