"""The answer to a manager's GET of the server's health."""

from pydantic import Field

from sync_agent.contract.events import TenantSyncState
from sync_agent.contract.wire import Id, UtcTime, Wire, WireInt


class SystemHealth(Wire):
    """Joined sockets at the caller's places, under names from when these were figures of all tenants."""

    total_connections: WireInt
    active_tenants: WireInt
    average_connections_per_tenant: float


class TenantHealth(Wire):
    id: Id
    connected_users: WireInt
    sync_state: TenantSyncState


class HealthCheck(Wire):
    """One check: whether it passed, and the figures that are the caller's own (milliseconds, counts)."""

    ok: bool
    figures: dict[str, float]


class Health(Wire):
    """The answer to GET …/health; `checks` are database, memory, cpu, sockets and latency."""

    system: SystemHealth
    tenant: TenantHealth
    checks: dict[str, HealthCheck] = Field(default_factory=dict)
    timestamp: UtcTime
