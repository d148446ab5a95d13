"""The server's tests, most of which run on both databases: SQLite and PostgreSQL."""

import pytest

from tests.kit.fixtures import DatabaseKind

TOLD_OF_BOTH = {
    "test_aliases",
    "test_articles",
    "test_audit_of_operations",
    "test_broadcast",
    "test_conflicts",
    "test_control_letters",
    "test_enrolment_codes",
    "test_first_shop",
    "test_flags",
    "test_counts",
    "test_http",
    "test_identity",
    "test_ledger",
    "test_once",
    "test_own_secrets",
    "test_people",
    "test_plausible",
    "test_previous_release",
    "test_products",
    "test_quarantine",
    "test_realtime",
    "test_receipts",
    "test_sale_account",
    "test_second_factor",
    "test_shifts",
    "test_sign_ins",
    "test_tenants",
    "test_till_credentials",
    "test_transfers",
}
TOLD_OF_SQLITE_ALONE = {
    # Looks into SQLite's own file; tests/scale/test_processes.py tests it on PostgreSQL.
    "test_a_killed_server_has_kept_all_that_it_answered",
    # Serialises the database with a function of SQLite.
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
