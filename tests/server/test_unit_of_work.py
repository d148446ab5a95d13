"""One transaction: whatever comes later in it finds what was staged before, whichever way it asks."""

import pytest
from sqlalchemy import select, update

from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from server_stub.store.tables import RefreshToken
from tests.kit.rules import Rules

PLACE = {"tenant_id": "t", "id": "kiosk", "name": "Kiosk", "time_zone": "UTC", "version": 1}


def rename(unit: UnitOfWork) -> None:
    unit.execute(update(t.location).where(t.location.c.id == "kiosk").values(name="Booth"))


def name_of_kiosk(unit: UnitOfWork) -> str:
    name: str = unit.rows(select(t.location.c.name).where(t.location.c.id == "kiosk")).scalar_one()
    return name


def test_a_query_finds_a_row_that_was_staged_before_it(rules: Rules) -> None:
    def work(unit: UnitOfWork) -> str:
        unit.insert(t.location, PLACE)
        return name_of_kiosk(unit)

    assert rules.database.transact("t", work) == "Kiosk"


def test_an_update_changes_a_row_that_was_staged_before_it(rules: Rules) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.insert(t.location, PLACE)
        rename(unit)

    rules.database.transact("t", work)
    assert rules.query("SELECT name FROM location WHERE id = 'kiosk'") == [("Booth",)]


def test_what_a_preparation_collected_is_there_for_an_update_too(rules: Rules) -> None:
    collected = [PLACE]

    def prepare(unit: UnitOfWork) -> None:
        # Its own statement prepares nothing a second time.
        unit.execute(update(t.location).where(t.location.c.id == "main").values(version=7))
        while collected:
            unit.insert(t.location, collected.pop())

    def work(unit: UnitOfWork) -> None:
        unit.before_write(lambda: prepare(unit))
        rename(unit)

    rules.database.transact("t", work)
    assert rules.query("SELECT id, version, name FROM location WHERE id = 'kiosk'") == [("kiosk", 1, "Booth")]
    assert rules.query("SELECT version FROM location WHERE id = 'main'") == [(7,)]


def test_a_row_object_is_written_after_the_rows_that_it_refers_to(rules: Rules) -> None:
    newcomer = {
        "tenant_id": "t",
        "id": "nora",
        "username": "nora",
        "name": "Nora",
        "role": "clerk",
        "locations": ["main"],
        "password_hash": "-",
        "disabled": 0,
        "version": 1,
    }
    token = RefreshToken(tenant_id="t", token_hash="h", family_id="f", user_id="nora", expires_ms=1)

    def add(unit: UnitOfWork) -> None:
        unit.session.add(token)
        unit.insert(t.user_account, newcomer)

    def change(unit: UnitOfWork) -> None:
        found = unit.session.get(RefreshToken, ("t", "h"))
        assert found is not None
        found.successor_hash = "next"

    rules.database.transact("t", add)
    rules.database.transact("t", change)
    query = "SELECT user_id, successor_hash, revoked_ms FROM refresh_token WHERE token_hash = 'h'"
    assert rules.query(query) == [("nora", "next", None)]


def test_a_row_object_of_work_that_failed_is_not_written(rules: Rules) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.session.add(
            RefreshToken(tenant_id="t", token_hash="h", family_id="f", user_id="mia", expires_ms=1)
        )
        unit.write()
        raise LookupError

    with pytest.raises(LookupError):
        rules.database.transact("t", work)
    assert rules.query("SELECT count(*) FROM refresh_token WHERE token_hash = 'h'") == [(0,)]
