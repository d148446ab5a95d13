"""The stories of tests/server once more, told of PostgreSQL: rules, wire, and what is single for ever.

The databases behind their fixtures (`rules`, `shop`, `settings` …) are those of this folder's conftest.
"""

import inspect
from types import ModuleType

import pytest

from tests.server import (
    test_audit_of_operations,
    test_broadcast,
    test_conflicts,
    test_counts,
    test_http,
    test_identity,
    test_ledger,
    test_once,
    test_people,
    test_products,
    test_quarantine,
    test_realtime,
    test_shifts,
    test_tenants,
    test_transfers,
)
from tests.services import postgres

pytestmark = pytest.mark.xdist_group("scale")

TOLD = (
    test_audit_of_operations,
    test_broadcast,
    test_people,
    test_quarantine,
    test_shifts,
    test_transfers,
    test_conflicts,
    test_counts,
    test_http,
    test_identity,
    test_ledger,
    test_once,
    test_products,
    test_realtime,
    test_tenants,
)
NOT_TOLD = {
    # Looks into SQLite's own file; test_processes.py tells it of PostgreSQL.
    "test_a_killed_server_has_kept_all_that_it_answered",
    # Puts the whole database into one line with a function of SQLite's.
    "test_a_preview_changes_nothing_and_tells_nobody",
    # A database for each of many examples, of rules that no database has a part in.
    "test_arrival_order_never_changes_what_a_count_comes_to",
    "test_transfers_there_and_back_lose_nothing_in_any_order",
}

_FIXTURE = type(postgres)


def _tell(module: ModuleType) -> None:
    """Takes over a module's tests, under names that say where they come from, and its fixtures."""
    topic = module.__name__.rpartition(".test_")[2]
    for name, value in vars(module).items():
        if inspect.isfunction(value) and name.startswith("test_") and name not in NOT_TOLD:
            globals()[name.replace("test_", f"test_{topic}_", 1)] = value
        elif isinstance(value, _FIXTURE):
            assert name not in globals(), f"two modules have a fixture {name}: rename one"
            globals()[name] = value


del postgres
for _module in TOLD:
    _tell(_module)
