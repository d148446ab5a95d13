"""The server's stories, most of them told of both databases: SQLite's file, and PostgreSQL."""

import pytest

from tests.kit.fixtures import DatabaseKind

TOLD_OF_BOTH = {
    "test_audit_of_operations",
    "test_broadcast",
    "test_conflicts",
    "test_counts",
    "test_http",
    "test_identity",
    "test_ledger",
    "test_once",
    "test_people",
    "test_products",
    "test_quarantine",
    "test_realtime",
    "test_shifts",
    "test_tenants",
    "test_transfers",
}
TOLD_OF_SQLITE_ALONE = {
    # Looks into SQLite's own file; tests/scale/test_processes.py tells it of PostgreSQL.
    "test_a_killed_server_has_kept_all_that_it_answered",
    # Puts the whole database into one line with a function of SQLite's.
    "test_a_preview_changes_nothing_and_tells_nobody",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The rules, the wire, and what is single for ever hold on PostgreSQL as on SQLite."""
    if (
        "database_kind" in metafunc.fixturenames
        and metafunc.module.__name__.rpartition(".")[2] in TOLD_OF_BOTH
        and metafunc.function.__name__ not in TOLD_OF_SQLITE_ALONE
    ):
        on_postgresql = [pytest.mark.xdist_group("scale"), pytest.mark.slow]
        kinds = ["sqlite", pytest.param("postgresql", marks=on_postgresql)]
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> DatabaseKind:
    kind: DatabaseKind = getattr(request, "param", "sqlite")
    return kind
