"""The demonstration's shop: a home for each server, signing in, and the payload to join with."""

import asyncio
import shutil
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from server_stub.run import prepare
from server_stub.settings import Settings
from tests.kit.bearers import PEOPLE
from tests.kit.clients import Person
from tests.kit.demo import LOCATION, TENANT
from tests.kit.processes import ServerProcess
from tests.kit.server_processes import visiting


async def demo_homes(folder: Path, *names: str) -> list[Path]:
    """A home with the demonstration's data for each name; made once and copied."""
    first, *others = [folder / name for name in names]
    await asyncio.to_thread(prepare, Settings(home=first), demo_data=True)
    for other in others:
        await asyncio.to_thread(shutil.copytree, first, other)
    return [first, *others]


async def sign_in(server: ServerProcess, home: Path) -> list[Person]:
    """Everybody of the shop."""
    async with visiting(server, home) as shop:
        return [await shop.sign_in(TENANT, username) for username in PEOPLE.values()]


def joins(people: list[Person], count: int) -> list[dict[str, Any]]:
    """As many joins, spread over the people: each of them may send so many events in a burst."""
    return [
        person.joining(TENANT, locationId=LOCATION, features=["changes"])
        for person in islice(cycle(people), count)
    ]
