"""A till that exits without cleanup at the n-th step of its work.

    python -m tests.e2e.dying_till

It reads lines of JSON ([HOME, "sale" or "push", 7]) and answers each with one ([exit code, output]).
Each of these tills is its own process, forked from this one, which has loaded what a till needs and
started nothing: a till's own start would take most of the time of a test that lets hundreds of them die.

A step is a statement of the writer, a commit (before and after it), or an exchange with the server (before
the request and after the answer). It says "survived" where the work has fewer steps than that.
"""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from app.bootstrap import OpenHome, open_home, running_agent
from app.domain.cart import Cart
from app.services.stock import catalogue
from sync_agent.agent import Agent
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import Channel, EventHandler
from sync_agent.store import tables as t
from sync_agent.store.queue.queries import waiting_count
from tests.kit import selling
from tests.kit.keyrings import use_no_keyring
from tests.kit.people import clerk_named

DIED = 77
LOADED = (Agent, NetworkTransport)
"""What a till loads when it starts its agent: here beforehand."""


class Fuse:
    """Burns down one step at a time once it is lit."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.lit = False

    def step(self, *_: object, **__: object) -> None:
        if self.lit:
            self.left -= 1
            if self.left == 0:
                os._exit(DIED)

    def watch(self, opened: OpenHome) -> None:
        engine = opened.store._writer
        event.listen(engine, "before_cursor_execute", self.step)
        event.listen(engine, "commit", self.step)
        opened.store.listen(self.step)  # called after the commit


class FusedTransport(NetworkTransport):
    fuse: Fuse

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        self.fuse.step()
        answer = await super().request(
            method, path, body=body, query=query, token=token, request_id=request_id
        )
        self.fuse.step()
        return answer

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        self.fuse.step()
        return await super().open_channel(token, on_event)


async def sell(opened: OpenHome, fuse: Fuse) -> None:
    till = opened.till()
    products = catalogue.search(till, "", limit=3)
    cart = Cart()
    for number, product in enumerate(products, start=1):
        cart = cart.add(product, number)
    actor = clerk_named(opened.store, "bob")
    fuse.lit = True
    sale = await selling.sell(till, cart, actor)
    fuse.lit = False
    print("sold", sale.receipt_number, flush=True)


async def push(opened: OpenHome, fuse: Fuse) -> None:
    transport = FusedTransport(opened.server_url)
    transport.fuse = fuse
    fuse.lit = True
    async with running_agent(opened, transport=transport):
        while True:
            with opened.store.reading() as connection:
                unsent = waiting_count(connection)
                unshown = connection.execute(select(t.overlay)).first()
            if not unsent and unshown is None:
                break
            await asyncio.sleep(0.01)
    fuse.lit = False


def live(home: Path, work: str, steps: int) -> None:
    opened = open_home(home)
    fuse = Fuse(steps)
    fuse.watch(opened)
    asyncio.run({"sale": sell, "push": push}[work](opened, fuse))
    opened.store.close()
    qt = sorted(name for name in sys.modules if name.startswith(("PySide6", "shiboken6", "qasync")))
    print("survived", "with", qt, flush=True)


def in_a_process_of_its_own(home: Path, work: str, steps: int) -> tuple[int, str]:
    """Exit code and output."""
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(heard)
            os.dup2(said, sys.stdout.fileno())
            os.dup2(said, sys.stderr.fileno())
            live(home, work, steps)
            code = 0
        finally:
            if code:
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(code)
    os.close(said)
    with os.fdopen(heard, encoding="utf-8") as words:
        out = words.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), out


def main() -> None:
    use_no_keyring()
    for line in sys.stdin:
        home, work, steps = json.loads(line)
        print(json.dumps(in_a_process_of_its_own(Path(home), work, steps)), flush=True)


if __name__ == "__main__":
    main()
