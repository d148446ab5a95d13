"""Health for signed-in clients: whether the server is well, and the figures of their own shop."""

from functools import partial

import psutil

from server_stub.app_state import AppState
from server_stub.clock import steady_s
from server_stub.presence.sync_state import shop_state
from server_stub.services.people.caller import Caller
from sync_agent.contract.health import Health, HealthCheck, SystemHealth, TenantHealth
from sync_agent.contract.wire import from_ms

_DATABASE_MS_MAX = 500.0
_FREE_MEMORY_SHARE_MIN = 0.05
_CPU_PERCENT_MAX = 90.0
"""Percent of one CPU: the event loop cannot use more."""
_SOCKETS_SHARE_MAX = 0.9
_EVENT_P99_MS_MAX = 1000.0


async def health_of(state: AppState, caller: Caller) -> Health:
    """Nothing in it is about other tenants: the figures of the process are the operator's (`/metrics`)."""
    began_s = steady_s()
    await state.database.check()
    database_ms = 1000 * (steady_s() - began_s)
    present = await state.presence.of(caller.tenant_id)
    shop = await state.database.read(
        caller.tenant_id, partial(shop_state, tenant_id=caller.tenant_id, present=present)
    )
    own = len(shop.present_for(caller))
    return Health(
        system=SystemHealth(
            total_connections=own,
            active_tenants=min(own, 1),
            average_connections_per_tenant=float(own),
        ),
        tenant=TenantHealth(id=caller.tenant_id, connected_users=own, sync_state=shop.seen_by(caller)),
        checks={
            "database": HealthCheck(
                ok=database_ms <= _DATABASE_MS_MAX, figures={"latencyMs": round(database_ms, 2)}
            ),
            "memory": HealthCheck(ok=_has_memory(), figures={}),
            "cpu": HealthCheck(ok=state.metrics.process.cpu_percent() <= _CPU_PERCENT_MAX, figures={}),
            "sockets": HealthCheck(
                ok=_has_sockets(state, len(present)),
                figures={"open": own, "max": state.settings.connections_per_tenant_max},
            ),
            "latency": HealthCheck(
                ok=1000 * state.metrics.event_latency_s(0.99) <= _EVENT_P99_MS_MAX, figures={}
            ),
        },
        timestamp=from_ms(state.now_ms()),
    )


def _has_memory() -> bool:
    machine = psutil.virtual_memory()
    return bool(machine.available >= _FREE_MEMORY_SHARE_MIN * machine.total)


def _has_sockets(state: AppState, of_the_shop: int) -> bool:
    """Whether the process and the shop have room for more."""
    settings = state.settings
    return (
        state.metrics.sockets_open() <= _SOCKETS_SHARE_MAX * settings.connections_max
        and of_the_shop <= _SOCKETS_SHARE_MAX * settings.connections_per_tenant_max
    )
