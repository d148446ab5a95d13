"""The program that docs/embedding.md shows is run as it stands there, on a real home beside a real server."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kit.waiting import until
from tests.kit.world import World

PAGE = Path(__file__).parents[2] / "docs" / "embedding.md"


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
