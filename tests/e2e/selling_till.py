"""A till that sells, counts and decides as a hurried clerk does, its agent beside it, until it is killed.

    python -m tests.e2e.selling_till HOME SEED

It prints "open" once it stands, and "sold ID RECEIPT" only after the service has said that the sale is done.
"""

import asyncio
import random
import sys
from contextlib import suppress
from pathlib import Path

import keyring
from keyring.backends import fail
from sqlalchemy import select

from app.bootstrap import open_home
from app.domain.cart import Cart
from app.domain.errors import ConflictGone, ConflictMoved
from app.domain.tender import tender_cash
from app.services import catalogue, checkout, conflicts, counting
from app.services.till import Actor, Till
from sync_agent.agent import AgentThread
from sync_agent.contract.conflicts import Resolution
from sync_agent.store import tables as t

PRODUCTS = 12
COUNTS, DECISIONS = 0.1, 0.1
"""How often, of all that is done, something is counted, and a conflict decided where one is open."""
BREATH_S_MAX = 0.04


async def work(home: Path, chance: random.Random) -> None:
    opened = open_home(home)
    till = opened.till()
    with opened.store.reading() as connection:
        row = connection.execute(select(t.person).where(t.person.c.username == "bob")).one()
    bob = Actor(row.id, row.name, row.role)
    products = catalogue.search(till, "", limit=PRODUCTS)
    AgentThread(opened.agent()).start()
    print("open", flush=True)
    while True:
        product = chance.choice(products)
        drawn = chance.random()
        if drawn < COUNTS:
            await counting.count(till, product.id, chance.randint(0, 40), bob)
        elif drawn < COUNTS + DECISIONS:
            await decide_one(till, bob, chance)
        else:
            cart = Cart().add(product, chance.randint(1, 3)).add(chance.choice(products), 1)
            payment = tender_cash(cart.total_minor, cart.total_minor)
            sale = await checkout.complete_sale(till, cart, [payment], bob)
            print("sold", sale.id, sale.receipt_number, flush=True)
        await asyncio.sleep(chance.uniform(0, BREATH_S_MAX))  # the pace of the till, nothing waits for it


async def decide_one(till: Till, actor: Actor, chance: random.Random) -> None:
    undecided = [one for one in conflicts.open_conflicts(till) if not one.decided]
    if undecided:
        with suppress(ConflictGone, ConflictMoved):  # the agent was quicker than the clerk
            shown = conflicts.comparison(till, chance.choice(undecided).id)
            assert shown.suggestion is not None
            choice = chance.choice([Resolution.ACCEPT_LOCAL, Resolution.ACCEPT_SERVER, Resolution.MERGE])
            await conflicts.resolve(
                till,
                shown.conflict_id,
                choice,
                actor,
                merged={"newQuantity": shown.suggestion.quantity} if choice is Resolution.MERGE else None,
                expected_server_version=shown.server_version,
            )


if __name__ == "__main__":
    keyring.set_keyring(fail.Keyring())
    asyncio.run(work(Path(sys.argv[1]), random.Random(int(sys.argv[2]))))
