"""Work at intervals for each tenant that this process has served; nothing queries across all tenants."""

import asyncio
from abc import ABC, abstractmethod

from server_stub.store.database import Commit


class ServedTenants(ABC):
    """Visits the tenants that it has seen commits of, in turn."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._served: set[str] = set()

    def committed(self, commit: Commit) -> None:
        """Notes the tenant of a commit. Called on the writer's thread."""
        self._served.update(change.tenant_id for change in commit.changes)

    async def run(self) -> None:
        """Visits all at intervals until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.visit_all()

    async def visit_all(self) -> None:
        for tenant_id in sorted(self._served):
            await self.visit(tenant_id)

    @abstractmethod
    async def visit(self, tenant_id: str) -> None:
        """Does what is due for one tenant."""
