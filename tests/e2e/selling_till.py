"""A till that sells and counts as fast as it can, with its agent beside it, until it is killed.

    python -m tests.e2e.selling_till HOME SEED

It prints "open" once it is open, and "sold ID" only after the service has said that the sale is done.
"""

import asyncio
import random
import sys
from pathlib import Path

from app.bootstrap import open_home
from app.domain.cart import Cart
from app.services.stock import catalogue, counting
from sync_agent.agent import AgentThread
from tests.kit import selling
from tests.kit.keyrings import use_no_keyring
from tests.kit.people import clerk_named


async def sell(home: Path, seed: int) -> None:
    opened = open_home(home)
    till = opened.till()
    actor = clerk_named(opened.store, "bob")
    products = catalogue.search(till, "", limit=12)
    AgentThread(opened.agent()).start()
    print("open", flush=True)
    chance = random.Random(seed)
    while True:
        product = chance.choice(products)
        if chance.random() < 0.1:
            await counting.count(till, product.id, chance.randint(0, 40), actor)
            continue
        sale = await selling.sell(till, Cart().add(product, chance.randint(1, 3)), actor)
        print("sold", sale.id, flush=True)


if __name__ == "__main__":
    use_no_keyring()
    asyncio.run(sell(Path(sys.argv[1]), int(sys.argv[2])))
