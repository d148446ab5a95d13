"""The database: migrations that match the tables, the demonstration data, and a clean end."""

import lzma
import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher
from sqlalchemy import create_engine
from stdnum import ean

from server_stub.cli.demo_data import DEMO, RIVAL, demo_articles, product_id
from server_stub.run import prepare
from server_stub.settings import Settings
from server_stub.store import tables
from server_stub.store.database import engine_for
from server_stub.store.migrations import migrate
from sync_agent.contract.identity import pin_material
from tests.kit.homes import new_server_home
from tests.kit.operations import operation
from tests.kit.rules import Rules


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / "server.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_migrations_make_the_tables_that_the_program_has(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.sqlite3'}"
    migrate(url)
    migrate(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.METADATA) == []
        names = sqlalchemy.inspect(connection).get_table_names()
        strict = connection.exec_driver_sql("SELECT name FROM pragma_table_list WHERE strict").scalars().all()
    engine.dispose()
    assert set(names) - {"alembic_version"} == set(tables.METADATA.tables) == set(strict)


def test_a_shop_of_before_begins_with_the_rights_that_its_people_have(tmp_path: Path) -> None:
    packed = Path(__file__).parent.parent / "golden_homes" / "0003" / "server.sqlite3.xz"
    (tmp_path / "server.sqlite3").write_bytes(lzma.decompress(packed.read_bytes()))
    people = rows(tmp_path, "SELECT tenant_id, id, version, role, locations, 1 - disabled FROM user_account")
    migrate(f"sqlite:///{tmp_path / 'server.sqlite3'}")
    begun = rows(
        tmp_path,
        "SELECT tenant_id, user_id, version, role, locations, active FROM user_version"
        " WHERE tenant_seq = 0 AND from_ms = 0",
    )
    assert sorted(begun) == sorted(people)
    assert len(people) > 2


def test_every_commit_reaches_the_disk_before_it_is_answered(tmp_path: Path) -> None:
    """An answer that a power cut takes back would be a sale that the till no longer offers."""
    engine = engine_for(f"sqlite:///{tmp_path / 'server.sqlite3'}", connections=1)
    safe = {"synchronous": 2, "journal_mode": "wal", "fullfsync": 1, "foreign_keys": 1}
    with engine.connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in safe} == safe
    engine.dispose()


def test_every_primary_key_starts_with_the_tenant() -> None:
    for table in tables.METADATA.tables.values():
        assert next(iter(table.primary_key.columns)).name == "tenant_id", table.name


def test_the_catalogue_is_one_that_a_shop_could_have() -> None:
    articles = demo_articles()
    assert len(articles) >= 220
    assert all(ean.is_valid(article.barcode) for article in articles)
    assert all(20 <= int(article.barcode[:2]) <= 29 for article in articles)
    for of in ("name", "barcode"):
        assert Counter(getattr(article, of) for article in articles).most_common(1)[0][1] == 1
    assert {article.tax_rate_ppm for article in articles} == {0, 50_000, 200_000}
    assert {article.unit for article in articles} == {"each", "kg"}
    assert all(quantity > 0 for article in articles for _place, quantity in article.stock)


@pytest.fixture
def demo_home(tmp_path: Path) -> Path:
    home = tmp_path / "demo"
    new_server_home(home)
    return home


def test_demonstration_data_is_as_promised(demo_home: Path) -> None:
    assert rows(demo_home, "SELECT tenant_id, id, role FROM user_account ORDER BY id") == [
        ("demo", "ada", "admin"),
        ("demo", "alice", "manager"),
        ("demo", "bob", "clerk"),
        ("rival", "mallory", "manager"),
    ]
    assert rows(demo_home, "SELECT tenant_id, id FROM location ORDER BY 1, 2") == [
        ("demo", "annex"),
        ("demo", "main"),
        ("rival", "main"),
    ]
    products = {product_id(DEMO, article) for article in demo_articles()}
    for place in ("main", "annex"):
        stocked = rows(
            demo_home,
            f"SELECT product_id FROM stock_level WHERE tenant_id = 'demo' AND location_id = '{place}'",  # noqa: S608
        )
        assert {row[0] for row in stocked} == products
    assert rows(
        demo_home,
        "SELECT count(*) FROM stock_level l WHERE quantity <> (SELECT sum(delta) FROM stock_movement m"
        " WHERE m.tenant_id = l.tenant_id AND m.location_id = l.location_id AND m.product_id = l.product_id)",
    ) == [(0,)]


def test_people_have_the_pins_that_the_documents_say(demo_home: Path) -> None:
    peppers = dict(rows(demo_home, "SELECT tenant_id, pin_pepper FROM tenant"))
    pins = {"alice": "2468", "ada": "8642", "bob": "1357", "mallory": "9753"}
    people = rows(demo_home, "SELECT tenant_id, id, pin_verifier FROM user_account")
    assert {(tenant, user) for tenant, user, _verifier in people} == {
        (shop.tenant_id, user.id) for shop in (DEMO, RIVAL) for user in shop.users
    }
    for tenant, user, verifier in people:
        material = pin_material(peppers[tenant], user, pins[user])
        assert PasswordHasher().verify(verifier, material)


def test_loading_the_demonstration_twice_changes_nothing(settings: Settings) -> None:
    everything = "SELECT (SELECT count(*) FROM change), (SELECT group_concat(pin_pepper) FROM tenant)"
    before = rows(settings.home, everything)
    prepare(settings, demo_data=True)
    assert rows(settings.home, everything) == before


def test_a_new_product_does_not_scan_the_catalogue(rules: Rules) -> None:
    """Before codes are compared, products without keys are looked for: there are none."""
    create = partial(operation, "product", operation="create")
    rules.send(None, *(create({"name": "P", "sku": f"S-{n}"}, resourceId=f"p{n}") for n in range(300)))
    with rules.statements() as executed:
        rules.send(None, create({"name": "P", "sku": "S-next"}, resourceId="next"))
    (query,) = {one for one in executed if one.startswith("SELECT") and "keyed_version !=" in one}
    plan = rules.database.consult(
        "t",
        lambda connection: connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {query}", ("t", "", 1000, 0)
        ).all(),
    )
    (step,) = plan
    assert "USING INDEX ix_product_unkeyed (tenant_id=? AND id>?)" in step.detail
