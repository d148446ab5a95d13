"""Makes a golden home: what a till and a server of this very release leave on a disk, with work waiting.

    python -m tests.golden_homes.make 0003

Run it on the release that the home is to be of, before its schema changes. It leaves `home.sqlite.xz`,
`server.sqlite3.xz`, `credentials.json` (of a shop that exists nowhere) and `waiting.json`: the operations
that had not ended, as that release would have sent them.
"""

import asyncio
import json
import lzma
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import select, update

from app.services.stock import catalogue, counting, inventory
from app.services.stock.catalogue import NewProduct
from sync_agent.contract.stock import MovementReason
from sync_agent.store import tables as t
from sync_agent.store.database import Transaction
from sync_agent.store.queue.wire import wire_form
from tests.kit.keyrings import use_no_keyring
from tests.kit.tills import WorldTill
from tests.kit.world import World

HERE = Path(__file__).parent


async def make(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        async with World(Path(temporary), tills=2) as world:
            first, second = world.tills
            await _history(world, first, second)
            await first.stop()
            await _waiting(first)
            credentials = first.opened.credentials
            assert credentials is not None
            _pack(first.path / "till.sqlite", folder / "home.sqlite.xz")
            _pack(world.settings.home / "server.sqlite3", folder / "server.sqlite3.xz")
            secret = {"deviceToken": credentials.device_token, "pinPepper": credentials.pin_pepper}
            (folder / "credentials.json").write_text(json.dumps(secret, indent=2) + "\n")
            wire = json.dumps(_wire_forms(first), indent=1, ensure_ascii=False)
            (folder / "waiting.json").write_text(wire + "\n")


async def _history(world: World, first: WorldTill, second: WorldTill) -> None:
    """What is done, and one conflict that nobody has decided."""
    for number in range(5):
        await first.sell(first.product(number), 1 + number)
    await world.settle()
    disputed = first.product(7)
    await first.link.cut()
    await second.sell(disputed, 2)
    await second.count(disputed, 50)
    await first.count(disputed, 40)
    first.link.restore()
    await world.settle()


async def _waiting(till: WorldTill) -> None:
    """One of everything that can wait: in every state that an operation can be in."""
    bob, alice = till.clerk(), till.clerk("alice")
    sales = [await till.sell(till.product(number), 2) for number in range(4)]
    await till.count(till.product(7), 41)
    await till.count(till.product(8), 12)
    await inventory.adjust(till.till, till.product(9).id, 6, MovementReason.RECEIVE, "from the van", bob)
    await counting.count(till.till, till.product(10).id, 3, bob)
    await catalogue.add_products(till.till, [NewProduct("Golden mug", price_minor=795)], alice.id)

    def set_states(tx: Transaction) -> None:
        """A lease of a process that has died, and a refusal."""
        leased = {"status": "processing", "lease_owner": "a process that died", "sent_count": 1}
        tx.execute(
            update(t.outbox).where(t.outbox.c.id == sales[1].id).values(**leased, lease_until_ms=2**45)
        )
        refused = {
            "status": "dead_letter",
            "code": "bad_request",
            "error": "It was refused.",
            "sent_count": 1,
        }
        counted = select(t.outbox.c.id).where(t.outbox.c.resource_id == till.product(10).id)
        tx.execute(update(t.outbox).where(t.outbox.c.id.in_(counted)).values(**refused))

    await till.opened.store.write(set_states)


def _wire_forms(till: WorldTill) -> list[dict[str, object]]:
    with till.opened.store.reading() as connection:
        rows = connection.execute(
            select(t.outbox).where(t.outbox.c.finished_ms.is_(None)).order_by(t.outbox.c.device_seq)
        ).all()
    return [wire_form(row) for row in rows]


def _pack(database: Path, to: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole.sqlite"
        with closing(sqlite3.connect(database)) as source:
            source.execute("VACUUM INTO ?", (str(whole),))
        to.write_bytes(lzma.compress(whole.read_bytes(), preset=9))


if __name__ == "__main__":
    use_no_keyring()
    (HERE / sys.argv[1]).mkdir(exist_ok=True)
    asyncio.run(make(HERE / sys.argv[1]))
