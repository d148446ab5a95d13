"""The program in docs/embedding.md is run unchanged, on a real home with a real server."""

import asyncio
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kit.waiting import until
from tests.kit.world import World

PAGE = Path(__file__).parents[2] / "docs" / "embedding.md"


def test_each_module_and_queue_name_that_the_page_publishes_is_there() -> None:
    text = PAGE.read_text()
    modules = set(re.findall(r"`(sync_agent\.[a-z_.]+)`", text))
    assert "sync_agent.store.queue" in modules
    for module in modules:
        importlib.import_module(module)
    queue = importlib.import_module("sync_agent.store.queue")
    [row] = [line for line in text.splitlines() if line.startswith("| `sync_agent.store.queue` |")]
    named = set(re.findall(r"`(\w+)`", row.split("|", 2)[2])) - {"__all__"}
    assert {"NewOperation", "enqueue", "dead_letters", "attempts"} <= named <= set(queue.__all__)
    for name in (*queue.__all__, "dead_letters.retry", "dead_letters.replace", "attempts.timeline"):
        owner: object = queue
        for part in name.split("."):
            owner = getattr(owner, part)


async def test_the_embedded_agent_sends_what_the_page_writes(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        product, person = till.product(), till.clerk()
        before = world.server_levels()[product.id]
        await till.stop()
        till.opened.store.close()
        [program] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
        program = program.replace("the product's id", product.id).replace("the person's id", person.id)
        names: dict[str, Any] = {}
        exec(compile(program, str(PAGE), "exec"), names)  # noqa: S102 - our own page
        running = asyncio.create_task(names["main"](till.path, world.url))
        await until(lambda: world.server_levels()[product.id] == before + 12, "the server has it")
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
