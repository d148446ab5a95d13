"""Health for signed-in clients: figures, and whether each is within its limit."""

from functools import partial

import psutil

from server_stub.app_state import AppState
from server_stub.clock import steady_s
from server_stub.presence.sync_state import sync_state_of
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
    """`system` counts the sockets of this process over all tenants; nothing else is about other tenants."""
    began_s = steady_s()
    await state.database.check()
    database_ms = 1000 * (steady_s() - began_s)
    present = await state.presence.of(caller.tenant_id)
    sync_state = await state.database.read(
        caller.tenant_id, partial(sync_state_of, tenant_id=caller.tenant_id, present=present)
    )
    by_tenant = state.metrics.joined_by_tenant()
    joined = sum(by_tenant.values())
    return Health(
        system=SystemHealth(
            total_connections=joined,
            active_tenants=len(by_tenant),
            average_connections_per_tenant=round(joined / len(by_tenant), 2) if by_tenant else 0.0,
        ),
        tenant=TenantHealth(
            id=caller.tenant_id,
            connected_users=len(present),
            sync_state=sync_state,
        ),
        checks={
            "database": HealthCheck(
                ok=database_ms <= _DATABASE_MS_MAX, figures={"latencyMs": round(database_ms, 2)}
            ),
            "memory": _memory(state),
            "cpu": _cpu(state),
            "sockets": _sockets(state),
            "latency": _latency(state),
        },
        timestamp=from_ms(state.now_ms()),
    )


def _memory(state: AppState) -> HealthCheck:
    machine = psutil.virtual_memory()
    return HealthCheck(
        ok=machine.available >= _FREE_MEMORY_SHARE_MIN * machine.total,
        figures={
            "residentBytes": state.metrics.process.resident_bytes(),
            "availableBytes": machine.available,
        },
    )


def _cpu(state: AppState) -> HealthCheck:
    percent = state.metrics.process.cpu_percent()
    return HealthCheck(ok=percent <= _CPU_PERCENT_MAX, figures={"percent": percent})


def _sockets(state: AppState) -> HealthCheck:
    is_open, most = state.metrics.sockets_open(), state.settings.connections_max
    return HealthCheck(ok=is_open <= _SOCKETS_SHARE_MAX * most, figures={"open": is_open, "max": most})


def _latency(state: AppState) -> HealthCheck:
    p50_ms, p99_ms = (round(1000 * state.metrics.event_latency_s(share), 2) for share in (0.5, 0.99))
    return HealthCheck(ok=p99_ms <= _EVENT_P99_MS_MAX, figures={"eventP50Ms": p50_ms, "eventP99Ms": p99_ms})
