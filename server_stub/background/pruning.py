"""Pruning in the background: of each tenant that this process has served, in turn."""

import asyncio

import structlog

from server_stub.services.streams import retention
from server_stub.settings import Settings
from server_stub.store.database import Commit, Database

log = structlog.get_logger()


class Pruner:
    """Prunes tenants that it has seen commits of; it never queries across all tenants."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._served: set[str] = set()

    def committed(self, commit: Commit) -> None:
        """Notes the tenant of a commit. Called on the writer's thread."""
        self._served.update(change.tenant_id for change in commit.changes)

    async def run(self) -> None:
        """Prunes at intervals until cancelled."""
        while True:
            await asyncio.sleep(self._settings.prune_every_s)
            await self.prune()

    async def prune(self) -> None:
        for tenant_id in sorted(self._served):
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
