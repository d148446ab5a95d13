"""Turns of the day: products carry today's figure of their named tax rate."""

from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy import Connection

from server_stub.background.served_tenants import ServedTenants
from server_stub.operations.context import OperationContext
from server_stub.operations.resources import todays_rates
from server_stub.services.people.caller import Caller
from server_stub.store.database import Database, UnitOfWork

log = structlog.get_logger()

EVERY_S = 600.0
AT_A_TIME = 1000
"""Products in one database transaction, so that tills do not wait long."""


class RateTurns(ServedTenants):
    """Gives products of a rate whose figure changed with the day a new version."""

    def __init__(self, database: Database) -> None:
        super().__init__(EVERY_S)
        self._database = database

    async def visit(self, tenant_id: str) -> None:
        changed, in_last = 0, AT_A_TIME
        while in_last == AT_A_TIME and await self._database.read(tenant_id, self._are_due(tenant_id)):
            in_last = await self._database.write(tenant_id, publish)
            changed += in_last
        if changed:
            log.info("tax rates turned", tenant=tenant_id, products=changed)

    def _are_due(self, tenant_id: str) -> Callable[[Connection], bool]:
        return partial(todays_rates.are_due, tenant_id=tenant_id, now_ms=self._database.clock.now_ms())


def publish(unit: UnitOfWork) -> int:
    """Some of a tenant's products that are due; how many."""
    context = OperationContext(unit, Caller(unit.tenant_id, "device", ()))
    return todays_rates.publish_todays(context, at_most=AT_A_TIME)
