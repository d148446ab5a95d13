"""Metrics in Prometheus form. Labels may carry names and tenants' ids, never what a shop sold.

Counters are safe to use from any thread. No rule reads a metric.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import psutil
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from server_stub.middleware.connections import CUT_REASONS, CutReason
from server_stub.operations.flags.kinds import FLAG_KINDS
from server_stub.roles import EVENTS
from server_stub.store.database import Commit
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.conflicts import Resolution
from sync_agent.contract.operations import (
    CONFLICT,
    PRODUCT,
    STOCK_LEVEL,
    TRANSACTION,
    OperationResult,
)
from sync_agent.contract.wire import PROTOCOL_VERSION

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LATENCIES_MAX = 500
_IN_CONFLICT = (STOCK_LEVEL, PRODUCT, TRANSACTION)
_CODES = frozenset(code.value for code in ErrorCode)
_UNKNOWN = "(unknown)"
"""The label for anything a client invents: labels must stay bounded."""


class Metrics:
    """Has a registry of its own, so that two servers in one process do not add up."""

    def __init__(self, resource_types: Collection[str]) -> None:
        """`resource_types` are those that operations may be about."""
        self._resource_types = resource_types
        # Without this each series gets a second one with its creation time.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        self.process = ProcessFigures()
        self._joined_by_tenant: Callable[[], Mapping[str, int]] = dict
        self._is_open: Callable[[], int] = int
        self._latencies_s: deque[float] = deque(maxlen=_LATENCIES_MAX)
        registry.register(self.process)
        Info("evertill_build", "What runs here.", registry=registry).info(
            {"version": _own_version(), "protocol": str(PROTOCOL_VERSION)}
        )

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"evertill_{name}", text, labels, registry=registry)

        def timer(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"evertill_{name}_seconds", text, labels, buckets=_SECONDS, registry=registry)

        self._events = counter("events", "Socket events answered.", "event", "outcome")
        self._event_s = timer("event", "From an event's arrival to its acknowledgement.", "event")
        self._requests = counter("requests", "HTTP requests answered.", "method", "route", "status")
        self._request_s = timer("request", "From a request's head to the end of its answer.", "route")
        self._operations = counter("operations", "Operations judged.", "resource_type", "status", "repeated")
        self._conflicts = counter(
            "conflicts",
            "Conflicts that were opened, moved (or were opened again) and were resolved.",
            "resource_type",
            "step",
            "resolution",
        )
        self._flags = counter(
            "flags", "Flags of completed transactions: set, and gone again.", "flag", "step"
        )
        self._quarantined = counter("quarantine", "Sales set aside, applied later, discarded.", "status")
        self._refusals = counter("refusals", "Refused requests and events.", "code")
        self._errors = counter("errors", "Failures of the server itself.", "kind")
        self._transactions = timer("transaction", "Database transactions.", "kind", "outcome")
        self._slow_queries = counter("slow_queries", "Queries that took longer than is set.")
        self._connections_cut = counter(
            "connections_cut", "Connections closed for want of room, or because nobody read.", "reason"
        )
        self._sign_ins = counter("sign_ins", "Tries to sign in with a password.", "outcome")
        self._feed_changes = counter("feed_changes", "Changes handed to the live feed's sockets.")
        self._feed_lag = timer("feed_lag", "From a change's transaction to its sending.")
        self._ready = Gauge("evertill_ready", "Whether the database answers.", registry=registry)
        self._cache_entries = Gauge(
            "evertill_cache_entries", "What is remembered.", ["cache"], registry=registry
        )
        self._set_up_bare()

    def _set_up_bare(self) -> None:
        """Creates the series that alerts use before anything happens: a first sample counts as a rise."""
        for kind in ("event", "request", "operation", "database", "task"):
            self._errors.labels(kind)
        for code in _CODES:
            self._refusals.labels(code)
        for reason in CUT_REASONS:
            self._connections_cut.labels(reason)
        for outcome in ("accepted", "refused"):
            self._sign_ins.labels(outcome)
        for status in ("open", "applied", "discarded"):
            self._quarantined.labels(status)
        for code in FLAG_KINDS:
            for step in ("set", "gone"):
                self._flags.labels(code, step)
        for resource_type in _IN_CONFLICT:
            for step in ("opened", "moved"):
                self._conflicts.labels(resource_type, step, "none")
            for resolution in Resolution:
                self._conflicts.labels(resource_type, "resolved", resolution.value)

    # --- what others report --------------------------------------------------------------------------------

    def event_done(self, event: str, outcome: str, seconds: float) -> None:
        """A socket's event was answered; `outcome` is `ok` or an error code."""
        name = event if event in EVENTS else _UNKNOWN
        self._events.labels(name, outcome).inc()
        self._event_s.labels(name).observe(seconds)
        self._latencies_s.append(seconds)
        self._count_outcome("event", outcome)

    def request_done(self, method: str, route: str, status: int, outcome: str, seconds: float) -> None:
        """A request was answered; `route` is the path's template, `outcome` `ok` or an error code."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(route).observe(seconds)
        self._count_outcome("request", outcome)

    def _count_outcome(self, kind: str, outcome: str) -> None:
        if outcome == ErrorCode.INTERNAL:
            self._errors.labels(kind).inc()
        if outcome in _CODES:
            self._refusals.labels(outcome).inc()

    def operations_done(self, items: Sequence[object], results: Iterable[OperationResult]) -> None:
        """Operations were answered; `items` are as received, in the order of `results`."""
        for item, result in zip(items, results, strict=True):
            named = item.get("resourceType") if isinstance(item, dict) else None
            resource_type = named if isinstance(named, str) and named in self._resource_types else _UNKNOWN
            repeated = "yes" if result.repeated else "no"
            self._operations.labels(resource_type, str(result.status), repeated).inc()
            if result.code == ErrorCode.INTERNAL:
                self._errors.labels("operation").inc()

    def committed(self, commit: Commit) -> None:
        """Counts flags, conflicts and quarantined sales of a commit. Called on the writer's thread."""
        for (code, step), count in commit.flagged.items():
            self._flags.labels(code if code in FLAG_KINDS else _UNKNOWN, step).inc(count)
        for change in commit.changes:
            if change.row is None:
                continue
            if change.resource_type == CONFLICT:
                step = "resolved" if change.row["status"] == "resolved" else "moved"
                self._conflicts.labels(
                    change.row["resourceType"],
                    "opened" if change.version == 1 else step,
                    change.row.get("resolution") or "none",
                ).inc()
            elif change.resource_type == "quarantine":
                self._quarantined.labels(change.row["status"]).inc()

    def published(self, commits: Iterable[Commit], now_ms: int) -> None:
        """The feed has sent the changes of these commits."""
        for commit in commits:
            self._feed_changes.inc(len(commit.changes))
            if commit.changes:
                self._feed_lag.observe(max(0, now_ms - commit.changes[-1].at_ms) / 1000)

    def signed_in(self, outcome: Literal["accepted", "refused"]) -> None:
        self._sign_ins.labels(outcome).inc()

    def connection_cut(self, reason: CutReason) -> None:
        self._connections_cut.labels(reason).inc()

    def task_failed(self, _name: str) -> None:
        """A background task failed and is restarted."""
        self._errors.labels("task").inc()

    def transaction_done(
        self,
        kind: Literal["read", "write"],
        outcome: Literal["done", "rolled_back", "unavailable"],
        seconds: float,
    ) -> None:
        self._transactions.labels(kind, outcome).observe(seconds)
        if outcome == "unavailable":
            self._errors.labels("database").inc()

    def query_was_slow(self) -> None:
        self._slow_queries.inc()

    # --- computed at each scrape ---------------------------------------------------------------------------

    def show_sockets(
        self, joined_by_tenant: Callable[[], Mapping[str, int]], is_open: Callable[[], int], open_max: int
    ) -> None:
        """Registers a gauge of sockets that is computed at each scrape, so it cannot drift."""
        self._joined_by_tenant = joined_by_tenant
        self._is_open = is_open
        self.registry.register(_Connections(joined_by_tenant))
        Gauge("evertill_sockets_open", "Sockets, joined or not.", registry=self.registry).set_function(
            is_open
        )
        Gauge("evertill_sockets_max", "The ceiling.", registry=self.registry).set(open_max)

    def show_connections(self, is_open: Callable[[], int], open_max: int) -> None:
        """Registers gauges of TCP connections: requests, sockets, and who has said nothing yet."""
        Gauge("evertill_tcp_open", "TCP connections, of sockets too.", registry=self.registry).set_function(
            is_open
        )
        Gauge("evertill_tcp_max", "The ceiling.", registry=self.registry).set(open_max)

    def show_cache(self, name: str, size: Callable[[], int]) -> None:
        """Registers a gauge of a cache's size."""
        self._cache_entries.labels(name).set_function(size)

    def joined_by_tenant(self) -> Mapping[str, int]:
        return self._joined_by_tenant()

    def sockets_open(self) -> int:
        return self._is_open()

    def event_latency_s(self, share: float) -> float:
        """Seconds within which the `share` fastest of the newest events were answered; 0 before the first."""
        ordered = sorted(self._latencies_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def text(self, *, is_ready: bool) -> bytes:
        """The metrics in the text format that Prometheus scrapes."""
        self._ready.set(is_ready)
        return generate_latest(self.registry)


class ProcessFigures(Collector):
    """Memory, CPU and threads of this process. Never blocks."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        # The first value is always zero: psutil measures since the previous call.
        self._process.cpu_percent(interval=None)

    def resident_bytes(self) -> int:
        return int(self._process.memory_info().rss)

    def cpu_percent(self) -> float:
        """Percent of one CPU since the previous call."""
        return float(self._process.cpu_percent(interval=None))

    def collect(self) -> Iterator[Any]:
        with self._process.oneshot():
            cpu = self._process.cpu_times()
            yield GaugeMetricFamily(
                "process_resident_memory_bytes", "Memory in use.", value=self.resident_bytes()
            )
            yield CounterMetricFamily(
                "process_cpu_seconds_total", "Processor time.", value=cpu.user + cpu.system
            )
            yield GaugeMetricFamily("process_threads", "Threads.", value=self._process.num_threads())
            yield GaugeMetricFamily(
                "process_start_time_seconds", "When it began.", value=self._process.create_time()
            )


class _Connections(Collector):
    def __init__(self, joined_by_tenant: Callable[[], Mapping[str, int]]) -> None:
        self._joined_by_tenant = joined_by_tenant

    def collect(self) -> Iterator[Any]:
        family = GaugeMetricFamily(
            "evertill_connections", "Sockets that have joined, by tenant.", labels=["tenant"]
        )
        for tenant_id, count in self._joined_by_tenant().items():
            family.add_metric([tenant_id], count)
        yield family


def _own_version() -> str:
    try:
        return version("evertill")
    except PackageNotFoundError:
        return "unknown"
