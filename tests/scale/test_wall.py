"""Row-level security: with every filter left out, PostgreSQL itself separates the tenants."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, Text, create_engine, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.services.people import enrolment
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork, name_code, sqlalchemy_url
from server_stub.store.types import WholeNumber
from sync_agent.contract.identity import EnrollRequest
from tests.kit.postgresql import FreshDatabase, demo_shops

pytestmark = [pytest.mark.xdist_group("scale"), pytest.mark.slow]

TABLES = sorted(t.METADATA.tables.values(), key=lambda table: table.name)
SHOPS = ("demo", "rival")


@pytest.fixture
def books(fresh_database: Callable[..., FreshDatabase]) -> FreshDatabase:
    """Both shops have a row at least in every table, their name in each of its words."""
    books = fresh_database(demo_shops)
    engine = create_engine(sqlalchemy_url(books.superuser_url))
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # no foreign keys
        for table in TABLES:
            for shop in SHOPS:
                connection.execute(insert(table).values(row_of(table, shop)).on_conflict_do_nothing())
    engine.dispose()
    return books


def row_of(table: Table, shop: str) -> dict[str, Any]:
    words = {column.name: shop for column in table.columns if isinstance(column.type, Text)}
    numbers = {column.name: 999_999 for column in table.columns if isinstance(column.type, WholeNumber)}
    return {**{column.name: {} for column in table.columns}, **words, **numbers}


@pytest.fixture
def database(books: FreshDatabase) -> Iterator[Database]:
    database = Database(books.server_url, clock=SystemClock(), ids=TimeOrderedIds(), readers=2)
    yield database
    database.close()


def owners(database: Database, tenant_id: str, table: Table) -> set[str]:
    """Whose rows a question without any filter sees."""
    return database.consult(tenant_id, lambda connection: set(connection.scalars(select(table.c.tenant_id))))


def test_a_question_without_a_filter_sees_its_own_tenant_alone(database: Database) -> None:
    for table in TABLES:
        for shop in SHOPS:
            assert owners(database, shop, table) == {shop}, table.name


def test_without_a_tenant_nothing_is_seen(database: Database) -> None:
    for table in TABLES:
        assert owners(database, "", table) == set(), table.name
        assert owners(database, "no-such-tenant", table) == set(), table.name


def test_a_connection_of_the_pool_does_not_carry_a_tenant_over(
    database: Database, books: FreshDatabase
) -> None:
    """Each connection has served a tenant; asked once more without saying whose it is, it shows nothing."""
    for tenant_id in ("demo", "rival"):
        assert owners(database, tenant_id, t.product) == {tenant_id}
    for engine in database.engines:
        with engine.begin() as connection:
            assert connection.scalars(select(t.product.c.tenant_id)).all() == []


def test_anothers_rows_are_neither_changed_nor_deleted(database: Database, books: FreshDatabase) -> None:
    for table in TABLES:
        if table is t.audit_entry:
            continue  # nobody changes or deletes these; test_schema.py
        of_demo = f"SELECT * FROM {table.name} WHERE tenant_id = 'demo' ORDER BY 1, 2, 3"  # noqa: S608
        before = books.rows(of_demo)
        assert before, table.name
        theirs = table.c.tenant_id == "demo"
        for statement in (update(table).values(tenant_id="demo"), delete(table)):
            aimed = statement.where(theirs)
            database.transact("rival", partial(UnitOfWork.execute, statement=aimed))
        assert books.rows(of_demo) == before, table.name


def test_a_code_is_seen_by_whoever_names_its_hash_and_no_other(database: Database) -> None:
    code = t.METADATA.tables["enrolment_code"]

    def seen(connection: Connection, named: str) -> set[str]:
        name_code(connection, named)
        return set(connection.scalars(select(code.c.code_hash)))

    assert database.consult("", partial(seen, named="demo")) == {"demo"}
    assert database.consult("", partial(seen, named="no such hash")) == set()
    assert database.consult("", partial(seen, named="")) == set()
    aimed = update(code).where(code.c.tenant_id == "demo").values(used_ms=1)

    def use_it(unit: UnitOfWork) -> int:
        name_code(unit.session.connection(), "demo")
        return unit.rows(aimed).rowcount  # type: ignore[attr-defined, no-any-return]

    assert database.transact("rival", use_it) == 0


def test_whether_there_is_a_shop_is_all_that_the_server_itself_sees(database: Database) -> None:
    for table in TABLES:
        expected = set(SHOPS) if table is t.tenant else set()
        assert owners(database, t.SERVER, table) == expected, table.name


def test_a_row_cannot_be_written_for_another(database: Database) -> None:
    row = {"tenant_id": "demo", "id": "x", "name": "x", "time_zone": "Europe/London", "version": 1}
    with pytest.raises(DBAPIError, match="row-level security"):
        database.transact("rival", lambda unit: unit.execute(insert(t.location).values(row)))
    moving = update(t.product).values(tenant_id="demo")
    with pytest.raises(DBAPIError, match="row-level security"):
        database.transact("rival", lambda unit: unit.execute(moving))


def test_ids_of_one_tenant_are_free_in_another(database: Database) -> None:
    """A refusal must not reveal that another tenant has the key; `main` is a place of both shops."""
    for tenant_id in ("demo", "rival"):
        caller = Caller(tenant_id, "manager", ("main",), user_id="alice")
        request = EnrollRequest(name="Till", location_id="main")
        enrolled = database.transact(tenant_id, partial(enrolment.enroll, caller=caller, request=request))
        assert enrolled.receipt_series == "T2"


def test_the_wall_holds_for_whoever_says_nothing_at_all(books: FreshDatabase) -> None:
    """The schema's owner included: a script that forgets the tenant works on no rows."""
    for url in (books.owner_url, books.server_url):
        database = Database(url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
        try:
            (writing, _reading) = database.engines
            with writing.begin() as connection:
                assert connection.execute(text("DELETE FROM change")).rowcount == 0
        finally:
            database.close()
