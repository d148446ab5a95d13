"""Argon2 hashes that are cheap to check, for people of a database that tests copy.

A hash names its own parameters, so the server and the till check one like any other. What they cost where the
program makes them is tested in security/test_tokens.py, and is not changed here.
"""

from functools import partial

from argon2 import PasswordHasher
from sqlalchemy import select, update

from server_stub.cli.demo_data import DEMO, RIVAL, Shop
from server_stub.store import tables as t
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.identity import pin_material

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_demo_people_cheap(database: Database) -> None:
    """The same people with the same passwords and PINs, in their accounts and in what tills are sent."""
    for shop in (DEMO, RIVAL):
        database.transact(shop.tenant_id, partial(_make_cheap, shop=shop))


def _make_cheap(unit: UnitOfWork, shop: Shop) -> None:
    of, changes = t.user_account.c, t.change.c
    [pepper] = unit.rows(
        select(t.tenant.c.pin_pepper).where(t.tenant.c.tenant_id == unit.tenant_id)
    ).scalars()
    for person in shop.users:
        assert person.pin is not None
        verifier = CHEAP.hash(pin_material(pepper, person.id, person.pin))
        hashes = {"password_hash": CHEAP.hash(person.password), "pin_verifier": verifier}
        account = of.tenant_id == unit.tenant_id, of.id == person.id
        unit.execute(update(t.user_account).where(*account).values(hashes))
        change = (
            changes.tenant_id == unit.tenant_id,
            changes.resource_type == "user",
            changes.resource_id == person.id,
        )
        [row] = unit.rows(select(changes.row).where(*change)).scalars()
        unit.execute(update(t.change).where(*change).values(row=row | {"pinVerifier": verifier}))
